import { withBootstrapPolicy } from '../../src/engine/rbac/index.ts';
import { listBootstrapPolicy } from '../../src/engine/rbac/bootstrap.ts';
import { readPolicy } from '../../src/engine/rbac/policy.ts';
import { readRule } from '../../src/engine/rbac/rule.ts';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { listVersions } from '../../src/model/schema/index.ts';
import { getArray, getObject, getString, sortedUnique, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import { ofRelease, type OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { makePolicy, readObjects } from './rbac-world.ts';

const KINDS = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const;
const GROUP = 'rbac.authorization.k8s.io';
/** Defaults that are looked at in each world, beside the objects that were added and the roles that are aggregated. */
const DEFAULTS = 6;
const AGGREGATED = ['admin', 'edit', 'view'].map((name) => toIdentity('ClusterRole', name));

/** Whether the roles and bindings of a cluster are those of each release: its default policy, aggregated by its controller. */
export const ROLES_JUDGES: readonly OracleJudge[] = listVersions().map((version) => ({
  ...ofRelease('roles', version),
  cases: 100,
  branches: [
    ...KINDS.flatMap((kind) => [`default ${kind}`, `own ${kind}`]),
    'aggregated default ClusterRole',
    'aggregated own ClusterRole',
    'not there',
  ],
  generate: (random) => generate(random, version),
  compare: (input, answer) => compare(input, answer, version),
}));

function generate(random: Random, version: string): JsonValue {
  const objects = makePolicy(random);
  const defaults = listBootstrapPolicy(version);
  const some = random.list(DEFAULTS, () => identify(random.pick(defaults)));
  return { objects, wanted: [...AGGREGATED, ...some, ...objects.map(identify), toIdentity(random.pick(KINDS), 'gone', 'shop')] };
}

function compare(input: JsonValue, answer: JsonValue, version: string): Comparison | undefined {
  const objects = readObjects(getArray(input, 'objects'));
  if (objects === undefined) return undefined;
  const world = withBootstrapPolicy(World.of(objects), version);
  const all = KINDS.flatMap((kind) => world.byKind(GROUP, kind));
  const find = (wanted: JsonValue): KubernetesObject | undefined =>
    all.find((object) => stringifyJson(identify(object)) === stringifyJson(wanted));
  const given = new Set(objects.map((object) => stringifyJson(identify(object))));
  const wanted = getArray(input, 'wanted');
  const ours = wanted.map((identity) => describe(find(identity) ?? null, world));
  const real = wanted.map((_, index) => describe(getArray(answer, 'objects')[index] ?? null));
  const coverage = sortedUnique(wanted.map((identity) => classify(find(identity), given.has(stringifyJson(identity)))));
  const count = Object.fromEntries(KINDS.map((kind) => [kind, all.filter((object) => object.kind === kind).length]));
  const wrong = ours.findIndex((text, index) => text !== real[index]);
  if (wrong >= 0) return { coverage, difference: { signature: 'object', ours: ours[wrong] ?? '', servers: real[wrong] ?? '' } };
  const [own, servers] = [stringifyJson(count), stringifyJson(getObject(answer, 'count') ?? null)];
  return own === servers ? { coverage } : { coverage, difference: { signature: 'count', ours: own, servers } };
}

function classify(object: KubernetesObject | undefined, isOwn: boolean): string {
  if (object === undefined) return 'not there';
  const aggregated = getObject(object, 'aggregationRule') === undefined ? '' : 'aggregated ';
  return `${aggregated}${isOwn ? 'own' : 'default'} ${object.kind}`;
}

/** What a role or binding says, empty and absent lists alike; rules that a world aggregates are those that it comes to. */
function describe(object: JsonValue, world?: World): string {
  if (object === null) return 'none';
  const name = getString(object, 'metadata', 'name') ?? '';
  const isAggregated = world !== undefined && getObject(object, 'aggregationRule') !== undefined;
  const rules = isAggregated
    ? (readPolicy(world).clusterRoles.get(name) ?? []).map(({ rule }) => rule)
    : getArray(object, 'rules').map(readRule);
  return stringifyJson({
    name,
    namespace: getString(object, 'metadata', 'namespace') ?? '',
    labels: getObject(object, 'metadata', 'labels') ?? {},
    annotations: getObject(object, 'metadata', 'annotations') ?? {},
    aggregationRule: getObject(object, 'aggregationRule') ?? null,
    rules: rules.map((rule) => ({ ...rule })),
    roleRef: getObject(object, 'roleRef') ?? null,
    subjects: getArray(object, 'subjects'),
  });
}

function identify(object: JsonObject): JsonObject {
  return toIdentity(
    getString(object, 'kind') ?? '',
    getString(object, 'metadata', 'name') ?? '',
    getString(object, 'metadata', 'namespace'),
  );
}

function toIdentity(kind: string, name: string, namespace: string = ''): JsonObject {
  return { kind, namespace: kind.startsWith('Cluster') ? '' : namespace, name };
}
