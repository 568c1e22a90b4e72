import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod, verdictsOf } from '../cluster-fixture.ts';

interface Case {
  readonly name: string;
  readonly node?: Parameters<typeof node>[1];
  readonly spec?: JsonObject;
  readonly others?: readonly KubernetesObject[];
  readonly want: string;
}

const TAINT = 'TaintToleration!: node(s) had untolerated taint(s)';
const AFFINITY = "NodeAffinity!: node(s) didn't match Pod's node affinity/selector";
const PORTS = "NodePorts: node(s) didn't have free ports for the requested pod ports";
const CORDONED = 'NodeUnschedulable!: node(s) were unschedulable';
const tainted = (effect: string, value?: string): Case['node'] => ({
  spec: { taints: [{ key: 'dedicated', effect, ...(value === undefined ? {} : { value }) }] },
});
const tolerates = (toleration: JsonObject): JsonObject => ({ tolerations: [toleration] });
const requires = (...terms: JsonObject[]): JsonObject => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const expression = (key: string, operator: string, ...values: string[]): JsonObject => ({ matchExpressions: [{ key, operator, values }] });
const field = (operator: string, ...values: string[]): JsonObject => ({ matchFields: [{ key: 'metadata.name', operator, values }] });
const port = (hostPort: number, more: JsonObject = {}): JsonObject => ({
  containers: [{ name: 'c', ports: [{ hostPort, containerPort: 80, ...more }] }],
});
const taken = (spec: JsonObject): readonly KubernetesObject[] => [pod('other', { spec, on: 'n' })];

