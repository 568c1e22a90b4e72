import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getArray, getAt, getString, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { gvkOf, isKubernetesObject, labelsOf, nameOf, namespaceOf, type KubernetesObject } from '../../../src/model/index.ts';
import { CLUSTER_PRIMITIVES } from '../../engine/rbac/escalation/cluster-primitives.ts';
import { DEPUTY_PRIMITIVES } from '../../engine/rbac/escalation/deputy-primitives.ts';
import { ESCAPES } from '../../engine/rbac/escalation/escapes.ts';
import { FOOTHOLD_PRIMITIVES } from '../../engine/rbac/escalation/foothold-primitives.ts';
import { IDENTITY_PRIMITIVES } from '../../engine/rbac/escalation/identity-primitives.ts';
import { POD_PRIMITIVES } from '../../engine/rbac/escalation/pod-primitives.ts';
import { guarded, HOME, LOG, object, pod, toGrants, type ExploitRequest, type Primitive } from '../../engine/rbac/escalation/primitive.ts';
import { ROLE_PRIMITIVES } from '../../engine/rbac/escalation/role-primitives.ts';
import { rule } from '../../engine/rbac/objects.ts';
import { Client, type ServerAnswer } from '../client.ts';
import { startMachines } from './machines.ts';

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
/** The minor version of the server. */
const MINOR = Number((process.env['KPLAN_RELEASE'] ?? '1.36').replace(/^1\./, ''));
/** A right that every actor has: once it holds, so do the others, which were written with it. */
const MARK = 'escalation-mark';
/** Where Pods run. */
const MACHINE = 'escalation-node';
const NAMESPACES = new Set([HOME, 'prey', ...PRIMITIVES.flatMap(({ home }) => home ?? [])]);
const MERGE = 'application/merge-patch+json';

type Holder = Pick<Primitive, 'home' | 'rules' | 'wide'>;

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

