import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** The pod sees and signals the node's processes. */
export const hostPid: Practice = practiceOfPods('KB0116', 'security', ({ spec }) => lapseIf(spec['hostPID'] === true, 'hostPID'));
