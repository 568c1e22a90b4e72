import type { KubernetesObject, World } from '../model/index.ts';
import type { Problem } from './problem.ts';

export interface ReferenceProblem {
  readonly referrer: KubernetesObject;
  readonly problem: Problem;
}

export function listReferenceProblems(_world: World, _knowsCluster: boolean): readonly ReferenceProblem[] {
  return [];
}
