// Records what the oracle answers: `node --import tsx record.ts ORACLE OPENAPI_FOLDER > fixtures/plan/merge/recorded.json`.
// ORACLE is main.go, built in the module scripts/judges/modules/v1.36.3; the folder is api/openapi-spec/v3 of
// k8s.io/kubernetes. The questions are made from a fixed seed, so a new recording differs only where Kubernetes does.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

type Json = Record<string, unknown>;

const [oracle = '', folder = ''] = process.argv.slice(2);
const FILES = ['api__v1', 'apis__apps__v1', 'apis__networking.k8s.io__v1', 'apis__rbac.authorization.k8s.io__v1'];
const MANAGERS = ['kapply', 'kapply', 'kapply', 'kubectl-edit', 'hpa', 'other'];
const SCENARIOS = 90;
const STEPS = 6;

let seed = 20_261_121;
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

function pick<T>(items: readonly T[]): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function maybe(fields: Record<string, () => unknown>): Json {
  const out: Json = {};
  for (const [name, make] of Object.entries(fields)) if (random(3) > 0) out[name] = make();
  return out;
}

function some<T>(items: readonly T[]): T[] {
  const kept = items.filter(() => random(3) > 0);
  return random(3) === 0 ? kept.toReversed() : kept;
}

const words = (): Json => Object.fromEntries(some(['a', 'b', 'c']).map((key) => [key, pick(['1', '2'])]));

function metadata(): Json {
  return {
    name: 'x',
    namespace: 'n',
    ...maybe({
      labels: words,
      annotations: words,
      finalizers: () => some(['x/f', 'x/g', 'x/h']),
      ownerReferences: () => some(['u1', 'u2']).map((uid) => ({ apiVersion: 'v1', kind: 'Pod', name: uid, uid })),
    }),
  };
}

function container(name: string): Json {
  return {
    name,
    ...maybe({
      image: () => pick(['i:1', 'i:2']),
      args: () => some(['-a', '-b', '-c']),
      ports: () =>
        some([80, 81]).map((containerPort) => ({
          containerPort,
          ...maybe({ protocol: () => pick(['TCP', 'UDP']), name: () => pick(['p', 'q']) }),
        })),
      env: () => some(['A', 'B', 'C']).map((name) => ({ name, value: pick(['1', '2']) })),
      resources: () => maybe({ limits: () => ({ cpu: pick(['1', '2']) }), requests: () => ({ memory: pick(['1Gi', '2Gi']) }) }),
      securityContext: () => maybe({ privileged: () => false, runAsUser: () => pick([1, 2]) }),
      volumeMounts: () => some(['/a', '/b']).map((mountPath) => ({ mountPath, name: 'v' })),
    }),
  };
}

function podSpec(): Json {
  return {
    containers: ['z', ...some(['a', 'b', 'c'])].map(container),
    ...maybe({
      nodeSelector: words,
      tolerations: () => some(['t', 'u']).map((key) => ({ key, operator: 'Exists' })),
      securityContext: () => maybe({ runAsUser: () => pick([1, 2]), fsGroup: () => 1 }),
      volumes: () => some(['v', 'w']).map((name) => ({ name, ...pick([{ emptyDir: {} }, { configMap: { name: 'c' } }]) })),
      topologySpreadConstraints: () =>
        some(['z', 'h']).map((topologyKey) => ({ topologyKey, maxSkew: pick([1, 2]), whenUnsatisfiable: 'DoNotSchedule' })),
    }),
  };
}

const KINDS: readonly (() => Json)[] = [
  () => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(),
    spec: {
      selector: { matchLabels: { a: pick(['1', '2']) } },
      template: { metadata: maybe({ labels: words }), spec: podSpec() },
      ...maybe({
        replicas: () => pick([1, 2, 3]),
        strategy: () =>
          pick([{ type: 'Recreate' }, { rollingUpdate: maybe({ maxSurge: () => pick([1, '25%']), maxUnavailable: () => 1 }) }]),
      }),
    },
    ...(random(6) === 0 ? { status: { replicas: 3 } } : {}),
  }),
  () => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(),
    spec: maybe({
      type: () => pick(['ClusterIP', 'NodePort']),
      selector: words,
      externalIPs: () => some(['1.1.1.1', '2.2.2.2']),
      ports: () =>
        some([80, 81, 82]).map((port) => ({
          port,
          protocol: pick(['TCP', 'TCP', 'UDP']),
          targetPort: pick([8080, 'http']),
          ...maybe({ name: () => `p${port}` }),
        })),
    }),
  }),
  () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(), ...maybe({ data: words, binaryData: () => ({ x: 'AA==' }) }) }),
  () => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(),
    spec: {
      podSelector: random(2) === 0 ? {} : { matchLabels: words() },
      ...maybe({ ingress: () => some([1, 2]).map((port) => ({ ports: [{ port }] })), policyTypes: () => ['Ingress'] }),
    },
  }),
  () => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: pick(['r', 's']) },
    ...maybe({ subjects: () => some(['a', 'b']).map((name) => ({ kind: 'ServiceAccount', name, namespace: 'n' })) }),
  }),
];

function makeStep(make: () => Json, live: Json | undefined): Json {
  const op = live === undefined || random(4) > 0 ? 'apply' : 'update';
  const object = make();
  if (op === 'update')
    object['metadata'] = {
      ...(object['metadata'] as Json),
      uid: 'u',
      managedFields: (live?.['metadata'] as Json | undefined)?.['managedFields'],
    };
  const status = op === 'update' && random(4) === 0 && object['kind'] === 'Deployment';
  return { op, live: live ?? null, object, manager: pick(MANAGERS), force: random(3) === 0, subresource: status ? 'status' : '' };
}

function ask(questions: readonly Json[]): Json[] {
  const input = questions.map((question) => JSON.stringify(question)).join('\n');
  const files = FILES.map((file) => join(folder, `${file}_openapi.json`));
  const run = spawnSync(oracle, files, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
}

/** What is updated is what would be stored: of the form that Kubernetes' own types give it. */
function asStored(questions: readonly Json[]): Json[] {
  const stored = ask(questions.map(({ object }) => ({ op: 'store', object })));
  return questions.map((question, index) => (question['op'] === 'update' ? { ...question, object: stored[index]?.['object'] } : question));
}

function makeNothing(): Json {
  throw new Error('no such kind');
}

function withoutManagers(object: Json, drop: boolean): Json {
  if (!drop) return object;
  const { managedFields: _, ...rest } = object['metadata'] as Json;
  return { ...object, metadata: rest };
}

const recorded: Json[] = [];
let lives: (Json | undefined)[] = Array.from({ length: SCENARIOS }, () => undefined);
for (let step = 0; step < STEPS; step++) {
  const questions = asStored(lives.map((live, index) => makeStep(KINDS[index % KINDS.length] ?? makeNothing, live)));
  const answers = ask(questions);
  lives = answers.map((answer, index) => {
    recorded.push({ question: questions[index], answer });
    const object = answer['object'] as Json | undefined;
    if (object === undefined) return lives[index];
    object['metadata'] = { ...(object['metadata'] as Json), uid: 'u' };
    return withoutManagers(object, random(12) === 0);
  });
}
process.stdout.write(`[\n${recorded.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
