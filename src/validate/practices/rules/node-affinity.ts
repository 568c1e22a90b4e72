import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** In a cluster of several architectures a pod that says nothing starts where its image does not. */
export const nodeAffinity: Practice = practiceOfPods('KB0410', 'strict', ({ spec }) =>
  lapseIf(getAt(spec, 'affinity', 'nodeAffinity') === undefined && getAt(spec, 'nodeSelector') === undefined, 'affinity'),
);
