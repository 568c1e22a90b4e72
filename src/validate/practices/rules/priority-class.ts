import { getString } from '../../../std/index.ts';
import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** Where nodes are full, pods without priority are the first to go. */
export const priorityClass: Practice = practiceOfPods('KB0216', 'strict', ({ spec }) =>
  lapseIf((getString(spec, 'priorityClassName') ?? '') === '', 'priorityClassName'),
);
