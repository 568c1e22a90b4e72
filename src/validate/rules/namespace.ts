import { namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { findMissing } from './lookup.ts';
import { LIKELY_ELSEWHERE, MAYBE_ELSEWHERE, type Rule } from './rule.ts';

/** Nothing can be created in a namespace that does not exist. Said once for each namespace, at its first object. */
export const namespace: Rule = {
  code: 'KR0024',
  find: (world) => {
    const severity = world.byKind('', 'Namespace').length === 0 ? LIKELY_ELSEWHERE : MAYBE_ELSEWHERE;
    return [...world.derive(findFirstObjects)].flatMap(
      ([name, object]) => findMissing(world, object, ['metadata', 'namespace'], { group: '', kind: 'Namespace', name }, severity) ?? [],
    );
  },
};

function findFirstObjects(world: World): ReadonlyMap<string, KubernetesObject> {
  const first = new Map<string, KubernetesObject>();
  for (const object of world.objects()) {
    const name = namespaceOf(object);
    if (name !== undefined && !first.has(name)) first.set(name, object);
  }
  return first;
}
