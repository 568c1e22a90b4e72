import { withMetadata, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getNumber, isEqualJson, type JsonObject, type Path } from '../../std/index.ts';
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
  checkRules(withGeneration(after, before, kind), before, kind, { version, found, report: (problem) => problems.push(problem) });
  return problems;
}

/**
 * As the object is when its rules are asked (`PrepareForUpdate`): one that differs has a generation of its own, so that a whole object
 * equals the one before only where nothing but its metadata differs, also where a rule takes no notice of the order of a set.
 */
function withGeneration(after: KubernetesObject, before: KubernetesObject, kind: Kind): KubernetesObject {
  const generation = getNumber(before.metadata, 'generation');
  const isSame = isEqualJson(contentOf(after, kind), contentOf(before, kind));
  return withMetadata(after, { generation: isSame ? generation : (generation ?? 0) + 1 });
}

function contentOf(object: KubernetesObject, { subresources }: Kind): JsonObject {
  const { metadata: _, ...content } = object;
  return subresources.includes('status') ? { ...content, status: null } : content;
}

function follow(ratchet: Ratchet, path: Path): Ratchet {
  let at = ratchet;
  for (const step of path) at = typeof step === 'number' ? indexOfRatchet(at, step) : keyOfRatchet(at, step);
  return at;
}
