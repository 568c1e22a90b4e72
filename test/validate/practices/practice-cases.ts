/** A lapse and the same object without it, as YAML; where only a part is written, the rest is that of a Deployment. */
export interface PracticeCase {
  readonly code: string;
  readonly bad: string;
  readonly good: string;
  /** The field of the lapse, from the part that is written. */
  readonly path: string;
}

const of = (code: string, path: string, bad: string, good: string): PracticeCase => ({ code, bad, good, path });

/** Of containers: what is written is part of one. */
export const CONTAINER_CASES: readonly PracticeCase[] = [
  of('KB0101', '/securityContext/allowPrivilegeEscalation', '{}', '{securityContext: {allowPrivilegeEscalation: false}}'),
  of('KB0102', '/securityContext/privileged', '{securityContext: {privileged: true}}', '{securityContext: {privileged: false}}'),
  of('KB0103', '/securityContext/readOnlyRootFilesystem', '{}', '{securityContext: {readOnlyRootFilesystem: true}}'),
  of('KB0104', '/securityContext/runAsNonRoot', '{securityContext: {runAsUser: 0}}', '{securityContext: {runAsNonRoot: true}}'),
  of(
    'KB0105',
    '/securityContext/capabilities/drop',
    '{securityContext: {capabilities: {drop: [CHOWN]}}}',
    '{securityContext: {capabilities: {drop: [ALL]}}}',
  ),
  of('KB0106', '/securityContext/seccompProfile', '{}', '{securityContext: {seccompProfile: {type: RuntimeDefault}}}'),
  of(
    'KB0107',
    '/securityContext/runAsUser',
    '{securityContext: {runAsUser: 9999, runAsGroup: 10000}}',
    '{securityContext: {runAsUser: 10000, runAsGroup: 10000}}',
  ),
  of(
    'KB0108',
    '/securityContext/capabilities/add/0',
    '{securityContext: {capabilities: {add: [SYS_ADMIN]}}}',
    '{securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}',
  ),
  of('KB0109', '/securityContext/procMount', '{securityContext: {procMount: Unmasked}}', '{securityContext: {procMount: Default}}'),
  of('KB0110', '/env/0/name', '{env: [{name: DB_PASSWORD, value: hunter2}]}', '{env: [{name: DB_PASSWORD_FILE, value: /run/secret}]}'),
  of(
    'KB0111',
    '/env/0/valueFrom/secretKeyRef',
    '{env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: b}}}]}',
    '{env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}]}',
  ),
  of('KB0112', '/ports/0/containerPort', '{ports: [{containerPort: 22}]}', '{ports: [{containerPort: 2222}]}'),
  of('KB0113', '/ports/0/containerPort', '{ports: [{containerPort: 80}]}', '{ports: [{containerPort: 8080}]}'),
  of('KB0201', '/image', '{image: "registry:5000/web"}', '{image: "registry:5000/web:1"}'),
  of('KB0202', '/livenessProbe', '{}', '{livenessProbe: {tcpSocket: {port: 80}}}'),
  of(
    'KB0204',
    '/livenessProbe',
    '{livenessProbe: {httpGet: {port: 80}}, readinessProbe: {httpGet: {port: 80}}}',
    '{livenessProbe: {httpGet: {port: 80}}, readinessProbe: {httpGet: {port: 80, path: /ready}}}',
  ),
  of('KB0215', '/imagePullPolicy', '{imagePullPolicy: IfNotPresent}', '{imagePullPolicy: Always}'),
  of('KB0301', '/resources/requests', '{}', '{resources: {limits: {cpu: 1}}}'),
  of('KB0302', '/resources/requests', '{}', '{resources: {requests: {memory: 1Gi}}}'),
  of('KB0303', '/resources/limits', '{}', '{resources: {limits: {cpu: 1}}}'),
  of('KB0304', '/resources/limits', '{}', '{resources: {limits: {memory: 1Gi}}}'),
  of('KB0305', '/resources/requests', '{}', '{resources: {requests: {ephemeral-storage: 1Gi}}}'),
  of('KB0306', '/resources/limits', '{}', '{resources: {limits: {ephemeral-storage: 1Gi}}}'),
  of(
    'KB0307',
    '/resources',
    '{resources: {requests: {cpu: 1}, limits: {cpu: 2}}}',
    '{resources: {requests: {cpu: 1000m}, limits: {cpu: 1}}}',
  ),
  of('KB0308', '/resources', '{}', '{resources: {limits: {memory: 1Gi}}}'),
  of('KB0309', '/resources', '{}', '{resources: {limits: {ephemeral-storage: 1Gi}}}'),
  of('KB0402', '/env/1/name', '{env: [{name: A, value: a}, {name: A, value: b}]}', '{env: [{name: A, value: a}, {name: B, value: b}]}'),
];

