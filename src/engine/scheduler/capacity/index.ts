export { findCapacity, type CapacityAnswer, type CapacityQuestion } from './capacity.ts';
export { parseShapeSpec, type CandidateShape } from './shape-spec.ts';
