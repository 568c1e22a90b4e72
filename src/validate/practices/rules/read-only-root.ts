import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** What breaks in cannot change the programs of a container whose root is read-only. */
export const readOnlyRoot: Practice = practiceOfContainers('KB0103', 'security', ({ container, type }) =>
  lapseIf(
    type !== 'ephemeral' && getAt(container, 'securityContext', 'readOnlyRootFilesystem') !== true,
    'securityContext',
    'readOnlyRootFilesystem',
  ),
);
