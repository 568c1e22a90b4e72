import { getArray, getAt, getNumber } from '../../../std/index.ts';
import { kindOf, lapseIf, practiceOfPods, type Practice } from '../practice.ts';

const REPLICATED = new Set(['apps/Deployment', 'apps/StatefulSet']);

/** Replicas on one node go down with it. */
export const antiAffinity: Practice = practiceOfPods('KB0207', 'reliability', ({ object, spec }) => {
  const isSpread = getArray(spec, 'topologySpreadConstraints').length > 0 || getAt(spec, 'affinity', 'podAntiAffinity') !== undefined;
  return lapseIf(REPLICATED.has(kindOf(object)) && (getNumber(object, 'spec', 'replicas') ?? 1) > 1 && !isSpread, 'affinity');
});