/** Makes an object, once its kind is served; what is there stays as it is, but for the level of a namespace. */
async function make(item: KubernetesObject): Promise<void> {
  const answer = await waitFor(admin, { method: 'POST', path: pathOf(item), body: item }, (status) => status !== 404);
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
async function enter(actor: string, { home = HOME, rules = [], wide = [] }: Holder): Promise<Client> {
  const mark = rule('get', '', 'configmaps', MARK);
  const marked = { home, rules: rules.length > 0 ? [...rules, mark] : [], wide: wide.length > 0 ? [...wide, mark] : [] };
  await make(object('v1', 'ServiceAccount', actor, {}, home));
  for (const grant of toGrants(actor, marked)) await make(grant);
  const answer = await admin.must('POST', `/api/v1/namespaces/${home}/serviceaccounts/${actor}/token`, {
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

/** A port that is free. */
async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** Sends a request of an exploit, as whoever makes it; `last` is the answer to the one before. */
async function send(actor: Client, request: ExploitRequest, last: JsonObject = {}): Promise<ServerAnswer> {
  const { method, path, by } = request;
  const client = by === undefined ? actor : admin;
  const as = by === undefined || by === 'onlooker' ? request.as : by;
  const body = typeof request.body === 'function' ? request.body(last) : request.body;
  const isApply = path.includes('fieldManager=');
  const type =
    method !== 'PATCH' ? 'application/json' : isApply ? 'application/apply-patch+yaml' : 'application/strategic-merge-patch+json';
  const answer = await client.send(method, path, body, type, as);
  return answer.status === 415 ? client.send(method, path, body, MERGE, as) : answer;
}

/** Sends a request again until its answer is the wanted one; fails the test where none is. */
async function waitFor(
  client: Client,
  request: ExploitRequest,
  isWanted: (status: number, body: JsonObject) => boolean,
  last?: JsonObject,
): Promise<ServerAnswer> {
  for (let attempt = 0; ; attempt++) {
    const answer = await send(client, request, last);
    if (isWanted(answer.status, answer.body)) return answer;
    assert.ok(attempt < 600, `${request.method} ${request.path}: ${answer.status} ${getString(answer.body, 'message') ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Makes one request after the other; fails the test where one does not come off. */
async function carryOut(client: Client, requests: readonly ExploitRequest[]): Promise<void> {
  let last: JsonObject = {};
  for (const request of requests) {
    const { until } = request;
    const answer = until === undefined ? await send(client, request, last) : await waitFor(client, request, isDone(request), last);
    assert.ok(isDone(request)(answer.status, answer.body), `${request.method} ${request.path}: ${getString(answer.body, 'message') ?? ''}`);
    last = answer.body;
  }
}

/** Whether an answer is what a request must come to. */
function isDone({ until }: ExploitRequest): (status: number, body: JsonObject) => boolean {
  if (until === 'authorized') return (status) => status !== 403 && status !== 401;
  return (status, body) => status < 300 && (until === undefined || has(body, until));
}

function has(body: JsonObject, { field, is }: Exclude<NonNullable<ExploitRequest['until']>, 'authorized'>): boolean {
  let at: JsonValue | undefined = body;
  for (const step of field) at = typeof step === 'number' ? getArray(at ?? {})[step] : getAt(at ?? {}, step);
  return is === undefined ? at !== undefined && at !== '' : at === is;
}

/** Whether what is sent is an object, not a question. */
function isNamed(body: ExploitRequest['body']): body is KubernetesObject {
  return typeof body === 'object' && isKubernetesObject(body) && getString(body, 'metadata', 'name') !== undefined;
}

/** Whether one of the requests is refused, or an onlooker does not see what it takes. */
async function isRefused(client: Client, requests: readonly ExploitRequest[]): Promise<boolean> {
  let last: JsonObject = {};
  for (const request of requests) {
    const isRefusal = (status: number): boolean => status === 403 || status === 422;
    const isWanted = isDone(request);
    const answer = await waitFor(
      client,
      request,
      (status, body) => isRefusal(status) || request.by === 'onlooker' || isWanted(status, body),
      last,
    );
    if (isRefusal(answer.status) || !isWanted(answer.status, answer.body)) return true;
    last = answer.body;
  }
  return false;
}

describe('escalation', { concurrency: 1 }, () => {
  const made: KubernetesObject[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'kplan-escalation-'));
  let machines: ReturnType<typeof startMachines> | undefined;
  before(async () => {
    machines = startMachines(folder, { port: await findPort(), log: LOG });
    await make(object('v1', 'Node', MACHINE, {}, ''));
    for (const name of NAMESPACES) await make(object('v1', 'Namespace', name, {}, ''));
    await make(object('v1', 'ServiceAccount', 'strong'));
    await make(object('v1', 'ServiceAccount', 'default'));
  });
  after(async () => {
    for (const item of made.toReversed()) await remove(item);
    await remove(object('v1', 'Node', MACHINE, {}, ''));
    for (const name of NAMESPACES) await remove(object('v1', 'Namespace', name, {}, ''));
    await machines?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Makes what is there besides, and the actor. */
  async function setUp(actor: string, holder: Holder, world: Primitive['world']): Promise<Client> {
    const items = world?.(actor) ?? [];
    const own = items.find((item) => item.kind === 'Namespace' && nameOf(item) === 'prey');
    const prey = own ?? object('v1', 'Namespace', 'prey', UNGUARDED, '');
    await make(prey);
    await waitForLevel(prey);
    for (const item of items) if (item !== own) await make(item);
    made.push(...items.filter((item) => item !== own), ...toGrants(actor, holder));
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

  for (const [index, primitive] of PRIMITIVES.entries()) {
    const { name, home = HOME, rules = [], wide = [], replay, twin, world } = primitive;
    const refused = twin.refused ?? twin;
    const skip = whyNot(primitive);
    // The twin is first: it must not find what the other has made.
    test(`${name}; not so: ${refused.why}`, { skip: skip.twin }, async () => {
      const actor = `twin-${index}`;
      const client = await setUp(actor, { ...refused, home }, twin.world ?? world);
      assert.ok(await isRefused(client, (twin.replay ?? replay)(actor)), 'nothing was refused');
    });
    test(name, { skip: skip.thief }, async () => {
      const actor = `thief-${index}`;
      const client = await setUp(actor, { home, rules, wide }, world);
      const requests = replay(actor);
      made.push(...requests.flatMap(({ method, body }) => (method === 'POST' && isNamed(body) ? [body] : [])));
      await carryOut(client, requests);
    });
  }
});

/** What cannot be asked of a server of this version, and why. */
function whyNot({ since = 0, refusedSince }: Primitive): { readonly thief: string | false; readonly twin: string | false } {
  if (MINOR < since) return { thief: `known since 1.${since}`, twin: `known since 1.${since}` };
  const isOlder = refusedSince === undefined || MINOR < refusedSince;
  return {
    thief: isOlder ? false : `refused since 1.${refusedSince}`,
    twin: isOlder && refusedSince !== undefined ? `refused since 1.${refusedSince}` : false,
  };
}
