import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Without a request a pod goes where there is no memory for it. */
export const memoryRequest: Practice = practiceOfContainers('KB0302', 'resources', ({ container, spec, type }) =>
  lapseIf(
    type !== 'ephemeral' &&
      getAt(container, 'resources', 'requests', 'memory') === undefined &&
      getAt(container, 'resources', 'limits', 'memory') === undefined &&
      getAt(spec, 'resources', 'requests', 'memory') === undefined,
    'resources',
    'requests',
  ),
);
