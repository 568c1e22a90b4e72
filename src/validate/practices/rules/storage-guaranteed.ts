import { parseQuantity } from '../../../model/index.ts';
import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** What is asked for and what may be used are the same only where both say so. */
export const storageGuaranteed: Practice = practiceOfContainers('KB0309', 'strict', ({ container }) => {
  const limit = getAt(container, 'resources', 'limits', 'ephemeral-storage');
  const request = getAt(container, 'resources', 'requests', 'ephemeral-storage') ?? limit;
  return lapseIf(limit === undefined || parseQuantity(request) !== parseQuantity(limit), 'resources');
});
