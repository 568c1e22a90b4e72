export { findCapacity, type CapacityAnswer, type CapacityQuestion } from './capacity.ts';
export type { AutoscalerAnswer, Expander } from './cluster-autoscaler.ts';
export { readPodMetrics, type UsageSample } from './usage.ts';
export { parseShapeSpec, type CandidateShape } from './shape-spec.ts';
