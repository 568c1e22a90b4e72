import type { Kind, KubernetesObject } from '../../model/index.ts';
import type { Path } from '../../std/index.ts';
import { rootCheckOf } from '../object/root-check.ts';
import type { Problem } from '../problem.ts';
import { Cursor } from '../structural/cursor.ts';
import { checkRules } from './check-rules.ts';
import { Correlation, indexOfRatchet, isRatcheted, keyOfRatchet, type Ratchet } from './correlation.ts';

/**
 * What is wrong with a custom resource that takes the place of another (`ValidateUpdate` of apiextensions-apiserver,
 * `registry/customresource`): what was wrong before and is as it was is no reason to refuse it.
 */
export function judgeCustomUpdate(before: KubernetesObject, after: KubernetesObject, kind: Kind, version: string): readonly Problem[] {
  const cursor = new Cursor();
  rootCheckOf(kind)(after, cursor);
  const root = new Correlation(after, before, kind.written ?? {});
  const found = cursor.problems.filter(({ path }) => !isRatcheted(follow({ current: root, around: undefined }, path)));
  const problems = [...found];
  checkRules(after, before, kind, { version, found, report: (problem) => problems.push(problem) });
  return problems;
}

function follow(ratchet: Ratchet, path: Path): Ratchet {
  let at = ratchet;
  for (const step of path) at = typeof step === 'number' ? indexOfRatchet(at, step) : keyOfRatchet(at, step);
  return at;
}
