import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** The disk of nodes is shared, too. */
export const storageRequest: Practice = practiceOfContainers('KB0305', 'strict', ({ container, type }) =>
  lapseIf(
    type !== 'ephemeral' &&
      getAt(container, 'resources', 'requests', 'ephemeral-storage') === undefined &&
      getAt(container, 'resources', 'limits', 'ephemeral-storage') === undefined,
    'resources',
    'requests',
  ),
);
