import { getArray, getBoolean, getString, isObject, type JsonObject, type Path } from '../../../std/index.ts';
import {
  containersOf,
  podTemplateOf,
  refOf,
  WORKLOAD_KINDS,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../../model/index.ts';
import { findEscape, findLogFolder, toTemplatePointer, type Escape } from './escape.ts';
import type { Footing } from './graph.ts';

/** What is got by taking over a workload, or a Pod of it. */
export interface Workload {
  readonly ref: ObjectRef;
  readonly namespace: string;
  /** The ServiceAccount whose token it mounts; absent if it mounts none. */
  readonly account?: { readonly name: string; readonly footing: readonly Footing[] };
  /** The Secrets that it reads. */
  readonly secrets: readonly { readonly name: string; readonly footing: Footing }[];
  /** How it gets at its node, Pod Security apart. */
  readonly escape?: Escape & { readonly footing: readonly Footing[] };
  /** Where it mounts the logs of its node and may write to them. */
  readonly logs?: Footing;
  /** Whether it runs on every node. */
  readonly isEverywhere: boolean;
}

const KINDS: ReadonlySet<string> = new Set(WORKLOAD_KINDS.map(({ kind }) => kind));

/** The workloads of a world, without those that another of them has made. */
export function listWorkloads(world: World): readonly Workload[] {
  return WORKLOAD_KINDS.flatMap(({ group, kind }) =>
    world
      .byKind(group, kind)
      .filter((object) => !isMade(object))
      .flatMap((object) => readWorkload(world, object) ?? []),
  );
}

function isMade(object: KubernetesObject): boolean {
  return getArray(object, 'metadata', 'ownerReferences').some(
    (owner) => getBoolean(owner, 'controller') === true && KINDS.has(getString(owner, 'kind') ?? ''),
  );
}

/** Reads a workload; undefined where it has no Pod template or no namespace. */
export function readWorkload(world: World, object: KubernetesObject): Workload | undefined {
  const template = podTemplateOf(object);
  const ref = refOf(object);
  if (template === undefined || ref.namespace === undefined) return undefined;
  const { namespace } = ref;
  const { spec, path } = template;
  const account = readAccount(world, namespace, ref, spec, path);
  const escape = findEscape(spec, namespace, world);
  const logs = findLogFolder(spec);
  return {
    ref,
    namespace,
    ...(account === undefined ? {} : { account }),
    secrets: listSecrets(spec).map(({ name, path: at }) => ({ name, footing: { ref, path: toTemplatePointer(path, at) } })),
    ...(escape === undefined ? {} : { escape: { ...escape, footing: footingOf(escape, ref, path) } }),
    ...(logs === undefined ? {} : { logs: { ref, path: toTemplatePointer(path, logs) } }),
    isEverywhere: ref.kind === 'DaemonSet',
  };
}

function footingOf(escape: Escape, ref: ObjectRef, template: Path): readonly Footing[] {
  const own = { ref, path: toTemplatePointer(template, escape.path) };
  return escape.volume === undefined ? [own] : [own, { ref: refOf(escape.volume), path: '/spec' }];
}

function readAccount(world: World, namespace: string, ref: ObjectRef, spec: JsonObject, template: Path): Workload['account'] {
  const name = getString(spec, 'serviceAccountName') || getString(spec, 'serviceAccount') || 'default';
  const account = world.get({ group: '', kind: 'ServiceAccount', namespace, name });
  const asked = getBoolean(spec, 'automountServiceAccountToken');
  const allowed = account === undefined ? undefined : getBoolean(account, 'automountServiceAccountToken');
  if (!(asked ?? allowed ?? true) && !projectsToken(spec)) return undefined;
  const footing: Footing[] = [
    { ref, path: toTemplatePointer(template, ['serviceAccountName']) },
    { ref, path: toTemplatePointer(template, ['automountServiceAccountToken']) },
  ];
  if (asked === undefined && account !== undefined) footing.push({ ref: refOf(account), path: '/automountServiceAccountToken' });
  return { name, footing };
}

function projectsToken(spec: JsonObject): boolean {
  return getArray(spec, 'volumes').some((volume) =>
    getArray(volume, 'projected', 'sources').some((source) => isObject(source) && source['serviceAccountToken'] !== undefined),
  );
}

function listSecrets(spec: JsonObject): readonly { readonly name: string; readonly path: Path }[] {
  const found = new Map<string, Path>();
  const add = (name: string | undefined, path: Path): void => {
    if (name !== undefined && name !== '' && !found.has(name)) found.set(name, path);
  };
  for (const [index, volume] of getArray(spec, 'volumes').entries()) {
    add(getString(volume, 'secret', 'secretName'), ['volumes', index, 'secret']);
    for (const [at, source] of getArray(volume, 'projected', 'sources').entries())
      add(getString(source, 'secret', 'name'), ['volumes', index, 'projected', 'sources', at]);
  }
  for (const { container, path } of containersOf(spec)) {
    for (const [at, item] of getArray(container, 'env').entries())
      add(getString(item, 'valueFrom', 'secretKeyRef', 'name'), [...path, 'env', at]);
    for (const [at, item] of getArray(container, 'envFrom').entries()) add(getString(item, 'secretRef', 'name'), [...path, 'envFrom', at]);
  }
  return [...found].map(([name, path]) => ({ name, path }));
}
