import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Without a request a pod gets what is left of the CPU. */
export const cpuRequest: Practice = practiceOfContainers('KB0301', 'resources', ({ container, spec, type }) =>
  lapseIf(
    type !== 'ephemeral' &&
      getAt(container, 'resources', 'requests', 'cpu') === undefined &&
      getAt(container, 'resources', 'limits', 'cpu') === undefined &&
      getAt(spec, 'resources', 'requests', 'cpu') === undefined,
    'resources',
    'requests',
  ),
);
