import { getArray, getObject, isArray, isJson } from '../../std/index.ts';
import { isKubernetesObject, labelsOf, type KubernetesObject, World } from '../../model/index.ts';
import policy from './bootstrap-policy.json' with { type: 'json' };

/** The release whose defaults count where nobody says which. */
const NEWEST = '1.36';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/**
 * The roles and bindings that every API server of a minor version makes when it starts, by kind, namespace and name
 * (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy`); written by `scripts/rbac/bootstrap-policy.mjs`. Of a version that is not
 * known there are those of the newest.
 */
export function listBootstrapPolicy(version: string = NEWEST): readonly KubernetesObject[] {
  entries ??= decode(policy);
  const ofVersion = entries.filter(({ versions }) => versions.has(version));
  return (ofVersion.length > 0 ? ofVersion : entries.filter(({ versions }) => versions.has(NEWEST))).map(({ object }) => object);
}

interface Entry {
  readonly versions: ReadonlySet<unknown>;
  readonly object: KubernetesObject;
}

/** Decoded when first asked for: most runs never do. */
let entries: readonly Entry[] | undefined;

function decode(value: unknown): readonly Entry[] {
  if (!isJson(value) || !isArray(value)) return [];
  return value.flatMap((entry) => {
    const object = getObject(entry, 'object');
    return object !== undefined && isKubernetesObject(object) ? [{ versions: new Set(getArray(entry, 'versions')), object }] : [];
  });
}

/**
 * A world with the default roles and bindings of a version: an object of the world wins over the default of its name, and a kind of
 * which the world holds a bootstrapped object came from a server and is left as it is.
 */
export function withBootstrapPolicy(world: World, version: string): World {
  const missing = listBootstrapPolicy(version).filter(({ kind }) => !isFromServer(world.byKind(RBAC_GROUP, kind)));
  const own = [...new Set(missing.map(({ kind }) => kind))].flatMap((kind) => world.byKind(RBAC_GROUP, kind));
  return world.with([...missing, ...own]);
}

/**
 * Whether a server older than 1.35 made the default roles of a world: since then whoever may view reads events of their own group, too. Not
 * so where it holds none of them.
 */
export function isOlderThan135(world: World): boolean {
  const view = world.get({ group: RBAC_GROUP, kind: 'ClusterRole', name: 'system:aggregate-to-view' });
  if (view === undefined || !isFromServer([view])) return false;
  return !getArray(view, 'rules').some((rule) => getArray(rule, 'apiGroups').includes('events.k8s.io'));
}

/** Whether these objects of a kind were read from a server: it has made some of them. */
export function isFromServer(objects: readonly KubernetesObject[]): boolean {
  return objects.some((object) => labelsOf(object).has('kubernetes.io/bootstrapping'));
}
