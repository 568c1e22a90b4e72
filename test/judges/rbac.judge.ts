import { isKubernetesObject, World, type KubernetesObject } from '../../src/model/index.ts';
import { describeBinding } from '../../src/engine/rbac/binding.ts';
import { authorize, type AccessRequest, type Decision } from '../../src/engine/rbac/index.ts';
import { getArray, getBoolean, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { sleep, type Client } from './client.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import type { Random } from './random.ts';
import { makeRequest, makeRules, makeSubjects, NAMESPACES } from './rbac-world.ts';

const API = '/apis/rbac.authorization.k8s.io/v1';
/** How long the server's caches may take to see a new object. */
const SETTLE = 2000;

const BRANCHES: readonly string[] = [
  'allowed: path',
  'allowed: resource',
  'denied with a reason: resource',
  'denied: path',
  'denied: resource',
];

/** Whether `authorize` decides as the server's SubjectAccessReview does, reason included. One world of roles and bindings, many requests. */
export const rbacJudge: Judge = { subject: 'rbac', cases: 3000, parallel: 8, branches: BRANCHES, prepare };

async function prepare({ client, random }: Setting): Promise<Trial> {
  for (const name of NAMESPACES.filter((item) => !item.startsWith('kube-'))) await client.createNamespace(name);
  for (const object of makeWorld(random)) await client.must('POST', folderOf(object), object);
  await sleep(SETTLE);
  const world = World.of(await readPolicy(client));
  return { generate: (from) => toReview(makeRequest(from)), compare: (input) => compare(input, world, client) };
}

async function compare(input: JsonValue, world: World, client: Client): Promise<Comparison | undefined> {
  const request = toRequest(input);
  const answer = await client.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec: input });
  if (request === undefined || answer.status !== 201) return undefined;
  const allowed = getBoolean(answer.body, 'status', 'allowed') === true;
  const reason = getString(answer.body, 'status', 'reason') ?? '';
  const decision = authorize(world, request);
  const coverage = [`${allowed ? 'allowed' : reason === '' ? 'denied' : 'denied with a reason'}: ${request.kind}`];
  if (decision.allowed === allowed && isReasonOf(reason, decision)) return { coverage };
  const signature =
    decision.allowed === allowed
      ? `${allowed ? 'allowed' : 'denied'} for another reason`
      : `${allowed ? 'allowed' : 'denied'} by the server`;
  return {
    coverage,
    difference: {
      signature,
      ours: stringifyJson({ allowed: decision.allowed, reason: decision.reason }),
      servers: stringifyJson({ allowed, reason }),
    },
  };
}

/** The server visits bindings in no order: where several allow, any of them may be its reason, and denials name missing roles in any order. */
function isReasonOf(reason: string, decision: Decision): boolean {
  if (!decision.allowed) return listMissing(reason) === listMissing(decision.reason);
  const others = decision.rules.flatMap(({ grant }) => {
    const subject = grant.binding.subjects[grant.subjectIndex];
    return subject === undefined ? [] : [`RBAC: allowed by ${describeBinding(grant.binding, subject)}`];
  });
  return [decision.reason, ...others].includes(reason);
}

function listMissing(reason: string): string {
  return reason
    .replace(/^RBAC: \[?|\]$/g, '')
    .split(', ')
    .toSorted()
    .join();
}

function toRequest(spec: JsonValue): AccessRequest | undefined {
  const user = {
    name: getString(spec, 'user') ?? '',
    groups: getArray(spec, 'groups').flatMap((item) => (typeof item === 'string' ? [item] : [])),
  };
  const path = getObject(spec, 'nonResourceAttributes');
  if (path !== undefined) return { kind: 'path', user, verb: getString(path, 'verb') ?? '', path: getString(path, 'path') ?? '' };
  const asked = getObject(spec, 'resourceAttributes');
  if (asked === undefined) return undefined;
  const text = (name: string): string => getString(asked, name) ?? '';
  return {
    kind: 'resource',
    user,
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
}

/** The whole policy: ours, and what the server has made for itself. */
export async function readPolicy(client: Client): Promise<readonly KubernetesObject[]> {
  const kinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
  const lists = await Promise.all(kinds.map((kind) => client.must('GET', `${API}/${kind.toLowerCase()}s`)));
  return lists.flatMap((list, index) =>
    getArray(list, 'items').flatMap((item) => {
      const object = { ...getObject(item), apiVersion: 'rbac.authorization.k8s.io/v1', kind: kinds[index] ?? '' };
      return isKubernetesObject(object) ? [object] : [];
    }),
  );
}

export function folderOf(object: KubernetesObject): string {
  const namespace = getString(object.metadata, 'namespace');
  const plural = `${object.kind.toLowerCase()}s`;
  return namespace === undefined ? `${API}/${plural}` : `${API}/namespaces/${namespace}/${plural}`;
}

function makeWorld(random: Random): readonly KubernetesObject[] {
  const made = (kind: string, metadata: JsonObject, fields: JsonObject): KubernetesObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    ...fields,
  });
  const reference = (kind: string, name: string): JsonObject => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name } });
  const subjects = (needsNamespace: boolean): JsonObject => ({ subjects: makeSubjects(random, needsNamespace) });
  return [
    ...random.list(15, (i) => made('ClusterRole', { name: `judged-c${i}` }, { rules: makeRules(random, true) })),
    ...random.list(15, (i) =>
      made('Role', { name: `judged-r${i}`, namespace: random.pick(NAMESPACES) }, { rules: makeRules(random, false) }),
    ),
    ...random.list(9, (i) =>
      made(
        'ClusterRoleBinding',
        { name: `judged-cb${i}` },
        { ...reference('ClusterRole', `judged-c${random.below(17)}`), ...subjects(true) },
      ),
    ),
    ...random.list(20, (i) => {
      const role = random.once(2)
        ? reference('ClusterRole', `judged-c${random.below(16)}`)
        : reference('Role', `judged-r${random.below(17)}`);
      return made('RoleBinding', { name: `judged-b${i}`, namespace: random.pick(NAMESPACES) }, { ...role, ...subjects(false) });
    }),
  ];
}

/** A request as the server is asked about it. */
function toReview(request: JsonObject): JsonObject {
  const { user, verb = '', path, ...target } = request;
  const who = { user: getString(user, 'name') ?? '', groups: getArray(user, 'groups') };
  return path === undefined ? { ...who, resourceAttributes: { ...target, verb } } : { ...who, nonResourceAttributes: { verb, path } };
}
