import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** The node's shared memory is open to the pod. */
export const hostIpc: Practice = practiceOfPods('KB0114', 'security', ({ spec }) => lapseIf(spec['hostIPC'] === true, 'hostIPC'));
