import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, gvkOf, isKubernetesObject, toFinding } from '../../../../src/model/index.ts';
import { loadCatalog } from '../../../../src/model/schema/index.ts';
import { toPointer, type JsonObject } from '../../../../src/std/index.ts';
import { judgeUpdate } from '../../../../src/validate/index.ts';

/** What is said of an update, each sentence with the place that it points at. */
function judge(before: JsonObject, after: JsonObject, version = '1.36'): readonly string[] {
  const catalog = loadCatalog(version);
  const [was, is] = [before, after].map((fields) => ({ metadata: { name: 'x' }, ...fields }));
  if (!isKubernetesObject(was) || !isKubernetesObject(is)) throw new Error('not an object');
  const kind = catalog.find(gvkOf(is));
  if (kind === undefined) throw new Error('no such kind');
  return judgeUpdate(was, is, kind, version).map(({ code, path, data }) => `${toPointer(path)} ${describe(toFinding(code, { data }))}`);
}

function of(apiVersion: string, kind: string): (fields: JsonObject) => JsonObject {
  return (fields) => ({ apiVersion, kind, ...fields });
}

const specOf =
  (apiVersion: string, kind: string): ((spec: JsonObject) => JsonObject) =>
  (spec) =>
    of(apiVersion, kind)({ spec });
const service = specOf('v1', 'Service');
const pod = specOf('v1', 'Pod');
const claim = of('v1', 'PersistentVolumeClaim');
const job = specOf('batch/v1', 'Job');
const volume = specOf('v1', 'PersistentVolume');
const config = of('v1', 'ConfigMap');
const asking = (storage: string): JsonObject => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } });
const running = (image: string, fields: JsonObject = {}): JsonObject => ({ containers: [{ name: 'c', image }], ...fields });
const affinity = (key: string): JsonObject => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }] } });
const dual = { type: 'ClusterIP', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] };

