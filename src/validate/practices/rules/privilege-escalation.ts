import { getArray, getObject } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

/** A process that may gain more privileges than its parent can become root by a setuid program. */
export const privilegeEscalation: Practice = practiceOfContainers('KB0101', 'security', ({ container }) => {
  const context = getObject(container, 'securityContext');
  if (context?.['allowPrivilegeEscalation'] === false) return [];
  // The API server refuses a privileged container that may not gain privileges.
  const isPrivileged = context?.['privileged'] === true || getArray(context, 'capabilities', 'add').includes('SYS_ADMIN');
  const path = ['securityContext', 'allowPrivilegeEscalation'];
  return [{ path, ...(isPrivileged ? {} : { fix: [{ path, value: false }] }) }];
});
