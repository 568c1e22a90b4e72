import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getString, type JsonObject } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const APP = (replicas: number, cpu: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: default}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]}
`;
const BUDGET = `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: app, namespace: default}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: app}}}
`;
const AGENT = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: default}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: i}]}}
`;

const CASES: readonly {
  readonly name: string;
  readonly manifests: string;
  readonly args: readonly string[];
  readonly code: number;
  /** `drained`, `refused`, `stuck` of each node; `lost:unplaced` of each loss. */
  readonly want: readonly string[];
  readonly says: RegExp;
}[] = [
  {
    name: 'a node whose pods go elsewhere',
    manifests: APP(2, '1'),
    args: ['node-1'],
    code: 0,
    want: ['drained'],
    says: /Drain: 1 of 1 node drained/,
  },
  {
    name: 'a node whose pods find no other place',
    manifests: APP(2, '3'),
    args: ['node-1'],
    code: 1,
    want: ['drained'],
    says: /1 pod without another place [^]*default\/app-0: no other place\n +0\/2 nodes are available: 1 Insufficient cpu/,
  },
  {
    name: 'a budget that allows nothing',
    manifests: APP(2, '1') + BUDGET,
    args: ['node-1'],
    code: 1,
    want: ['stuck'],
    says: /default\/app-0 {2}held by default\/app\n +Cannot evict pod as it would violate the pod's disruption budget\./,
  },
  {
    name: 'a budget that is not asked',
    manifests: APP(2, '1') + BUDGET,
    args: ['node-1', '--disable-eviction'],
    code: 0,
    want: ['drained'],
    says: /drained/,
  },
  {
    name: 'pods of a DaemonSet without the flag',
    manifests: APP(2, '1') + AGENT,
    args: ['node-1'],
    code: 1,
    want: ['refused'],
    says: /cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/agent-0\n[^]*node-1 would be drained with --ignore-daemonsets/,
  },
  {
    name: 'pods of a DaemonSet with it',
    manifests: APP(2, '1') + AGENT,
    args: ['node-1', '--ignore-daemonsets'],
    code: 0,
    want: ['drained'],
    says: /ignoring DaemonSet-managed Pods: default\/agent-0/,
  },
  {
    name: 'every node lost in turn',
    manifests: APP(2, '1'),
    args: ['--each'],
    code: 0,
    want: ['1:0', '1:0'],
    says: /every loss \(2\) is made good/,
  },
  {
    name: 'every zone lost in turn, with no room left',
    manifests: APP(2, '3'),
    args: ['--zones'],
    code: 1,
    want: ['1:1', '1:1'],
    says: /2 of 2 losses leave pods without a place/,
  },
];

for (const { name, manifests, args, code, want, says } of CASES) {
  test(`kplan drain: ${name}`, async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'app.yaml'), manifests);
    const words = ['drain', ...args, '-f', 'app.yaml', '--nodes', '2x4cpu,16Gi,zones=2'];
    const json = await run('kplan', folder, [...words, '-o', 'json']);
    assert.equal(json.code, code, json.stderr);
    assert.deepEqual(listOutcomes(readReport(json.stdout)), want);
    const text = await run('kplan', folder, words);
    assert.deepEqual([text.code, says.test(text.stdout)], [code, true], text.stdout);
    const markdown = await run('kplan', folder, [...words, '-o', 'markdown']);
    assert.match(markdown.stdout, /^## kplan drain: /);
  });
}

function listOutcomes(report: JsonObject): readonly string[] {
  const losses = getArray(report, 'losses').map((loss) => {
    const lost = getArray(loss, 'lost');
    return `${lost.length}:${lost.filter((pod) => getString(pod, 'to') === undefined).length}`;
  });
  assert.equal(getNumber(report, 'summary', 'nodes'), 2);
  return [...getArray(report, 'drains').map((drain) => getString(drain, 'outcome') ?? ''), ...losses];
}

const NODES = ['--nodes', '2x4cpu,16Gi,name=worker'];
const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[], /which nodes\? give their names, or --each, or --zones/],
  [['worker-7', '-f', 'app.yaml', ...NODES], /there is no node worker-7\n {2}did you mean worker-/],
  [['app.yaml', '-f', 'app.yaml', ...NODES], /there is no node app\.yaml\n {2}there is worker-1, worker-2\n/],
  [['worker-1', '-f', 'app.yaml'], /no nodes are known, so none can go\n {2}--nodes/],
  [['worker-1', '-f', 'gone.yaml', ...NODES], /gone\.yaml: there is no such file or directory/],
  [['worker-1', '-f', 'app.yaml', '--ignore-daemonset', ...NODES], /did you mean --ignore-daemonsets\?/],
  [['worker-1', '-f', 'app.yaml', '--pod-selector', '==', ...NODES], /--pod-selector ==/],
];

for (const [args, message] of MISTAKES) {
  test(`kplan drain ${args.join(' ')} says what is wrong`, async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'app.yaml'), APP(1, '1'));
    const { code, stdout, stderr } = await run('kplan', folder, ['drain', ...args]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, message);
  });
}
