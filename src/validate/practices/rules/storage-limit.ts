import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** A log that grows fills the disk of the node. */
export const storageLimit: Practice = practiceOfContainers('KB0306', 'strict', ({ container, type }) =>
  lapseIf(type !== 'ephemeral' && getAt(container, 'resources', 'limits', 'ephemeral-storage') === undefined, 'resources', 'limits'),
);
