import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitPod, createPodAdmission } from '../../../../src/engine/controllers/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';
import { mergeTolerations } from '../../../../src/engine/controllers/admission/tolerations.ts';

const named = (apiVersion: string, kind: string, name: string, more: JsonObject): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const range = (...limits: readonly JsonObject[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'bounds', namespace: 'shop' },
  spec: { limits },
});
const container = (resources: JsonObject = {}): JsonObject => ({ name: 'c', resources });
const highClass = named('scheduling.k8s.io/v1', 'PriorityClass', 'high', { value: 1000 });
const usualClass = named('scheduling.k8s.io/v1', 'PriorityClass', 'usual', { value: 7, globalDefault: true, preemptionPolicy: 'Never' });
const sandbox = named('node.k8s.io/v1', 'RuntimeClass', 'sandbox', {
  overhead: { podFixed: { cpu: '100m' } },
  scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [{ key: 'sandbox', operator: 'Exists' }] },
});

interface Case {
  readonly name: string;
  readonly spec: JsonObject;
  readonly policies?: readonly KubernetesObject[];
  /** The fields of the admitted spec that are looked at. */
  readonly want: Readonly<Record<string, JsonValue | undefined>>;
}

const ADMITTED: readonly Case[] = [
  {
    name: 'a limit without a request asks for the limit',
    spec: { containers: [container({ limits: { cpu: '1' } })] },
    want: { containers: [container({ limits: { cpu: '1' }, requests: { cpu: '1' } })] },
  },
  {
    name: 'a LimitRange gives limits and requests to who has none',
    spec: { containers: [container({ requests: { memory: '1Gi' } })], initContainers: [container()] },
    policies: [range({ type: 'Container', default: { cpu: '2' }, defaultRequest: { cpu: '1' } })],
    want: {
      containers: [container({ limits: { cpu: '2' }, requests: { memory: '1Gi', cpu: '1' } })],
      initContainers: [container({ limits: { cpu: '2' }, requests: { cpu: '1' } })],
    },
  },
  {
    name: 'bounds are defaults where a LimitRange names no others',
    spec: { containers: [container()] },
    policies: [range({ type: 'Container', max: { cpu: '4' }, min: { memory: '1Mi' } })],
    want: { containers: [container({ limits: { cpu: '4' }, requests: { memory: '1Mi', cpu: '4' } })] },
  },
  { name: 'no class and no default', spec: {}, want: { priority: 0, priorityClassName: undefined, preemptionPolicy: undefined } },
  {
    name: 'the class that is the default',
    spec: {},
    policies: [highClass, usualClass],
    want: { priority: 7, priorityClassName: 'usual', preemptionPolicy: 'Never' },
  },
  {
    name: 'the class that is named',
    spec: { priorityClassName: 'high' },
    policies: [highClass, usualClass],
    want: { priority: 1000, preemptionPolicy: 'PreemptLowerPriority' },
  },
  {
    name: 'a class of the system',
    spec: { priorityClassName: 'system-node-critical' },
    want: { priority: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' },
  },
  {
    name: 'what a RuntimeClass costs and where it runs',
    spec: { runtimeClassName: 'sandbox', nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
    policies: [sandbox],
    want: {
      overhead: { cpu: '100m' },
      nodeSelector: { disk: 'ssd', sandbox: 'yes' },
      tolerations: [
        { operator: 'Exists', effect: 'NoExecute' },
        { key: 'sandbox', operator: 'Exists' },
      ],
    },
  },
  {
    name: 'five minutes on a lost node, unless it says otherwise',
    spec: { tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }] },
    want: {
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
  },
];

function admit(spec: JsonObject, policies: readonly KubernetesObject[] = []): ReturnType<typeof admitPod> {
  const of = (kind: string): readonly KubernetesObject[] => policies.filter((policy) => policy.kind === kind);
  const admission = createPodAdmission({
    priorityClasses: of('PriorityClass'),
    runtimeClasses: of('RuntimeClass'),
    limitRanges: of('LimitRange'),
    knowsAll: false,
  });
  return admitPod(spec, 'shop', admission);
}

for (const { name, spec, policies, want } of ADMITTED) {
  test(`admitted: ${name}`, () => {
    const { spec: admitted, refusal } = admit(spec, policies);
    assert.equal(refusal, undefined);
    assert.deepEqual(Object.fromEntries(Object.keys(want).map((field) => [field, admitted[field]])), want);
  });
}

const REFUSED: readonly { name: string; spec: JsonObject; policies: readonly KubernetesObject[]; want: readonly [string, string] }[] = [
  {
    name: 'less than the least',
    spec: { containers: [container({ requests: { cpu: '50m' }, limits: { cpu: '1' } })] },
    policies: [range({ type: 'Container', min: { cpu: '100m' } })],
    want: ['validating', 'minimum cpu usage per Container is 100m, but request is 50m'],
  },
  {
    name: 'more than the most, of two resources',
    spec: { containers: [container({ limits: { cpu: '3', memory: '2Gi' } })] },
    policies: [range({ type: 'Container', max: { cpu: '2', memory: '1Gi' } })],
    want: [
      'validating',
      '[maximum cpu usage per Container is 2, but limit is 3, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    ],
  },
  {
    name: 'two containers that say the same are told once',
    spec: { containers: [container({ limits: { cpu: '3' } }), container({ limits: { cpu: '3' } })] },
    policies: [range({ type: 'Container', max: { cpu: '2' } })],
    want: ['validating', 'maximum cpu usage per Container is 2, but limit is 3'],
  },
  {
    name: 'nothing named where the pod has bounds',
    spec: { containers: [container()] },
    policies: [range({ type: 'Pod', max: { cpu: '2' } })],
    want: ['validating', 'maximum cpu usage per Pod is 2.  No limit is specified'],
  },
  {
    name: 'containers that are too much together',
    spec: { containers: [container({ limits: { cpu: '1500m' } }), container({ limits: { cpu: '1' } })] },
    policies: [range({ type: 'Pod', max: { cpu: '2' } })],
    want: ['validating', 'maximum cpu usage per Pod is 2, but limit is 2500m'],
  },
  {
    name: 'too much beyond the request',
    spec: { containers: [container({ requests: { cpu: '100m' }, limits: { cpu: '1' } })] },
    policies: [range({ type: 'Container', maxLimitRequestRatio: { cpu: '4' } })],
    want: ['validating', 'cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000'],
  },
  {
    name: 'a request beyond the limit that it is given',
    spec: { containers: [container({ requests: { cpu: '2' } })] },
    policies: [range({ type: 'Container', default: { cpu: '1' } })],
    want: ['validation', 'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  },
  {
    name: 'a priority that is not the one of its class',
    spec: { priorityClassName: 'high', priority: 5 },
    policies: [highClass],
    want: [
      'mutating',
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    ],
  },
  {
    name: 'a node selector against its RuntimeClass',
    spec: { runtimeClassName: 'sandbox', nodeSelector: { sandbox: 'no' } },
    policies: [sandbox],
    want: ['mutating', 'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no'],
  },
  {
    name: 'an overhead of its own',
    spec: { overhead: { cpu: '1' } },
    policies: [],
    want: ['validating', 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  },
];

for (const { name, spec, policies, want } of REFUSED) {
  test(`refused: ${name}`, () => {
    const { refusal } = admit(spec, policies);
    assert.deepEqual([refusal?.stage, refusal?.why], want);
  });
}

test('tolerations of a RuntimeClass that others cover are left out, and those that it covers', () => {
  const exists = { operator: 'Exists' };
  const narrow = { key: 'a', operator: 'Equal', value: 'x', effect: 'NoSchedule' };
  const short = { key: 'b', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
  const wide = { key: 'a', operator: 'Exists' };
  const long = { ...short, tolerationSeconds: 9 };
  assert.deepEqual(mergeTolerations([exists], [narrow, short]), [exists]);
  assert.deepEqual(mergeTolerations([narrow, short], [wide, short]), [short, wide]);
  assert.deepEqual(mergeTolerations([long], [short]), [long]);
  assert.deepEqual(mergeTolerations([short], [long]), [long]);
  assert.deepEqual(mergeTolerations([{ key: 'c', value: 'x' }], [{ key: 'c', operator: 'Equal', value: 'x' }]), [{ key: 'c', value: 'x' }]);
});

for (const { name, spec, why } of [
  { name: 'a PriorityClass', spec: { priorityClassName: 'nobody' }, why: 'no PriorityClass with name nobody was found' },
  { name: 'a RuntimeClass', spec: { runtimeClassName: 'nothing' }, why: 'pod rejected: RuntimeClass "nothing" not found' },
  {
    name: 'a class of another policy',
    spec: { preemptionPolicy: 'Never' },
    why: 'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
  },
]) {
  test(`refused where all classes are known: ${name}`, () => {
    const admission = createPodAdmission({ priorityClasses: [], runtimeClasses: [], limitRanges: [], knowsAll: true });
    assert.equal(admitPod({ containers: [], ...spec }, 'shop', admission).refusal?.why, why);
  });
}

test('a class that is not known refuses nothing', () => {
  assert.equal(admit({ priorityClassName: 'elsewhere', runtimeClassName: 'elsewhere' }).refusal, undefined);
});
