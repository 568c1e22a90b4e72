import { containersOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { namespaceOrNone } from './lookup.ts';
import { listWorkloads } from './workloads.ts';

/** A kind that pod specs refer to by name. */
export type PodTarget = 'ConfigMap' | 'PersistentVolumeClaim' | 'PriorityClass' | 'RuntimeClass' | 'Secret' | 'ServiceAccount';

/** A reference from a pod spec. `keys` are the keys of a ConfigMap or Secret that it asks for, each with its own field. */
export interface PodReference {
  readonly referrer: KubernetesObject;
  readonly namespace: string;
  readonly kind: PodTarget;
  readonly name: string;
  readonly path: Path;
  readonly keys: readonly { readonly key: string; readonly path: Path }[];
}

/** What the pods of a world refer to without being optional, by kind; what controllers made is left to its owner. */
export function listPodReferences(world: World, kind: PodTarget): readonly PodReference[] {
  return world.derive(collect).get(kind) ?? [];
}

type Found = Omit<PodReference, 'referrer' | 'namespace' | 'keys'> & { readonly keys?: PodReference['keys'] };

function collect(world: World): ReadonlyMap<PodTarget, readonly PodReference[]> {
  const byKind = new Map<PodTarget, PodReference[]>();
  for (const { object, template, controlled } of listWorkloads(world)) {
    if (controlled) continue;
    const namespace = namespaceOrNone(object);
    for (const found of findReferences(template.spec, [...template.path, 'spec'])) {
      const reference: PodReference = { keys: [], ...found, referrer: object, namespace };
      const list = byKind.get(found.kind);
      if (list === undefined) byKind.set(found.kind, [reference]);
      else list.push(reference);
    }
  }
  return byKind;
}

function findReferences(spec: JsonObject, path: Path): readonly Found[] {
  return [
    ...findNamed(spec, path),
    ...getArray(spec, 'volumes').flatMap((volume, index) => findVolume(volume, [...path, 'volumes', index])),
    ...containersOf(spec).flatMap((entry) => findInContainer(entry.container, [...path, ...entry.path])),
  ];
}

function findNamed(spec: JsonObject, path: Path): readonly Found[] {
  const found: Found[] = [];
  const add = (kind: PodTarget, ...steps: readonly (string | number)[]): void => {
    const name = getString(spec, ...steps);
    if (name !== undefined && name !== '') found.push({ kind, name, path: [...path, ...steps] });
  };
  add('PriorityClass', 'priorityClassName');
  add('RuntimeClass', 'runtimeClassName');
  add('ServiceAccount', spec['serviceAccountName'] === undefined ? 'serviceAccount' : 'serviceAccountName');
  for (const index of getArray(spec, 'imagePullSecrets').keys()) add('Secret', 'imagePullSecrets', index, 'name');
  return found;
}

function findVolume(volume: JsonValue, path: Path): readonly Found[] {
  const claim = getString(volume, 'persistentVolumeClaim', 'claimName');
  return [
    ...findSource(volume, path, 'ConfigMap', ['configMap'], 'name'),
    ...findSource(volume, path, 'Secret', ['secret'], 'secretName'),
    ...(claim === undefined || claim === ''
      ? []
      : [{ kind: 'PersistentVolumeClaim' as const, name: claim, path: [...path, 'persistentVolumeClaim', 'claimName'] }]),
    ...getArray(volume, 'projected', 'sources').flatMap((source, index) => [
      ...findSource(source, [...path, 'projected', 'sources', index], 'ConfigMap', ['configMap'], 'name'),
      ...findSource(source, [...path, 'projected', 'sources', index], 'Secret', ['secret'], 'name'),
    ]),
  ];
}

function findSource(value: JsonValue, path: Path, kind: 'ConfigMap' | 'Secret', steps: readonly string[], field: string): readonly Found[] {
  const source = getObject(value, ...steps);
  const name = getString(source, field);
  if (name === undefined || name === '' || getBoolean(source, 'optional') === true) return [];
  const keys = getArray(source, 'items').flatMap((item, index) => {
    const key = getString(item, 'key');
    return key === undefined ? [] : [{ key, path: [...path, ...steps, 'items', index, 'key'] }];
  });
  return [{ kind, name, path: [...path, ...steps, field], keys }];
}

function findInContainer(container: JsonObject, path: Path): readonly Found[] {
  return [
    ...getArray(container, 'env').flatMap((item, index) => [
      ...findKey(item, [...path, 'env', index], 'ConfigMap', 'configMapKeyRef'),
      ...findKey(item, [...path, 'env', index], 'Secret', 'secretKeyRef'),
    ]),
    ...getArray(container, 'envFrom').flatMap((item, index) => [
      ...findSource(item, [...path, 'envFrom', index], 'ConfigMap', ['configMapRef'], 'name'),
      ...findSource(item, [...path, 'envFrom', index], 'Secret', ['secretRef'], 'name'),
    ]),
  ];
}

function findKey(item: JsonValue, path: Path, kind: 'ConfigMap' | 'Secret', field: string): readonly Found[] {
  const key = getString(item, 'valueFrom', field, 'key');
  return findSource(item, path, kind, ['valueFrom', field], 'name').map((found) => ({
    ...found,
    keys: key === undefined ? [] : [{ key, path: [...path, 'valueFrom', field, 'key'] }],
  }));
}
