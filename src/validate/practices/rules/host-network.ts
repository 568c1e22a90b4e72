import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** The pod sees the node's traffic, and network policies do not hold it. */
export const hostNetwork: Practice = practiceOfPods('KB0115', 'security', ({ spec }) =>
  lapseIf(spec['hostNetwork'] === true, 'hostNetwork'),
);
