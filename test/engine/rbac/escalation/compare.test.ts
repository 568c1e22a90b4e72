import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listPathChanges } from '../../../../src/engine/rbac/escalation/index.ts';
import { getArray, getString, shuffle } from '../../../../src/std/index.ts';
import { binding, clusterBinding, clusterRole, role, rule } from '../objects.ts';
import { deployment, guarded, object, pod, POD_SPEC } from './primitive.ts';

const EDIT = binding('prey', 'editors', 'ClusterRole edit', 'user jane');
const READER = [role('pay', 'reader', [rule('get', '', 'secrets')]), binding('pay', 'readers', 'Role reader', 'account prey/strong')];
const PRIVILEGED = { ...POD_SPEC, containers: [{ name: 'main', image: 'busybox', securityContext: { privileged: true } }] };
const EDIT_PODS = [role('prey', 'pods', [rule('create', '', 'pods')]), binding('prey', 'makers', 'Role pods', 'user jane')];
const READ_PREY = [role('prey', 'reader', [rule('get', '', 'secrets')]), binding('prey', 'readers', 'Role reader', 'user jane')];
const ADMIN = clusterBinding('strong', 'ClusterRole cluster-admin', 'account prey/strong');

const HOLDER = pod('holder', {
  containers: [{ name: 'main', image: 'busybox', env: [{ name: 'URL', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] }],
});
const CLOUD = {
  ...object('v1', 'ServiceAccount', 'backup'),
  metadata: { name: 'backup', namespace: 'prey', annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/backup' } },
};

/** `+` or `-`, code, severity, who, the path, what closes it, and the fields that it follows from. */
function tell(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] {
  return listPathChanges(World.of(before), World.of(after)).map(({ change, fact }) => {
    const [subject, path] = ['subject', 'path'].map((field) => getString(fact.data, field));
    const cut = getArray(fact.data, 'closedBy').map((text) => (typeof text === 'string' ? text.replaceAll(/"| of .*/g, '') : ''));
    const fields = fact.objects.map(({ ref, path: at }) => `${ref.name}${at ?? ''}`);
    return `${change === 'gained' ? '+' : '-'} ${fact.code} ${fact.severity} ${subject}: ${path} | ${cut.join(', ')} | ${fields.join(' ')}`;
  });
}

const cases: readonly {
  readonly name: string;
  readonly before?: readonly KubernetesObject[];
  readonly after?: readonly KubernetesObject[];
  readonly want: readonly string[];
}[] = [
  { name: 'to view opens nothing', after: [binding('prey', 'viewers', 'ClusterRole view', 'user jane')], want: [] },
  {
    name: 'to view where programs hold Secrets may lead to these',
    before: [HOLDER],
    after: [HOLDER, binding('prey', 'viewers', 'ClusterRole view', 'user jane')],
    want: [
      '+ KA0409 info User jane: reads what programs log → the logs of prey, whose programs hold Secrets (db) | RoleBinding viewers/prey | viewers/subjects/0',
    ],
  },
  {
    name: 'who views may read of Secrets that a program newly holds',
    before: [binding('prey', 'viewers', 'ClusterRole view', 'user jane')],
    after: [HOLDER, binding('prey', 'viewers', 'ClusterRole view', 'user jane')],
    want: [
      '+ KA0409 info User jane: reads what programs log → the logs of prey, whose programs hold Secrets (db) | RoleBinding viewers/prey | holder/spec/containers/0/env/0',
    ],
  },
  {
    name: 'to sign hands out certificates, and takes a key besides to make somebody of them',
    after: [
      clusterRole('signer', [
        rule('sign', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client'),
        rule('update', 'certificates.k8s.io', 'certificatesigningrequests/status'),
      ]),
      clusterBinding('signers', 'ClusterRole signer', 'user jane'),
    ],
    want: [
      '+ KA0408 info User jane: writes what a signer answers (sign) → certificates of kubernetes.io/kube-apiserver-client, given its key | ClusterRoleBinding signers | signer/rules/0 signers/subjects/0',
    ],
  },
  {
    name: 'whoever runs Pods in a namespace has the roles in the cloud of its ServiceAccounts',
    before: [guarded('baseline'), ...EDIT_PODS],
    after: [guarded('baseline'), ...EDIT_PODS, CLOUD],
    want: [
      '+ KA0405 info User jane: runs a Pod of its choice → ServiceAccount prey/backup → takes its role in the cloud → rights in the cloud | RoleBinding makers/prey | backup/metadata/annotations/eks.amazonaws.com~1role-arn',
    ],
  },
  {
    name: 'to enter Pods leads to the Secrets that they mount',
    before: [guarded('restricted'), HOLDER],
    after: [
      guarded('restricted'),
      HOLDER,
      role('prey', 'enter', [rule('create', '', 'pods/exec')]),
      binding('prey', 'enter', 'Role enter', 'user jane'),
    ],
    want: [
      '+ KA0404 info User jane: runs commands in Pods → Pod prey/holder → reads what it mounts → Secret prey/db | RoleBinding enter/prey | enter/rules/0 enter/subjects/0',
    ],
  },
  {
    name: 'to delete what binds a policy leads past admission',
    after: [
      clusterRole('guards', [rule('delete', 'admissionregistration.k8s.io', 'validatingadmissionpolicybindings')]),
      clusterBinding('guards', 'ClusterRole guards', 'user jane'),
    ],
    want: [
      '+ KA0406 info User jane: removes admission policies → the admission policies | ClusterRoleBinding guards | guards/rules/0 guards/subjects/0',
    ],
  },
  {
    name: 'to forward ports leads past policies to Pods',
    before: [guarded('restricted'), HOLDER],
    after: [
      guarded('restricted'),
      HOLDER,
      role('prey', 'forward', [rule('create', '', 'pods/portforward')]),
      binding('prey', 'forward', 'Role forward', 'user jane'),
    ],
    want: [
      '+ KA0407 info User jane: connects to Pods past network policies → the traffic of others | RoleBinding forward/prey | forward/rules/0 forward/subjects/0',
    ],
  },
  {
    name: 'to edit where nothing is enforced leads to the nodes',
    after: [EDIT],
    want: [
      '+ KA0402 warning User jane: runs a Pod of its choice in prey → runs it privileged → the nodes | RoleBinding editors/prey | editors/subjects/0',
    ],
  },
  {
    name: 'to edit where baseline is enforced leads where its ServiceAccounts lead',
    before: [guarded('baseline'), ...READER],
    after: [guarded('baseline'), ...READER, EDIT],
    want: [
      '+ KA0403 warning User jane: issues a token → ServiceAccount prey/strong → reads Secrets in pay | RoleBinding editors/prey | editors/subjects/0',
    ],
  },
  {
    name: 'a level that is lifted opens what it had closed',
    before: [guarded('baseline'), EDIT],
    after: [EDIT],
    want: [
      '+ KA0402 warning User jane: runs a Pod of its choice in prey → runs it privileged → the nodes | RoleBinding editors/prey | prey/metadata/labels',
    ],
  },
  {
    name: 'a binding that goes closes its path',
    before: [EDIT],
    want: [
      '- KA0402 info User jane: runs a Pod of its choice in prey → runs it privileged → the nodes | RoleBinding editors/prey | editors/subjects/0',
    ],
  },
  {
    name: 'a second way to where one led already is no news',
    before: [EDIT],
    after: [EDIT, binding('prey', 'more', 'ClusterRole admin', 'user jane')],
    want: [],
  },
  {
    name: 'whoever becomes cluster admin is told of elsewhere, and who reaches it by that here',
    before: [guarded('baseline'), EDIT],
    after: [guarded('baseline'), EDIT, ADMIN],
    want: [
      '+ KA0401 error User jane: runs a Pod of its choice → ServiceAccount prey/strong → does everything in the cluster → cluster admin | ClusterRoleBinding strong | strong/subjects/0',
    ],
  },
  {
    name: 'a path to what is granted directly now is not closed, and one to what was granted directly not opened',
    before: [guarded('restricted'), ...EDIT_PODS],
    after: [guarded('restricted'), ...EDIT_PODS, ...READ_PREY],
    want: [],
  },
  {
    name: 'a path that is left when a direct grant goes is no news',
    before: [guarded('restricted'), ...EDIT_PODS, ...READ_PREY],
    after: [guarded('restricted'), ...EDIT_PODS],
    want: [],
  },
  {
    name: 'whoever was cluster admin opens nothing',
    before: [clusterBinding('jane', 'ClusterRole cluster-admin', 'user jane'), ADMIN],
    after: [clusterBinding('jane', 'ClusterRole cluster-admin', 'user jane'), ADMIN, EDIT],
    want: [],
  },
  {
    name: 'a workload of a cluster admin is one step from it',
    before: [ADMIN],
    after: [ADMIN, deployment('web')],
    want: [
      '+ KA0401 warning whoever takes over Deployment prey/web: takes its token → ServiceAccount prey/strong → does everything in the cluster → cluster admin | ClusterRoleBinding strong | web/spec/template/spec/serviceAccountName',
    ],
  },
  {
    name: 'a workload whose account is told of is not told of again',
    after: [ADMIN, deployment('web')],
    want: [],
  },
  {
    name: 'a privileged container is the node',
    after: [pod('agent', PRIVILEGED)],
    want: [
      '+ KA0402 warning whoever takes over Pod prey/agent: leaves its container → its node |  | agent/spec/containers/0/securityContext/privileged',
    ],
  },
  {
    name: 'no grant alone but two together close it',
    before: [guarded('baseline'), ...READER],
    after: [
      guarded('baseline'),
      ...READER,
      role('prey', 'one', [rule('create', '', 'pods')]),
      role('prey', 'two', [rule('create', '', 'serviceaccounts/token')]),
      binding('prey', 'one', 'Role one', 'user jane'),
      binding('prey', 'two', 'Role two', 'user jane'),
      binding('pay', 'more', 'Role reader', 'account prey/strong'),
    ],
    want: [
      '+ KA0403 warning User jane: issues a token → ServiceAccount prey/strong → reads Secrets in pay | RoleBinding one/prey, RoleBinding two/prey | two/rules/0 more/subjects/0 two/subjects/0',
    ],
  },
  {
    name: 'the control plane is no news, the groups of everybody are',
    after: [
      clusterRole('all', [rule('impersonate', '', 'users groups')]),
      clusterBinding('system', 'ClusterRole all', 'user system:kube-proxy', 'group system:monitoring', 'group system:serviceaccounts'),
    ],
    want: [
      '+ KA0401 error Group system:serviceaccounts: impersonates → cluster admin | ClusterRoleBinding system | all/rules/0 system/subjects/2',
    ],
  },
  {
    name: 'many with the same path are told at once',
    after: Array.from({ length: 9 }, (_, at) => binding('prey', `edit-${at}`, 'ClusterRole edit', `user jane-${at}`)),
    want: [
      `+ KA0402 warning 9 subjects (User jane-0, User jane-1, User jane-2, User jane-3, User jane-4, User jane-5 and 3 more): runs a Pod of its choice in prey → runs it privileged → the nodes | ${Array.from({ length: 9 }, (_, at) => `RoleBinding edit-${at}/prey`).join(', ')} | ${Array.from({ length: 9 }, (_, at) => `edit-${at}/subjects/0`).join(' ')}`,
    ],
  },
];

for (const { name, before = [], after = [], want } of cases) {
  test(name, () => {
    assert.deepEqual(tell(before, after), want);
    assert.deepEqual(tell(shuffle(before, 3), shuffle(after, 5)), want, 'the order of the objects shows');
  });
}

test('a path in words', () => {
  const { change, fact } = listPathChanges(World.EMPTY, World.of([EDIT]))[0] ?? {};
  assert.equal(change, 'gained');
  assert.match(
    describe({ code: fact?.code ?? '', change: 'gained', data: fact?.data ?? {} }),
    /^User jane can now reach the nodes: runs a Pod of its choice in prey/,
  );
});

test('a change that no path rests on costs nothing', () => {
  const [before, after] = [World.of([deployment('web')]), World.of([{ ...deployment('web'), status: { replicas: 3 } }])];
  assert.deepEqual(listPathChanges(before, after), []);
  assert.deepEqual(tell([object('v1', 'ConfigMap', 'a')], [object('v1', 'ConfigMap', 'b')]), []);
});