const CASES: readonly {
  readonly name: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly want: readonly string[];
}[] = [
  {
    name: 'the one address of a Service',
    before: service({ type: 'ClusterIP', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] }),
    after: service({ type: 'ClusterIP', clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.1'] }),
    want: ['/spec/clusterIPs/0 spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
  },
  {
    name: 'the second address, which is given up with its family',
    before: service({ ...dual, ipFamilyPolicy: 'PreferDualStack' }),
    after: service({ ...dual, ipFamilyPolicy: 'SingleStack' }),
    want: [],
  },
  {
    name: 'the second address, with a policy that wants two',
    before: service({ ...dual, ipFamilyPolicy: 'PreferDualStack' }),
    after: service({ ...dual, clusterIPs: ['10.0.0.1'], ipFamilyPolicy: 'PreferDualStack' }),
    want: [
      '/spec/ipFamilyPolicy spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to \'SingleStack\' when releasing the secondary clusterIP',
    ],
  },
  {
    name: 'a Service that becomes a name elsewhere',
    before: service({ type: 'ClusterIP', clusterIP: '10.0.0.1' }),
    after: service({ type: 'ExternalName', externalName: 'example.com' }),
    want: [],
  },
  {
    name: 'the size of a claim that is bound, down to less than it has',
    before: { ...claim({ spec: asking('2Gi') }), status: { phase: 'Bound', capacity: { storage: '2Gi' } } },
    after: { ...claim({ spec: asking('1Gi') }), status: { phase: 'Bound', capacity: { storage: '2Gi' } } },
    want: ['/spec/resources/requests/storage spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  },
  {
    name: 'the size of a claim whose volume never grew so far',
    before: { ...claim({ spec: asking('4Gi') }), status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
    after: { ...claim({ spec: asking('2Gi') }), status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
    want: [],
  },
  {
    name: 'the size of a claim that waits for its volume',
    before: { ...claim({ spec: asking('1Gi') }), status: { phase: 'Pending' } },
    after: { ...claim({ spec: asking('2Gi') }), status: { phase: 'Pending' } },
    want: [
      '/spec/resources spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ],
  },
  { name: 'the same size in other words', before: claim({ spec: asking('1Gi') }), after: claim({ spec: asking('1024Mi') }), want: [] },
  {
    name: 'the source of a volume',
    before: volume({ hostPath: { path: '/a' } }),
    after: volume({ hostPath: { path: '/b' } }),
    want: ['/spec/hostPath spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation'],
  },
  {
    name: 'where a volume is, by the new name of a label',
    before: volume({ nodeAffinity: affinity('failure-domain.beta.kubernetes.io/zone') }),
    after: volume({ nodeAffinity: affinity('topology.kubernetes.io/zone') }),
    want: [],
  },
  {
    name: 'where a volume is',
    before: volume({ nodeAffinity: affinity('a') }),
    after: volume({ nodeAffinity: affinity('b') }),
    want: ['/spec/nodeAffinity nodeAffinity: Invalid value: field is immutable, except for updating from beta label to GA'],
  },
  { name: 'the image of a Pod', before: pod(running('a')), after: pod(running('b')), want: [] },
  {
    name: 'the containers of a Pod',
    before: pod(running('a')),
    after: pod({ containers: [] }),
    want: ['/spec/containers spec.containers: Forbidden: pod updates may not add or remove containers'],
  },
  {
    name: 'a longer deadline of a Pod',
    before: pod(running('a', { activeDeadlineSeconds: 5 })),
    after: pod(running('a', { activeDeadlineSeconds: 6 })),
    want: ['/spec/activeDeadlineSeconds spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
  },
  {
    name: 'how long a toleration of a Pod lasts, and one more',
    before: pod(running('a', { tolerations: [{ key: 'a', tolerationSeconds: 5 }] })),
    after: pod(running('a', { tolerations: [{ key: 'a', tolerationSeconds: 6 }, { key: 'b' }] })),
    want: [],
  },
  {
    name: 'a toleration of a Pod that goes',
    before: pod(running('a', { tolerations: [{ key: 'a' }] })),
    after: pod(running('a')),
    want: ['/spec/tolerations spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  },
  {
    name: 'where a Pod behind a gate may run: one more label',
    before: pod(running('a', { schedulingGates: [{ name: 'g' }] })),
    after: pod(running('a', { nodeSelector: { a: 'b' } })),
    want: [],
  },
  {
    name: 'another gate for a Pod',
    before: pod(running('a', { schedulingGates: [{ name: 'g' }] })),
    after: pod(running('a', { schedulingGates: [{ name: 'h' }] })),
    want: [
      "/spec/schedulingGates/0/name spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'h'",
    ],
  },
  {
    name: 'what is in a ConfigMap that is frozen',
    before: config({ immutable: true, data: { a: '1' } }),
    after: config({ data: { a: '2' } }),
    want: [
      '/immutable immutable: Forbidden: field is immutable when `immutable` is set',
      '/data data: Forbidden: field is immutable when `immutable` is set',
    ],
  },
  {
    name: 'a version that objects may be stored in',
    before: of(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
    )({
      spec: { group: 'g.io', names: {}, versions: [{ name: 'v1', storage: true }] },
      status: { storedVersions: ['v1alpha1', 'v1'] },
    }),
    after: of(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
    )({
      spec: { group: 'g.io', names: {}, versions: [{ name: 'v1', storage: true }] },
    }),
    want: [
      '/spec/versions status.storedVersions[0]: Invalid value: "v1alpha1": missing from spec.versions; v1alpha1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1alpha1 and removes v1alpha1 from status.storedVersions',
    ],
  },
  {
    name: 'how many an indexed Job completes, alone',
    before: job({ completionMode: 'Indexed', completions: 1, parallelism: 1 }),
    after: job({ completionMode: 'Indexed', completions: 3, parallelism: 1 }),
    want: ['/spec/completions spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism'],
  },
  {
    name: 'the second range of a ServiceCIDR',
    before: specOf('networking.k8s.io/v1', 'ServiceCIDR')({ cidrs: ['10.0.0.0/24'] }),
    after: specOf('networking.k8s.io/v1', 'ServiceCIDR')({ cidrs: ['10.0.0.0/24', 'fd00::/64'] }),
    want: [],
  },
  {
    name: 'the handler of a RuntimeClass',
    before: of('node.k8s.io/v1', 'RuntimeClass')({ handler: 'a' }),
    after: of('node.k8s.io/v1', 'RuntimeClass')({ handler: 'b' }),
    want: ['/handler handler: Invalid value: "b": field is immutable'],
  },
];

for (const { name, before, after, want } of CASES) {
  test(`an update of ${name}: ${want.length === 0 ? 'allowed' : 'refused'}`, () => assert.deepEqual(judge(before, after), want));
}

test('what the pods of a suspended Job ask for may change from 1.36 on', () => {
  const asking = (cpu: string): JsonObject =>
    job({ suspend: true, template: { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } } });
  assert.deepEqual(judge(asking('1'), asking('2')), []);
  assert.deepEqual(judge(asking('1'), asking('2'), '1.35'), ['/spec/template spec.template: Invalid value: field is immutable']);
});
