import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A deterministic stream of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A repository of valid manifests: `documents` in files of five, of the kinds that real repositories have, about 940 bytes each. */
export function writeCorpus(directory: string, documents: number, seed = 1): { readonly files: number; readonly bytes: number } {
  const random = createRandom(seed);
  let bytes = 0;
  let files = 0;
  for (let start = 0; start < documents; start += 5) {
    const texts = documentsOf(start / 5, Math.min(5, documents - start), random);
    const path = join(directory, `team-${teamOf(start / 5)}`, `app-${start / 5}.yaml`);
    const text = texts.join('---\n');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    bytes += Buffer.byteLength(text);
    files++;
  }
  return { files, bytes };
}

const FILES_PER_TEAM = 100;

function teamOf(file: number): number {
  return Math.floor(file / FILES_PER_TEAM);
}

/** The documents of one file: a workload, its Service and what belongs to them; the first file of a team has its Namespace. */
function documentsOf(file: number, count: number, random: () => number): readonly string[] {
  const [name, namespace] = [`app-${file}`, `team-${teamOf(file)}`];
  const taken = new Set<Writer>();
  const workload = choose(WORKLOADS, random);
  if (workload !== DEPLOYMENT) taken.add(AUTOSCALER);
  const pick = (writers: Weighted): string => {
    const write = choose(
      writers.filter(([, writer]) => !taken.has(writer)),
      random,
    );
    taken.add(write);
    return write(name, namespace, random);
  };
  const first = file % FILES_PER_TEAM === 0 ? [NAMESPACE(namespace, namespace, random)] : [];
  const texts = [...first, workload(name, namespace, random), pick(SERVICES)];
  while (texts.length < count) texts.push(pick(OTHERS));
  return texts.slice(0, count);
}

function choose(writers: Weighted, random: () => number): Writer {
  let at = random() * writers.reduce((sum, [weight]) => sum + weight, 0);
  return writers.find(([weight]) => (at -= weight) < 0)?.[1] ?? configMap;
}

type Weighted = readonly (readonly [weight: number, write: Writer])[];
type Writer = (name: string, namespace: string, random: () => number) => string;

const meta = (name: string, namespace: string | undefined, extra = ''): string => `metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: platform
    app.kubernetes.io/managed-by: kplan
  annotations:
    example.com/owner: "team-a@example.com" # who to call
    example.com/description: >-
      Written by a generator for benchmarks; the text is as long
      as descriptions in real repositories tend to be.
${extra}`;

const podSpec = (name: string, random: () => number, indent: string): string => {
  const lines = `serviceAccountName: default
securityContext: {runAsNonRoot: true, runAsUser: ${1000 + Math.floor(random() * 100)}, fsGroup: 2000}
containers:
  - name: main
    image: registry.example.com/apps/${name}:1.${Math.floor(random() * 40)}.${Math.floor(random() * 10)}
    imagePullPolicy: IfNotPresent
    args: ["--listen=:8080", '--log-level=info', --feature-gates=A=true]
    ports:
      - {name: http, containerPort: 8080, protocol: TCP}
      - name: metrics
        containerPort: 9090
    env:
      - name: LOG_FORMAT
        value: "json"
      - name: POD_NAME
        valueFrom: {fieldRef: {fieldPath: metadata.name}}
      - name: PASSWORD
        valueFrom:
          secretKeyRef: {name: ${name}, key: password, optional: true}
    readinessProbe:
      httpGet: {path: /healthz, port: http}
      periodSeconds: 5
    resources:
      requests: {cpu: ${50 + Math.floor(random() * 10) * 25}m, memory: ${64 * (1 + Math.floor(random() * 8))}Mi}
      limits:
        memory: 1Gi
    volumeMounts:
      - {name: config, mountPath: /etc/app, readOnly: true}
volumes:
  - name: config
    configMap: {name: ${name}, defaultMode: ${random() < 0.05 ? '0644' : '420'}, optional: true}
`;
  return lines.replace(/^(?=.)/gm, indent);
};

const template = (name: string, random: () => number, indent: string, restart = ''): string => `${indent}template:
${indent}  metadata:
${indent}    labels: {app.kubernetes.io/name: ${name}, tier: backend}
${indent}  spec:
${restart === '' ? '' : `${indent}    restartPolicy: ${restart}\n`}${podSpec(name, random, `${indent}    `)}`;

const workload =
  (kind: string, extra: string): Writer =>
  (name, namespace, random) =>
    `apiVersion: apps/v1
kind: ${kind}
${meta(name, namespace)}spec:
${extra.replaceAll('$N', name)}  selector:
    matchLabels: {app.kubernetes.io/name: ${name}}
${template(name, random, '  ')}`;

const configMap: Writer = (name, namespace, random) => `apiVersion: v1
kind: ConfigMap
${meta(name, namespace)}data:
  LEVEL: "on"
  app.properties: |
${Array.from({ length: 8 + Math.floor(random() * 10) }, (_, i) => `    setting.${i}.name=value-${Math.floor(random() * 1e6)}\n`).join('')}`;

const rules = `rules:
  - apiGroups: [""]
    resources: [pods, services, configmaps]
    verbs: [get, list, watch]
  - apiGroups: [apps]
    resources: [deployments, deployments/scale]
    verbs: [get, patch]
`;
const binding =
  (kind: string, role: string): Writer =>
  (name, namespace) =>
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
${meta(name, kind === 'RoleBinding' ? namespace : undefined)}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${role}
  name: view
