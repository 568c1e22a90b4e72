import { refuseGrant, refuseRequest, type UserInfo } from '../../src/engine/rbac/index.ts';
import { isKubernetesObject, nameOf, namespaceOf, refOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { sleep, type Client } from './client.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { folderOf, readPolicy } from './rbac.judge.ts';
import type { Random } from './random.ts';
import { makeGrant, makePolicy, NAMESPACES, readUser } from './rbac-world.ts';

/** How long the server's caches may take to see a new object. */
const SETTLE = 2000;

/** Two may write every role and binding, but grant only what they hold; no other binding names the second. */
const WRITERS: readonly KubernetesObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'judged-writer' },
    rules: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
        verbs: ['create', 'patch', 'delete'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'judged-writer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'judged-writer' },
    subjects: ['jane', 'june'].map((name) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name })),
  },
];

/** Whether the API server refuses what we say it refuses, in the same words, when weak users write roles and bindings. */
export const rightsJudge: Judge = {
  subject: 'rights',
  cases: 600,
  parallel: 8,
  branches: [
    'allowed',
    'forbidden: patch',
    'forbidden: delete',
    'grants what is not held',
    'no such role',
    'another role',
    'existing',
    'new',
  ],
  prepare,
};

async function prepare({ client, random }: Setting): Promise<Trial> {
  // Of objects that are made twice, the first counts.
  const policy = random.list(3, () => makePolicy(random)).flatMap((objects) => objects.filter(isKubernetesObject).filter(isOfSome));
  for (const name of NAMESPACES) {
    await client.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const object of [...WRITERS, ...policy]) await client.send('POST', folderOf(object), object);
  await sleep(SETTLE);
  const stored = World.of(await readPolicy(client));
  // No controller aggregates there: a role holds what stands in it.
  const world = World.of(
    stored.objects().map((object) => (object['aggregationRule'] === undefined ? object : { ...object, aggregationRule: {} })),
  );
  const generate = (from: Random): JsonObject => ({
    object: from.once(3) ? renamed(makeGrant(from), from) : makeGrant(from),
    user: makeWriter(from),
    remove: from.once(6),
  });
  return { generate, compare: (input) => compare(input, { stored, world, client }) };
}

/** Were everybody given rights in the whole cluster, these might be all that there are. */
function isOfSome(object: KubernetesObject): boolean {
  return (
    object.kind !== 'ClusterRoleBinding' ||
    !getArray(object, 'subjects').some((subject) => getString(subject, 'name') === 'system:authenticated')
  );
}

/** The same under a name that nothing has yet; of bindings some name a role that is never there. */
function renamed(object: JsonObject, random: Random): JsonObject {
  const roleRef = getObject(object, 'roleRef');
  const aimed = roleRef !== undefined && random.once(8) ? { roleRef: { ...roleRef, name: 'nowhere' } } : {};
  return { ...object, ...aimed, metadata: { ...getObject(object, 'metadata'), name: 'made-now' } };
}

function makeWriter(random: Random): JsonObject {
  const name = random.pick(['jane', 'jane', 'june', 'joe', 'stranger', 'system:serviceaccount:shop:default']);
  return { name, groups: [...(random.once(3) ? ['ops'] : []), 'system:authenticated'] };
}

interface Asked {
  readonly stored: World;
  readonly world: World;
  readonly client: Client;
}

async function compare(input: JsonValue, { stored, world, client }: Asked): Promise<Comparison | undefined> {
  const object = getObject(input, 'object');
  const user = readUser(getObject(input, 'user') ?? null);
  if (object === undefined || !isKubernetesObject(object) || nameOf(object) === '' || user.name === '') return undefined;
  const isRemoval = getBoolean(input, 'remove') === true;
  const before = stored.get(refOf(object));
  if (isRemoval && before === undefined) return undefined;
  const path = `${folderOf(object)}/${nameOf(object)}?dryRun=All`;
  const answer = isRemoval
    ? await client.send('DELETE', path, undefined, undefined, user)
    : await client.send('PATCH', `${path}&fieldManager=judge&force=true`, object, 'application/apply-patch+yaml', user);
  const message = getString(answer.body, 'message') ?? '';
  const isRefused = answer.status === 403 || answer.status === 404 || message.includes(OTHER_ROLE);
  const real = isRefused ? message : '';
  const ours = refuse({ world, user, before, object, isRemoval }) ?? '';
  const coverage = [describe(real), before === undefined ? 'new' : 'existing'];
  if (inOrder(ours) === inOrder(real)) return { coverage };
  return {
    coverage,
    difference: { signature: describe(real), ours: ours === '' ? 'allowed' : ours, servers: real === '' ? 'allowed' : real },
  };
}

interface Write {
  readonly world: World;
  readonly user: UserInfo;
  readonly before: KubernetesObject | undefined;
  readonly object: KubernetesObject;
  readonly isRemoval: boolean;
}

function refuse({ world, user, before, object, isRemoval }: Write): string | undefined {
  const verbs = isRemoval ? ['delete'] : before === undefined ? ['patch', 'create'] : ['patch'];
  const resource = `${object.kind.toLowerCase()}s`;
  const group = 'rbac.authorization.k8s.io';
  const target = {
    kind: 'resource',
    user,
    group,
    resource,
    subresource: '',
    namespace: namespaceOf(object) ?? '',
    name: nameOf(object),
  } as const;
  // The right to create is asked for last, when all else has been looked at.
  const [first = '', second] = verbs;
  const why = refuseRequest(world, { ...target, verb: first });
  if (why !== undefined || isRemoval) return why;
  const after = { ...before, ...object, metadata: { ...before?.metadata, ...object.metadata } };
  const refusal = refuseGrant(world, { user, after, isNamed: true, ...(before === undefined ? {} : { before }) });
  if (refusal !== undefined || second === undefined) return refusal;
  return refuseRequest(world, { ...target, verb: second });
}

/** What the server says of a binding that is given another role. */
const OTHER_ROLE = 'cannot change roleRef';

function describe(message: string): string {
  if (message === '') return 'allowed';
  if (message.includes(OTHER_ROLE)) return 'another role';
  if (message.endsWith('not found') && !message.includes('is forbidden')) return 'no such role';
  if (message.includes('not currently held') || message.includes('aggregationRule')) return 'grants what is not held';
  return `forbidden: ${/cannot (\w+)/.exec(message)?.[1] ?? ''}`;
}

/** The authorizer names the roles that it misses in any order. */
function inOrder(message: string): string {
  return message.replace(/(?<=: RBAC: \[).*(?=\]$)/, (list) => list.split(', ').toSorted().join(', '));
}
