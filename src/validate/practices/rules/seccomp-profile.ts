import { getString } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Without a seccomp profile every system call of the node is open. */
export const seccompProfile: Practice = practiceOfContainers('KB0106', 'security', ({ container, spec }) => {
  const type =
    getString(container, 'securityContext', 'seccompProfile', 'type') ?? getString(spec, 'securityContext', 'seccompProfile', 'type');
  return lapseIf(type === undefined || type === 'Unconfined', 'securityContext', 'seccompProfile');
});