const CASES: readonly Case[] = [
  { name: 'NodeUnschedulable: a cordoned node', node: { spec: { unschedulable: true } }, want: CORDONED },
  {
    name: 'NodeUnschedulable: tolerated by key',
    node: { spec: { unschedulable: true } },
    spec: tolerates({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }),
    want: 'ok',
  },
  {
    name: 'NodeUnschedulable: tolerated by everything',
    node: { spec: { unschedulable: true } },
    spec: tolerates({ operator: 'Exists' }),
    want: 'ok',
  },
  {
    name: 'NodeUnschedulable: a toleration of another effect does not help',
    node: { spec: { unschedulable: true } },
    spec: tolerates({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoExecute' }),
    want: CORDONED,
  },
  {
    name: 'NodeUnschedulable comes before the taint of cordoning',
    node: { spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] } },
    want: CORDONED,
  },
  { name: 'TaintToleration: NoSchedule', node: tainted('NoSchedule', 'gpu'), want: TAINT },
  { name: 'TaintToleration: NoExecute', node: tainted('NoExecute'), want: TAINT },
  { name: 'TaintToleration: PreferNoSchedule forbids nothing', node: tainted('PreferNoSchedule'), want: 'ok' },
  {
    name: 'TaintToleration: equal value',
    node: tainted('NoSchedule', 'gpu'),
    spec: tolerates({ key: 'dedicated', value: 'gpu' }),
    want: 'ok',
  },
  {
    name: 'TaintToleration: other value',
    node: tainted('NoSchedule', 'gpu'),
    spec: tolerates({ key: 'dedicated', value: 'cpu' }),
    want: TAINT,
  },
  {
    name: 'TaintToleration: absent value is the empty one',
    node: tainted('NoSchedule'),
    spec: tolerates({ key: 'dedicated', operator: 'Equal' }),
    want: 'ok',
  },
  {
    name: 'TaintToleration: Exists',
    node: tainted('NoSchedule', 'gpu'),
    spec: tolerates({ key: 'dedicated', operator: 'Exists' }),
    want: 'ok',
  },
  {
    name: 'TaintToleration: other effect',
    node: tainted('NoSchedule', 'gpu'),
    spec: tolerates({ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }),
    want: TAINT,
  },
  {
    name: 'TaintToleration: other key',
    node: tainted('NoSchedule', 'gpu'),
    spec: tolerates({ key: 'other', operator: 'Exists' }),
    want: TAINT,
  },
  {
    name: 'TaintToleration: Gt is behind a gate',
    node: tainted('NoSchedule', '5'),
    spec: tolerates({ key: 'dedicated', operator: 'Gt', value: '1' }),
    want: TAINT,
  },
  {
    name: 'TaintToleration: one of two taints is enough',
    node: {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'b', effect: 'NoSchedule' },
        ],
      },
    },
    spec: tolerates({ key: 'a', operator: 'Exists' }),
    want: TAINT,
  },
  { name: 'NodeAffinity: nodeSelector matches', node: { labels: { disk: 'ssd' } }, spec: { nodeSelector: { disk: 'ssd' } }, want: 'ok' },
  {
    name: 'NodeAffinity: nodeSelector differs',
    node: { labels: { disk: 'hdd' } },
    spec: { nodeSelector: { disk: 'ssd' } },
    want: AFFINITY,
  },
  {
    name: 'NodeAffinity: nodeSelector and affinity must both hold',
    node: { labels: { disk: 'ssd' } },
    spec: { nodeSelector: { disk: 'ssd' }, ...requires(expression('zone', 'In', 'a')) },
    want: AFFINITY,
  },
  { name: 'NodeAffinity: In', node: { labels: { zone: 'b' } }, spec: requires(expression('zone', 'In', 'a', 'b')), want: 'ok' },
  { name: 'NodeAffinity: NotIn holds where the label is absent', spec: requires(expression('zone', 'NotIn', 'a')), want: 'ok' },
  { name: 'NodeAffinity: Exists', spec: requires(expression('zone', 'Exists')), want: AFFINITY },
  { name: 'NodeAffinity: DoesNotExist', spec: requires(expression('zone', 'DoesNotExist')), want: 'ok' },
  {
    name: 'NodeAffinity: Gt compares numbers',
    node: { labels: { cores: '10' } },
    spec: requires(expression('cores', 'Gt', '9')),
    want: 'ok',
  },
  {
    name: 'NodeAffinity: Lt of the same number',
    node: { labels: { cores: '9' } },
    spec: requires(expression('cores', 'Lt', '9')),
    want: AFFINITY,
  },
  {
    name: 'NodeAffinity: Gt of what is no number',
    node: { labels: { cores: 'many' } },
    spec: requires(expression('cores', 'Gt', '1')),
    want: AFFINITY,
  },
  {
    name: 'NodeAffinity: terms are alternatives',
    node: { labels: { zone: 'b' } },
    spec: requires(expression('zone', 'In', 'a'), expression('zone', 'In', 'b')),
    want: 'ok',
  },
  { name: 'NodeAffinity: an empty term matches nothing', spec: requires({}), want: AFFINITY },
  { name: 'NodeAffinity: no terms match nothing', spec: requires(), want: 'NodeAffinity!: pod affinity terms conflict' },
  {
    name: 'NodeAffinity: a term with an unknown operator does not stop the others',
    node: { labels: { zone: 'b' } },
    spec: requires(expression('zone', 'Like', 'b'), expression('zone', 'In', 'b')),
    want: 'ok',
  },
  { name: 'NodeAffinity: by name', spec: requires(field('In', 'n')), want: 'ok' },
  {
    name: 'NodeAffinity: by another name',
    spec: requires(field('In', 'm')),
    want: "NodeAffinity!: node(s) didn't satisfy plugin(s) [NodeAffinity]",
  },
  { name: 'NodeAffinity: by name NotIn', spec: requires(field('NotIn', 'n')), want: AFFINITY },
  {
    name: 'NodeAffinity: contradicting names',
    spec: requires({ matchFields: [...fieldsOf('n'), ...fieldsOf('m')] }),
    want: 'NodeAffinity!: pod affinity terms conflict',
  },
  { name: 'NodePorts: the same port', spec: port(80), others: taken(port(80)), want: PORTS },
  { name: 'NodePorts: another port', spec: port(80), others: taken(port(81)), want: 'ok' },
  { name: 'NodePorts: another protocol', spec: port(80), others: taken(port(80, { protocol: 'UDP' })), want: 'ok' },
  { name: 'NodePorts: the default protocol is TCP', spec: port(80), others: taken(port(80, { protocol: 'TCP' })), want: PORTS },
  {
    name: 'NodePorts: other addresses',
    spec: port(80, { hostIP: '10.0.0.1' }),
    others: taken(port(80, { hostIP: '10.0.0.2' })),
    want: 'ok',
  },
  { name: 'NodePorts: one of every address', spec: port(80, { hostIP: '10.0.0.1' }), others: taken(port(80)), want: PORTS },
  {
    name: 'NodePorts: hostNetwork takes the container ports',
    spec: { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 9 }] }] },
    others: taken(port(9)),
    want: PORTS,
  },
  {
    name: 'NodePorts: of a sidecar',
    spec: { ...port(1), initContainers: [{ name: 's', restartPolicy: 'Always', ports: [{ hostPort: 80, containerPort: 1 }] }] },
    others: taken(port(80)),
    want: PORTS,
  },
  {
    name: 'NodePorts: not of an init container',
    spec: { ...port(1), initContainers: [{ name: 's', ports: [{ hostPort: 80, containerPort: 1 }] }] },
    others: taken(port(80)),
    want: 'ok',
  },
  {
    name: 'NodePorts: a finished pod takes none',
    spec: port(80),
    others: [{ ...pod('other', { spec: port(80), on: 'n' }), status: { phase: 'Succeeded' } }],
    want: 'ok',
  },
];

function fieldsOf(name: string): JsonObject[] {
  return [{ key: 'metadata.name', operator: 'In', values: [name] }];
}

for (const { name, node: fields, spec, others = [], want } of CASES) {
  test(name, () => {
    const objects = [node('n', fields), ...others, pod('p', spec === undefined ? {} : { spec })];
    assert.deepEqual(verdictsOf(objects), { n: want });
  });
}