subjects:
  - kind: ServiceAccount
    name: default
    namespace: ${namespace}
`;

const WRITERS: Weighted = [
  [26, workload('Deployment', '  replicas: 3\n  revisionHistoryLimit: 5\n')],
  [5, workload('StatefulSet', '  replicas: 2\n  serviceName: $N\n')],
  [0.3, workload('DaemonSet', '')],
  [1, workload('ReplicaSet', '  replicas: 1\n')],
  [
    16,
    (name, namespace) =>
      `apiVersion: v1\nkind: Service\n${meta(name, namespace)}spec:\n  type: ClusterIP\n  selector:\n    app.kubernetes.io/name: ${name}\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n      protocol: TCP\n    - {name: metrics, port: 9090, targetPort: metrics}\n`,
  ],
  [16, configMap],
  [
    5,
    (name, namespace) =>
      `apiVersion: v1\nkind: Secret\n${meta(name, namespace)}type: Opaque\ndata:\n  password: ${Buffer.from(`${name}-password`).toString('base64')}\n`,
  ],
  [5, (name, namespace) => `apiVersion: v1\nkind: ServiceAccount\n${meta(name, namespace)}automountServiceAccountToken: false\n`],
  [
    5,
    (name, namespace) =>
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n${meta(name, namespace)}spec:\n  podSelector:\n    matchLabels: {app.kubernetes.io/name: ${name}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n    - from:\n        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}\n          podSelector: {}\n      ports: [{protocol: TCP, port: 8080}]\n  egress:\n    - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]\n`,
  ],
  [
    3,
    (name, namespace) =>
      `apiVersion: networking.k8s.io/v1\nkind: Ingress\n${meta(name, namespace)}spec:\n  rules:\n    - host: ${name}.example.com\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend: {service: {name: ${name}, port: {name: http}}}\n`,
  ],
  [
    2,
    (name, namespace) =>
      `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n${meta(name, namespace)}spec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}\n  minReplicas: 2\n  maxReplicas: 10\n  metrics:\n    - type: Resource\n      resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}\n`,
  ],
  [
    2,
    (name, namespace) =>
      `apiVersion: policy/v1\nkind: PodDisruptionBudget\n${meta(name, namespace)}spec:\n  minAvailable: 1\n  selector: {matchLabels: {app.kubernetes.io/name: ${name}}}\n`,
  ],
  [2, (name, namespace) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n${meta(name, namespace)}${rules}`],
  [2, binding('RoleBinding', 'ClusterRole')],
  [1, (name) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n${meta(name, undefined)}${rules}`],
  [1, binding('ClusterRoleBinding', 'ClusterRole')],
  [
    1,
    (name, namespace, random) =>
      `apiVersion: batch/v1\nkind: Job\n${meta(name, namespace)}spec:\n  backoffLimit: 3\n${template(name, random, '  ', 'Never')}`,
  ],
  [
    1,
    (name, namespace, random) =>
      `apiVersion: batch/v1\nkind: CronJob\n${meta(name, namespace)}spec:\n  schedule: "*/${1 + Math.floor(random() * 30)} * * * *"\n  jobTemplate:\n    spec:\n${template(name, random, '      ', 'OnFailure')}`,
  ],
  [
    1,
    (name, namespace) =>
      `apiVersion: v1\nkind: PersistentVolumeClaim\n${meta(name, namespace)}spec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 10Gi}}\n`,
  ],
  [0.5, (name) => `apiVersion: v1\nkind: Namespace\n${meta(name, undefined)}`],
  [
    0.5,
    (name, namespace) =>
      `apiVersion: v1\nkind: ResourceQuota\n${meta(name, namespace)}spec:\n  hard: {pods: "50000", requests.cpu: "20000", requests.memory: 64Ti}\n`,
  ],
  [
    0.5,
    (name, namespace) =>
      `apiVersion: v1\nkind: LimitRange\n${meta(name, namespace)}spec:\n  limits:\n    - type: Container\n      default: {memory: 512Mi}\n      defaultRequest: {cpu: 100m}\n`,
  ],
  [0.3, (name) => `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\n${meta(name, undefined)}value: 1000\npreemptionPolicy: Never\n`],
  [
    0.3,
    (name) =>
      `apiVersion: storage.k8s.io/v1\nkind: StorageClass\n${meta(name, undefined)}provisioner: csi.example.com\nvolumeBindingMode: WaitForFirstConsumer\n`,
  ],
  [0.4, (name) => `apiVersion: networking.k8s.io/v1\nkind: IngressClass\n${meta(name, undefined)}spec: {controller: example.com/edge}\n`],
];

const WORKLOAD_KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const kindOf = (write: Writer): string => /^kind: (\w+)/m.exec(write('x', 'y', () => 0))?.[1] ?? '';
const WORKLOADS: Weighted = WRITERS.filter(([, write]) => WORKLOAD_KINDS.has(kindOf(write)));
const writerOf = (kind: string): Writer => WRITERS.find(([, write]) => kindOf(write) === kind)?.[1] ?? configMap;
const DEPLOYMENT = writerOf('Deployment');
const AUTOSCALER = writerOf('HorizontalPodAutoscaler');
const SERVICES: Weighted = WRITERS.filter(([, write]) => kindOf(write) === 'Service');
const OTHERS: Weighted = WRITERS.filter(
  ([, write]) => !WORKLOAD_KINDS.has(kindOf(write)) && !['Service', 'Namespace'].includes(kindOf(write)),
);
const NAMESPACE: Writer = writerOf('Namespace');
