import { parseQuantity } from '../../../model/index.ts';
import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** What is asked for and what may be used are the same only where both say so. */
export const cpuGuaranteed: Practice = practiceOfContainers('KB0307', 'strict', ({ container }) => {
  const limit = getAt(container, 'resources', 'limits', 'cpu');
  const request = getAt(container, 'resources', 'requests', 'cpu') ?? limit;
  return lapseIf(limit === undefined || parseQuantity(request) !== parseQuantity(limit), 'resources');
});
