import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Without a limit one container takes all CPU that others do not ask for. */
export const cpuLimit: Practice = practiceOfContainers('KB0303', 'strict', ({ container, spec, type }) =>
  lapseIf(
    type !== 'ephemeral' &&
      getAt(container, 'resources', 'limits', 'cpu') === undefined &&
      getAt(spec, 'resources', 'limits', 'cpu') === undefined,
    'resources',
    'limits',
  ),
);
