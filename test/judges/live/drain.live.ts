import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { podTemplateOf, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, parseJson, stringifyJson, type JsonValue } from '../../../src/std/index.ts';
import { run } from '../../cli/program.ts';
import { DRAIN_CASES, type DrainCase } from './drain-cases.ts';
import { kubectl, kubectlGet, tryKubectl } from './kubectl.ts';
import { startMachines } from './machines.ts';

// The drains of the real kubectl, under the real disruption controller, eviction subresource and scheduler, and ours of a
// snapshot taken just before: who is evicted, who is held and why, what is refused and warned of, word for word.
const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';
// A drain that we say ends has minutes to end on a slow machine; only one that we say is held has to be given up.
const TIMEOUTS = { ends: 240, held: 60 };
const folder = mkdtempSync(join(tmpdir(), 'kplan-drain-'));
const machines = startMachines(folder);
const CASES = DRAIN_CASES.map((item, index) => ({ ...item, namespace: `drain-${index}` }));
type Case = (typeof CASES)[number];

/** What a drain did, in words that both sides have. */
interface Outcome {
  readonly evicted: readonly string[];
  readonly held: readonly string[];
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

const [real, ours] = [new Map<string, Outcome>(), new Map<string, Outcome>()];

before(async () => {
  createAll();
  await settle();
  for (const { namespace, unready = [] } of CASES) for (const app of unready) makeUnready(namespace, app);
  openAll();
  await settle();
  const snapshot = join(folder, 'live.json');
  writeFileSync(
    snapshot,
    stringifyJson(
      kubectlGet(
        'nodes,pods,replicasets.apps,deployments.apps,statefulsets.apps,daemonsets.apps,jobs.batch,poddisruptionbudgets.policy,priorityclasses.scheduling.k8s.io,namespaces',
        '-A',
      ),
    ),
  );
  for (const item of CASES) ours.set(item.namespace, await drainOurs(item, snapshot));
  await Promise.all(
    CASES.map(async (item) => {
      const isHeld = (ours.get(item.namespace)?.held.length ?? 0) > 0;
      real.set(item.namespace, await drainReal(item, isHeld ? TIMEOUTS.held : TIMEOUTS.ends));
    }),
  );
});

after(async () => {
  tryKubectl(['delete', 'nodes', '-l', 'drain-case', '--wait=false']);
  tryKubectl(['delete', 'namespace', '--wait=false', ...CASES.map(({ namespace }) => namespace)]);
  await sleep(3000);
  await machines.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('drains are those of kubectl', () => {
  for (const { name, namespace } of CASES) {
    test(name, () => assert.deepEqual(ours.get(namespace), real.get(namespace)));
  }
});

test('something was evicted, held, refused and warned of', () => {
  for (const field of ['evicted', 'held', 'refusals', 'warnings'] as const)
    assert.ok([...real.values()].filter((outcome) => outcome[field].length > 0).length >= 3, field);
});

function nodeName({ namespace }: Case, letter: string): string {
  return `${namespace}-${letter}`;
}

function toNode(item: Case, letter: string): KubernetesObject {
  const name = nodeName(item, letter);
  const amounts = { cpu: '4', memory: '8Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'drain-case': item.namespace } },
    spec: {
      taints: [{ key: 'drain-case', value: item.namespace, effect: 'NoSchedule' }],
      ...(item.open.includes(letter) ? {} : { unschedulable: true }),
    },
    status: { capacity: amounts, allocatable: amounts },
  };
}

/** The object in its namespace, its pods held to the nodes of the case. */
function held(object: KubernetesObject, namespace: string): KubernetesObject {
  const bound = { nodeSelector: { 'drain-case': namespace }, tolerations: [{ key: 'drain-case', operator: 'Exists' }] };
  const metadata = { ...object.metadata, namespace };
  if (object.kind === 'Pod') return { ...object, metadata, spec: { ...getObject(object, 'spec'), ...bound } };
  const template = podTemplateOf(object);
  if (template === undefined) return { ...object, metadata };
  const spec = getObject(object, 'spec') ?? {};
  return { ...object, metadata, spec: { ...spec, template: { ...getObject(spec, 'template'), spec: { ...template.spec, ...bound } } } };
}

function createAll(): void {
  const list = (items: readonly JsonValue[]): string => stringifyJson({ apiVersion: 'v1', kind: 'List', items });
  const nodes = CASES.flatMap((item) => item.nodes.split('').map((letter) => toNode(item, letter)));
  const spaces = CASES.map(({ namespace }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  kubectl(['create', '-f', '-'], list([...nodes, ...spaces]));
  for (const { namespace } of CASES) kubectl(['wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=30s']);
  kubectl(['create', '-f', '-'], list(CASES.flatMap(({ namespace, objects }) => objects.map((object) => held(object, namespace)))));
}

/** Waits until every pod of the cases is there and has started, every budget counts those that are ready, and nothing moves any more. */
async function settle(): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 600; attempt++) {
    await sleep(500);
    const pods = podsOfCases();
    const budgets = getArray(kubectlGet('poddisruptionbudgets', '-A'), 'items');
    const versions = stringifyJson([...pods, ...budgets].map((item) => getString(item, 'metadata', 'resourceVersion') ?? ''));
    const isStarted = pods.length >= countWanted() && pods.every((pod) => getString(pod, 'status', 'podIP') !== undefined);
    if (isStarted && versions === last && budgets.every((budget) => isShared(budget, budgets) || isCounted(budget, pods))) return;
    last = versions;
  }
  assert.fail(`the pods do not get ready: ${kubectl(['get', 'pods,poddisruptionbudgets', '-A'])}`);
}

/** Whether another budget is in its namespace: of budgets that hold the same pod, the controller counts anew for one only. */
function isShared(budget: JsonValue, budgets: readonly JsonValue[]): boolean {
  const namespaceOf = (item: JsonValue): string | undefined => getString(item, 'metadata', 'namespace');
  return budgets.some((other) => other !== budget && namespaceOf(other) === namespaceOf(budget));
}

function isCounted(budget: JsonValue, pods: readonly JsonValue[]): boolean {
  const app = getString(budget, 'spec', 'selector', 'matchLabels', 'app');
  const own = pods.filter((pod) => getString(pod, 'metadata', 'namespace') === getString(budget, 'metadata', 'namespace'));
  const ready = own.filter((pod) => (app === undefined || getString(pod, 'metadata', 'labels', 'app') === app) && isReady(pod));
  const isSeen = getNumber(budget, 'status', 'observedGeneration') === getNumber(budget, 'metadata', 'generation');
  return isSeen && getNumber(budget, 'status', 'currentHealthy') === ready.length;
}

function podsOfCases(): readonly JsonValue[] {
  return getArray(kubectlGet('pods', '-A'), 'items').filter(
    (pod) => getString(pod, 'metadata', 'namespace')?.startsWith('drain-') === true,
  );
}

function countWanted(): number {
  const countOf = ({ kind, spec }: KubernetesObject, item: Case): number => {
    if (kind === 'PodDisruptionBudget') return 0;
    return kind === 'DaemonSet'
      ? item.open.length
      : kind === 'Pod'
        ? 1
        : (getNumber(spec, 'replicas') ?? getNumber(spec, 'parallelism') ?? 1);
  };
  return CASES.reduce((sum, item) => sum + item.objects.reduce((count, object) => count + countOf(object, item), 0), 0);
}

function isReady(pod: JsonValue): boolean {
  return getArray(pod, 'status', 'conditions').some((item) => getString(item, 'type') === 'Ready' && getString(item, 'status') === 'True');
}

function makeUnready(namespace: string, app: string): void {
  const [pod] = kubectl(['get', 'pods', '-n', namespace, '-l', `app=${app}`, '-o', 'name']).split('\n');
  const patch = stringifyJson({ status: { conditions: [{ type: 'Ready', status: 'False' }] } });
  kubectl(['patch', pod ?? '', '-n', namespace, '--subresource=status', '-p', patch]);
}

function openAll(): void {
  const closed = CASES.flatMap((item) =>
    item.nodes
      .split('')
      .filter((letter) => !item.open.includes(letter))
      .map((letter) => nodeName(item, letter)),
  );
  kubectl(['uncordon', ...closed]);
}

async function drainOurs(item: Case, snapshot: string): Promise<Outcome> {
  const nodes = item.drained.split('').map((letter) => nodeName(item, letter));
  const { stdout, stderr } = await run('kplan', folder, ['drain', ...nodes, ...item.flags, '--snapshot', snapshot, '-o', 'json']);
  assert.notEqual(stdout, '', stderr);
  const drains = getArray(parseJson(stdout), 'drains');
  const pick = (field: string): readonly JsonValue[] => drains.flatMap((drain) => getArray(drain, field));
  const remark = (entry: JsonValue): string => `${getString(entry, 'message')}: ${listOf(entry, 'pods').join(', ')}`;
  const messages: Readonly<Record<number, string>> = {
    429: 'global timeout reached',
    500: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  };
  return {
    evicted: names(
      item,
      pick('evicted').map((entry) => (getString(entry, 'pod') ?? '').replace(/^.*\//, '')),
    ),
    held: names(
      item,
      pick('blocked').map((entry) => (getString(entry, 'pod') ?? '').replace(/^.*\//, '')),
    ).map((name, index) => `${name}: ${messages[getNumber(pick('blocked')[index], 'code') ?? 0]}`),
    refusals: pick('refusals')
      .map((entry) => `cannot delete ${remark(entry)}`)
      .toSorted(),
    warnings: pick('warnings').map(remark).toSorted(),
  };
}

function listOf(entry: JsonValue, field: string): readonly string[] {
  return getArray(entry, field).flatMap((item) => (typeof item === 'string' ? [item] : []));
}

function names({ byOwner }: DrainCase, pods: readonly string[]): readonly string[] {
  return pods.map((pod) => (byOwner === true ? pod.replace(/-[^-]+-[^-]+$/, '') : pod)).toSorted();
}

async function drainReal(item: Case, timeout: number): Promise<Outcome> {
  const nodes = item.drained.split('').map((letter) => nodeName(item, letter));
  const { stdout, stderr } = await runKubectl(['drain', ...nodes, ...item.flags, `--timeout=${timeout}s`]);
  const evicted = [...stdout.matchAll(/^pod\/(\S+) (?:evicted|deleted)$/gm)].map(([, pod = '']) => pod);
  const errors = [...stderr.matchAll(/^error: unable to drain node "[^"]+" due to error: (.*), continuing command\.\.\.$/gm)].map(
    ([, text = '']) => text,
  );
  const held = errors.flatMap((text) => [
    ...text.matchAll(
      /error when evicting pods\/"([^"]+)" -n "[^"]+": (global timeout reached|[^,\]]*, which the eviction subresource does not support\.)/g,
    ),
  ]);
  const refusals = errors
    .flatMap((text) => text.replace(/^\[(.*)\]$/, '$1').split(/, (?=cannot delete )/))
    .filter((text) => text.startsWith('cannot delete '));
  const warnings = [...stderr.matchAll(/^Warning: (.*)$/gm)].flatMap(([, text = '']) => text.split('; '));
  return {
    evicted: names(item, evicted),
    held: names(
      item,
      held.map(([, pod = '']) => pod),
    ).map((name, index) => `${name}: ${held[index]?.[2] ?? ''}`),
    refusals: refusals.toSorted(),
    warnings: warnings.toSorted(),
  };
}

function runKubectl(args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn(KUBECTL, args);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', () => resolve({ stdout, stderr })));
}