/** Of pods: what is written is part of a pod spec. */
export const POD_CASES: readonly PracticeCase[] = [
  of('KB0114', '/hostIPC', '{hostIPC: true}', '{}'),
  of('KB0115', '/hostNetwork', '{hostNetwork: true}', '{}'),
  of('KB0116', '/hostPID', '{hostPID: true}', '{}'),
  of(
    'KB0117',
    '/volumes/0/hostPath/path',
    '{volumes: [{name: a, hostPath: {path: /etc/}}]}',
    '{volumes: [{name: a, hostPath: {path: /data}}]}',
  ),
  of(
    'KB0118',
    '/volumes/0/hostPath/path',
    '{volumes: [{name: a, hostPath: {path: /run/containerd/containerd.sock}}]}',
    '{volumes: [{name: a, hostPath: {path: /data}}]}',
  ),
  of(
    'KB0119',
    '/initContainers/0/volumeMounts/0',
    '{volumes: [{name: a, hostPath: {path: /data}}], initContainers: [{name: i, volumeMounts: [{name: a, mountPath: /a}]}]}',
    '{volumes: [{name: a, hostPath: {path: /data}}], initContainers: [{name: i, volumeMounts: [{name: a, mountPath: /a, readOnly: true}]}]}',
  ),
  of(
    'KB0120',
    '/securityContext/sysctls/0/name',
    '{securityContext: {sysctls: [{name: net.core.somaxconn, value: "1"}]}}',
    '{securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}}',
  ),
  of('KB0121', '/serviceAccountName', '{}', '{serviceAccountName: web}'),
  of('KB0216', '/priorityClassName', '{}', '{priorityClassName: high}'),
  of('KB0401', '/serviceAccount', '{serviceAccount: web}', '{serviceAccountName: web}'),
  of('KB0409', '/dnsConfig', '{}', '{dnsConfig: {options: [{name: ndots, value: "1"}]}}'),
  of('KB0410', '/affinity', '{}', '{nodeSelector: {kubernetes.io/arch: amd64}}'),
];

const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n';
const web = (spec: string, pod = ''): string =>
  `${WEB}spec: {${spec}template: {metadata: {labels: {app: web}}, spec: {${pod}containers: [{name: main}]}}}\n`;
const kind = (apiVersion: string, name: string, rest: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: a, namespace: shop}\n${rest}\n`;
const SERVICE = kind('v1', 'Service', 'spec: {selector: {app: web}}');
const SCALER = kind(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  'spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}',
);
const join = (...documents: readonly string[]): string => documents.join('---\n');

/** Of whole objects. */
export const OBJECT_CASES: readonly PracticeCase[] = [
  of('KB0122', '/spec/template/spec', web(''), join(web(''), kind('networking.k8s.io/v1', 'NetworkPolicy', 'spec: {podSelector: {}}'))),
  of(
    'KB0203',
    '/spec/template/spec/containers',
    join(web(''), SERVICE),
    join(web('').replace('name: main', 'name: main, readinessProbe: {}'), SERVICE),
  ),
  of('KB0205', '/spec/replicas', web('replicas: 2, '), web('replicas: 3, ')),
  of(
    'KB0206',
    '/spec/minReplicas',
    kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'spec: {}'),
    kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'spec: {minReplicas: 3}'),
  ),
  of('KB0207', '/spec/template/spec/affinity', web('replicas: 2, '), web('replicas: 2, ', 'topologySpreadConstraints: [{}], ')),
  of(
    'KB0208',
    '/spec/template/spec',
    web('replicas: 2, '),
    join(web('replicas: 2, '), kind('policy/v1', 'PodDisruptionBudget', 'spec: {selector: {matchLabels: {app: web}}}')),
  ),
  of(
    'KB0209',
    '/spec/maxUnavailable',
    kind('policy/v1', 'PodDisruptionBudget', 'spec: {maxUnavailable: 0}'),
    kind('policy/v1', 'PodDisruptionBudget', 'spec: {maxUnavailable: 1}'),
  ),
  of(
    'KB0210',
    '/spec/unhealthyPodEvictionPolicy',
    kind('policy/v1', 'PodDisruptionBudget', 'spec: {}'),
    kind('policy/v1', 'PodDisruptionBudget', 'spec: {unhealthyPodEvictionPolicy: IfHealthyBudget}'),
  ),
  of('KB0211', '/spec/strategy/type', web('strategy: {type: Recreate}, '), web('strategy: {type: RollingUpdate}, ')),
  of(
    'KB0212',
    '/spec/ttlSecondsAfterFinished',
    kind('batch/v1', 'Job', 'spec: {}'),
    kind('batch/v1', 'Job', 'spec: {ttlSecondsAfterFinished: 9}'),
  ),
  of(
    'KB0212',
    '/spec/jobTemplate/spec/ttlSecondsAfterFinished',
    kind('batch/v1', 'CronJob', 'spec: {jobTemplate: {spec: {ttlSecondsAfterFinished: 9}}}'),
    kind('batch/v1', 'CronJob', 'spec: {jobTemplate: {spec: {}}}'),
  ),
  of(
    'KB0213',
    '/spec/startingDeadlineSeconds',
    kind('batch/v1', 'CronJob', 'spec: {}'),
    kind('batch/v1', 'CronJob', 'spec: {startingDeadlineSeconds: 60}'),
  ),
  of('KB0217', '/spec/replicas', join(web('replicas: 3, '), SCALER), join(web(''), SCALER)),
  of('KB0403', '/metadata/namespace', web('').replace('shop', 'default'), web('')),
  of('KB0404', '/metadata/labels', web(''), web('').replace('{name: web,', '{labels: {team: a}, name: web,')),
  of('KB0405', '/metadata/annotations', web(''), web('').replace('{name: web,', '{annotations: {email: a@example.com}, name: web,')),
  of('KB0406', '/spec/type', kind('v1', 'Service', 'spec: {type: NodePort}'), kind('v1', 'Service', 'spec: {type: ClusterIP}')),
  of(
    'KB0407',
    '/rules/0/verbs',
    kind('rbac.authorization.k8s.io/v1', 'Role', 'rules: [{apiGroups: [""], resources: [pods], verbs: ["*"]}]'),
    kind('rbac.authorization.k8s.io/v1', 'Role', 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]'),
  ),
  of(
    'KB0408',
    '/roleRef/name',
    kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef: {kind: ClusterRole, name: cluster-admin}'),
    kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef: {kind: ClusterRole, name: view}'),
  ),
];
