import type { KubernetesObject, World } from '../../model/index.ts';
import { getObject, type Path } from '../../std/index.ts';
import { formatTarget, listOne, type Target } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import { MAYBE_ELSEWHERE, ERROR, type DanglingReference } from './rule.ts';

/** The fields of a ConfigMap or Secret in which volumes and environments look for keys. */
interface KeyFields {
  readonly volume: readonly string[];
  readonly environment: readonly string[];
}

/** The keys asked for of ConfigMaps or Secrets that exist and lack them. */
export function findMissingKeys(world: World, kind: 'ConfigMap' | 'Secret', where: KeyFields): readonly DanglingReference[] {
  return listPodReferences(world, kind).flatMap((reference) => findMissingKeysOf(world, kind, where, reference));
}

/** What an object asks of a ConfigMap or Secret: keys, each at its path. */
export interface KeyReference {
  readonly referrer: KubernetesObject;
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly { readonly key: string; readonly path: Path }[];
}

/** The same of one reference. */
export function findMissingKeysOf(
  world: World,
  kind: 'ConfigMap' | 'Secret',
  where: KeyFields,
  { referrer, namespace, name, keys }: KeyReference,
): readonly DanglingReference[] {
  if (keys.length === 0) return [];
  const target: Target = { group: '', kind, namespace, name };
  const object = world.get(target);
  if (object === undefined) return [];
  const fields = keys.some(({ path }) => path.includes('valueFrom')) ? where.environment : where.volume;
  const missing = keys.filter(({ key }) => !fields.some((field) => Object.hasOwn(getObject(object, field) ?? {}, key)));
  return missing.map(({ key, path }) => ({
    referrer,
    path,
    target: `key ${JSON.stringify(key)} of ${formatTarget(target)}`,
    data: { keys: listKeys(object, fields) },
    severity: kind === 'ConfigMap' ? ERROR : MAYBE_ELSEWHERE,
    isCertain: true as const,
    findTargets: (other: World) => listOne(other.get(target)),
  }));
}

function listKeys(object: KubernetesObject, fields: readonly string[]): readonly string[] {
  const keys = fields.flatMap((field) => Object.keys(getObject(object, field) ?? {})).toSorted();
  return keys.length === 0 ? ['none'] : keys;
}
