import { getAt, getString, isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import type { Files } from './world.ts';

/** Values that a field of a kind may get, so that something comes of it. */
const EDITS: Readonly<Record<string, readonly (readonly [Path, readonly JsonValue[]])[]>> = {
  Deployment: [
    [
      ['spec', 'replicas'],
      [0, 1, 3, 8, 30],
    ],
    [
      ['spec', 'template', 'metadata', 'labels', 'tier'],
      ['front', 'back', 'none'],
    ],
    [['spec', 'template', 'metadata', 'labels', 'extra'], ['x']],
    [
      ['spec', 'template', 'spec', 'serviceAccountName'],
      ['api', 'db', 'web', 'nobody'],
    ],
    [['spec', 'template', 'spec', 'hostNetwork'], [true]],
    [
      ['spec', 'template', 'spec', 'nodeSelector'],
      [{ disk: 'ssd' }, { 'kubernetes.io/hostname': 'node-1' }],
    ],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'image'],
      ['registry.example/other:2', 'registry.example/other:3'],
    ],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'name'],
      ['web', 'admin'],
    ],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'containerPort'],
      [8080, 9090],
    ],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu'],
      ['100m', '1500m', '6'],
    ],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'memory'],
      ['64Mi', '3Gi', '20Gi'],
    ],
    [['spec', 'template', 'spec', 'containers', 0, 'securityContext'], [{ privileged: true }]],
    [
      ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'valueFrom', 'configMapKeyRef', 'key'],
      ['other', 'missing'],
    ],
    [['spec', 'strategy'], [{ type: 'Recreate' }]],
  ],
  Service: [
    [
      ['spec', 'selector', 'app'],
      ['api', 'db', 'web', 'gone'],
    ],
    [
      ['spec', 'selector', 'tier'],
      ['front', 'back'],
    ],
    [
      ['spec', 'ports', 0, 'targetPort'],
      ['http', 'admin', 8080, 9090],
    ],
    [
      ['spec', 'ports', 0, 'port'],
      [80, 8000],
    ],
    [
      ['spec', 'type'],
      ['LoadBalancer', 'NodePort'],
    ],
  ],
  NetworkPolicy: [
    [
      ['spec', 'podSelector', 'matchLabels', 'app'],
      ['api', 'db', 'web', 'gone'],
    ],
    [
      ['spec', 'ingress', 0, 'from', 0],
      [{ podSelector: {} }, { podSelector: { matchLabels: { tier: 'front' } } }, { ipBlock: { cidr: '0.0.0.0/0' } }],
    ],
    [
      ['spec', 'ingress', 0, 'ports', 0, 'port'],
      [8080, 9090, 'http'],
    ],
    [
      ['spec', 'policyTypes'],
      [['Egress', 'Ingress'], ['Ingress']],
    ],
  ],
  Role: [
    [
      ['rules', 0, 'verbs'],
      [['get'], ['get', 'list', 'watch'], ['*']],
    ],
    [
      ['rules', 0, 'resources'],
      [['secrets'], ['configmaps', 'secrets'], ['pods/exec'], ['*']],
    ],
    [
      ['rules', 0, 'apiGroups'],
      [[''], ['apps', ''], ['*']],
    ],
  ],
  RoleBinding: [
    [
      ['subjects', 0, 'name'],
      ['api', 'db', 'web', 'nobody'],
    ],
    [
      ['roleRef', 'name'],
      ['reader', 'writer', 'gone'],
    ],
  ],
  ConfigMap: [
    [['data', 'mode'], ['slow']],
    [['data', 'more'], ['y']],
  ],
  Namespace: [
    [
      ['metadata', 'labels', 'team'],
      ['shop', 'tools', 'other'],
    ],
    [
      ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'],
      ['baseline', 'restricted'],
    ],
  ],
  ResourceQuota: [
    [
      ['spec', 'hard', 'pods'],
      ['3', '6', '7'],
    ],
    [
      ['spec', 'hard', 'requests.cpu'],
      ['1', '3', '4'],
    ],
  ],
  PodDisruptionBudget: [
    [
      ['spec', 'maxUnavailable'],
      [0, 2],
    ],
    [
      ['spec', 'selector', 'matchLabels', 'app'],
      ['api', 'gone'],
    ],
  ],
  HorizontalPodAutoscaler: [
    [
      ['spec', 'scaleTargetRef', 'name'],
      ['api', 'gone'],
    ],
  ],
  Ingress: [
    [
      ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'],
      ['api', 'gone'],
    ],
  ],
};

/** A change of two to five files: fields edited, removed or set, objects deleted or made. */
export function changeFiles(files: Files, random: Random): Files {
  const changed = new Map(files);
  const names = [...files.keys()];
  const many = 2 + random.below(4);
  for (let count = 0; count < many; count++) {
    const name = random.pick(names) ?? '';
    const object = changed.get(name);
    if (object === undefined || object !== files.get(name)) continue;
    if (random.once(8)) changed.delete(name);
    else if (random.once(10)) changed.set(`new/${count}.yaml`, rename(object, `new-${count}`));
    else changed.set(name, editObject(object, random));
  }
  return changed;
}

function rename(object: JsonObject, name: string): JsonObject {
  return { ...object, metadata: { ...(isObject(object['metadata']) ? object['metadata'] : {}), name } };
}

function editObject(object: JsonObject, random: Random): JsonObject {
  const edits = EDITS[getString(object, 'kind') ?? ''] ?? [];
  let edited: JsonValue = object;
  const done = new Set<Path>();
  for (let left = 1 + random.below(2); left > 0; left--) {
    const edit = random.pick(edits);
    if (edit === undefined) return object;
    const [path, values] = edit;
    if (done.has(path)) continue;
    done.add(path);
    const value = random.once(8) && typeof path.at(-1) === 'string' ? undefined : random.pick(values);
    if (getAt(edited, ...path.slice(0, -1)) !== undefined) edited = setAt(edited, path, value);
  }
  return isObject(edited) ? edited : object;
}

function setAt(value: JsonValue, [step, ...rest]: Path, wanted: JsonValue | undefined): JsonValue {
  if (step === undefined) return wanted ?? null;
  if (isArray(value)) return value.map((item, index) => (index === step ? setAt(item, rest, wanted) : item));
  const fields = isObject(value) ? value : {};
  if (rest.length > 0) return { ...fields, [step]: setAt(fields[String(step)] ?? {}, rest, wanted) };
  const others = Object.entries(fields).filter(([key]) => key !== String(step));
  if (wanted === undefined) return Object.fromEntries(others);
  return String(step) in fields
    ? Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, key === String(step) ? wanted : item]))
    : { ...fields, [step]: wanted };
}
