import { getArray } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Raw sockets let a container forge packets of others on its network. */
export const dropNetRaw: Practice = practiceOfContainers('KB0105', 'security', ({ container }) => {
  const dropped = getArray(container, 'securityContext', 'capabilities', 'drop').map((item) =>
    typeof item === 'string' ? item.toUpperCase() : '',
  );
  return lapseIf(!dropped.includes('ALL') && !dropped.includes('NET_RAW'), 'securityContext', 'capabilities', 'drop');
});
