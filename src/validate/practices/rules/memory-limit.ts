import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Without a limit one container takes the node's memory. */
export const memoryLimit: Practice = practiceOfContainers('KB0304', 'resources', ({ container, spec, type }) =>
  lapseIf(
    type !== 'ephemeral' &&
      getAt(container, 'resources', 'limits', 'memory') === undefined &&
      getAt(spec, 'resources', 'limits', 'memory') === undefined,
    'resources',
    'limits',
  ),
);
