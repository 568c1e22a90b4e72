import type { Engine, SchemaCatalog } from '../model/index.ts';
import { compareDefinitions } from './redefined.ts';
import { compareReferences, type ReferenceOptions } from './references.ts';

export { compareReferences, createReferenceLens, listReferenceProblems, type ReferenceOptions } from './references.ts';
export { createDigester, createJudge } from './digest.ts';
export { readVerdicts } from './verdicts.ts';
export { judgeTransition, judgeUpdate } from './update.ts';
export type { PracticeChoice } from './practices/judge.ts';
export { PROFILES } from './practices/practice.ts';
export {
  listFixes,
  redefinesBuiltIn,
  validateManifests,
  validateTogether,
  type Fix,
  type ReferenceMemory,
  type ValidateOptions,
} from './validate.ts';

/**
 * `compareReferences` as an engine, for whoever compares worlds: the references that a change leaves dangling, or mends; with a catalog also
 * the custom resources that a changed definition refuses.
 */
export function createReferenceEngine({ catalog, ...options }: ReferenceOptions & { readonly catalog?: SchemaCatalog }): Engine {
  return {
    name: 'reference',
    compare: (before, after) => [
      ...compareReferences(before, after, options),
      ...(catalog === undefined ? [] : compareDefinitions(before, after, catalog)),
    ],
  };
}
