import { getBoolean, getNumber } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Root within a container is root of the node once it gets out. */
export const runAsNonRoot: Practice = practiceOfContainers('KB0104', 'security', ({ container, spec }) => {
  const user = getNumber(container, 'securityContext', 'runAsUser') ?? getNumber(spec, 'securityContext', 'runAsUser');
  const nonRoot = getBoolean(container, 'securityContext', 'runAsNonRoot') ?? getBoolean(spec, 'securityContext', 'runAsNonRoot');
  return lapseIf(nonRoot !== true && (user === undefined || user === 0), 'securityContext', 'runAsNonRoot');
});
