import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getArray, getAt, getString, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { gvkOf, isKubernetesObject, labelsOf, nameOf, namespaceOf, type KubernetesObject } from '../../../src/model/index.ts';
import { CLUSTER_PRIMITIVES } from '../../engine/rbac/escalation/cluster-primitives.ts';
import { DEPUTY_PRIMITIVES } from '../../engine/rbac/escalation/deputy-primitives.ts';
import { ESCAPES } from '../../engine/rbac/escalation/escapes.ts';
import { FOOTHOLD_PRIMITIVES } from '../../engine/rbac/escalation/foothold-primitives.ts';
import { IDENTITY_PRIMITIVES } from '../../engine/rbac/escalation/identity-primitives.ts';
import { POD_PRIMITIVES } from '../../engine/rbac/escalation/pod-primitives.ts';
import { guarded, HOME, object, pod, toGrants, type ExploitRequest, type Primitive } from '../../engine/rbac/escalation/primitive.ts';
import { ROLE_PRIMITIVES } from '../../engine/rbac/escalation/role-primitives.ts';
import { rule } from '../../engine/rbac/objects.ts';
import { Client, type ServerAnswer } from '../client.ts';

// Each primitive of escalation, carried out by a ServiceAccount that holds what it takes and nothing else, with a token of its own;
// and its twin, who holds a little less and is refused.
const config = parseJson(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'));
const cluster = getAt(getArray(config, 'clusters')[0] ?? {}, 'cluster') ?? {};
const admin = toClient(getString(getArray(config, 'users')[0] ?? {}, 'user', 'token') ?? '');
const PRIMITIVES = [
  ...CLUSTER_PRIMITIVES,
  ...DEPUTY_PRIMITIVES,
  ...FOOTHOLD_PRIMITIVES,
  ...IDENTITY_PRIMITIVES,
  ...POD_PRIMITIVES,
  ...ROLE_PRIMITIVES,
];
/** A right that every actor has: once it holds, so do the others, which were written with it. */
const MARK = 'escalation-mark';
const MERGE = 'application/merge-patch+json';

function toClient(token: string): Client {
  const port = Number(new URL(getString(cluster, 'server') ?? '').port);
  return new Client({ port, token, certificate: getString(cluster, 'certificate-authority') ?? '' });
}

const LEVEL = 'pod-security.kubernetes.io/enforce';
const UNGUARDED: JsonObject = { metadata: { name: 'prey', labels: { [LEVEL]: 'privileged' } } };

const RESOURCES: Readonly<Record<string, string>> = {
  ClusterPolicy: 'clusterpolicies',
  Composition: 'compositions',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicybindings',
};

function pathOf(item: KubernetesObject): string {
  const { group, version, kind } = gvkOf(item);
  const namespace = namespaceOf(item);
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${RESOURCES[kind] ?? `${kind.toLowerCase()}s`}`;
}

/** Makes an object; what is there stays as it is, but for the level of a namespace. */
async function make(item: KubernetesObject): Promise<void> {
  const answer = await admin.send('POST', pathOf(item), item);
  const isThere = answer.status === 409;
  assert.ok(isThere || answer.status < 300, `${pathOf(item)}: ${getString(answer.body, 'message')}`);
  if (isThere && item.kind === 'Namespace') await admin.must('PATCH', `${pathOf(item)}/${nameOf(item)}`, item, MERGE);
}

/** Waits until Pod Security, which hears of a namespace's labels a little later, judges by them. */
async function waitForLevel(namespace: KubernetesObject): Promise<void> {
  const level = labelsOf(namespace).get(LEVEL) ?? 'privileged';
  const path = `/api/v1/namespaces/${nameOf(namespace)}/pods?dryRun=All`;
  const securityContext = { privileged: true };
  const privileged = pod('probe', { containers: [{ name: 'main', image: 'busybox', securityContext }] });
  for (const [body, allowed] of [
    [privileged, level === 'privileged'],
    [pod('probe'), level !== 'restricted'],
  ] as const)
    await waitFor(admin, { method: 'POST', path, body }, (status) => (status === 403 ? !allowed : status < 300 && allowed));
}

async function remove(item: KubernetesObject): Promise<void> {
  await admin.send('DELETE', `${pathOf(item)}/${nameOf(item)}?gracePeriodSeconds=0`);
}

/** The actor's own client, once all of its rights hold. */
async function enter(actor: string, holder: Pick<Primitive, 'rules' | 'wide'>): Promise<Client> {
  const mark = rule('get', '', 'configmaps', MARK);
  const { rules = [], wide = [] } = holder;
  const marked = { rules: rules.length > 0 ? [...rules, mark] : [], wide: wide.length > 0 ? [...wide, mark] : [] };
  await make(object('v1', 'ServiceAccount', actor, {}, HOME));
  for (const grant of toGrants(actor, marked)) await make(grant);
  const answer = await admin.must('POST', `/api/v1/namespaces/${HOME}/serviceaccounts/${actor}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  const client = toClient(getString(answer, 'status', 'token') ?? '');
  const scopes = [...(rules.length > 0 ? ['prey'] : []), ...(wide.length > 0 ? ['default'] : [])];
  for (const scope of scopes)
    await waitFor(client, { method: 'GET', path: `/api/v1/namespaces/${scope}/configmaps/${MARK}` }, (status) => status === 404);
  return client;
}

async function send(client: Client, { method, path, body, as }: ExploitRequest): Promise<ServerAnswer> {
  const isApply = path.includes('fieldManager=');
  const type =
    method !== 'PATCH' ? 'application/json' : isApply ? 'application/apply-patch+yaml' : 'application/strategic-merge-patch+json';
  const answer = await client.send(method, path, body, type, as);
  return answer.status === 415 ? client.send(method, path, body, MERGE, as) : answer;
}

async function waitFor(client: Client, request: ExploitRequest, isDone: (status: number, body: JsonObject) => boolean): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await send(client, request);
    if (isDone(status, body)) return;
    assert.ok(attempt < 200, `${request.method} ${request.path}: ${status} ${getString(body, 'message') ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Makes one request of an exploit; fails the test where it does not come off. */
async function carryOut(client: Client, request: ExploitRequest): Promise<void> {
  const { until } = request;
  if (until !== undefined && until !== 'authorized') {
    return waitFor(client, request, (status, body) => status < 300 && has(body, until.field));
  }
  const { status, body } = await send(client, request);
  const isDone = until === 'authorized' ? status !== 403 && status !== 401 : status < 300;
  assert.ok(isDone, `${request.method} ${request.path}: ${status} ${getString(body, 'message') ?? ''}`);
}

function has(body: JsonObject, field: readonly (string | number)[]): boolean {
  let at: JsonValue | undefined = body;
  for (const step of field) at = typeof step === 'number' ? getArray(at ?? {})[step] : getAt(at ?? {}, step);
  return at !== undefined && at !== '';
}

/** Whether what is sent is an object, not a question. */
function isNamed(body: JsonObject | undefined): body is KubernetesObject {
  return isKubernetesObject(body) && getString(body, 'metadata', 'name') !== undefined;
}

/** Whether one of the requests is refused, and why. */
async function isRefused(client: Client, requests: readonly ExploitRequest[]): Promise<boolean> {
  for (const request of requests) {
    const { status } = await send(client, request);
    if (status === 403 || status === 422) return true;
    const isDone = request.until === 'authorized' || status < 300;
    assert.ok(isDone, `${request.method} ${request.path}: ${status}`);
  }
  return false;
}

describe('escalation', { concurrency: 1 }, () => {
  const made: KubernetesObject[] = [];
  before(async () => {
    for (const name of [HOME, 'prey']) await make(object('v1', 'Namespace', name, {}, ''));
    await make(object('v1', 'ServiceAccount', 'strong'));
    await make(object('v1', 'ServiceAccount', 'default'));
  });
  after(async () => {
    for (const item of made.toReversed()) await remove(item);
    for (const name of [HOME, 'prey']) await remove(object('v1', 'Namespace', name, {}, ''));
  });

  /** Makes what is there besides, and the actor. */
  async function setUp(actor: string, holder: Pick<Primitive, 'rules' | 'wide'>, world: Primitive['world']): Promise<Client> {
    const items = world?.(actor) ?? [];
    const own = items.find(({ kind }) => kind === 'Namespace');
    const prey = own ?? object('v1', 'Namespace', 'prey', UNGUARDED, '');
    await make(prey);
    await waitForLevel(prey);
    for (const item of items) if (item !== own) await make(item);
    made.push(...items.filter(({ kind }) => kind !== 'Namespace'), ...toGrants(actor, holder));
    return enter(actor, holder);
  }

  test('Pods that get at their node are made where nothing is enforced, and refused by baseline', async () => {
    const path = '/api/v1/namespaces/prey/pods?dryRun=All';
    for (const [namespace, isRefused] of [
      [object('v1', 'Namespace', 'prey', UNGUARDED, ''), false],
      [guarded('baseline'), true],
    ] as const) {
      await make(namespace);
      await waitForLevel(namespace);
      for (const { name: what, spec } of ESCAPES) {
        const { status, body } = await admin.send('POST', path, pod('escape', spec));
        assert.equal(status, isRefused ? 403 : 201, `${what}: ${getString(body, 'message') ?? ''}`);
      }
    }
  });

  for (const [index, { name, rules = [], wide = [], replay, twin, world }] of PRIMITIVES.entries()) {
    if (replay === undefined) continue;
    // The twin is first: it must not find what the other has made.
    test(`${name}; not so: ${twin.why}`, async () => {
      const actor = `twin-${index}`;
      const client = await setUp(actor, twin, twin.world ?? world);
      assert.ok(await isRefused(client, (twin.replay ?? replay)(actor)), 'nothing was refused');
    });
    test(name, async () => {
      const actor = `thief-${index}`;
      const client = await setUp(actor, { rules, wide }, world);
      const requests = replay(actor);
      made.push(...requests.flatMap(({ method, body }) => (method === 'POST' && isNamed(body) ? [body] : [])));
      for (const request of requests) await carryOut(client, request);
    });
  }
});
