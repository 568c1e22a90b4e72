import { getArray, getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfContainers, type Practice } from '../practice.ts';

/** Environments are printed by debug pages and crash reports, and are inherited by every child process. */
export const secretAsVariable: Practice = practiceOfContainers('KB0111', 'strict', ({ container }) => [
  ...getArray(container, 'env').flatMap((item, index) =>
    lapseIf(getAt(item, 'valueFrom', 'secretKeyRef') !== undefined, 'env', index, 'valueFrom', 'secretKeyRef'),
  ),
  ...getArray(container, 'envFrom').flatMap((item, index) =>
    lapseIf(getAt(item, 'secretRef') !== undefined, 'envFrom', index, 'secretRef'),
  ),
]);
