import { gvkOf, podTemplateOf, type KubernetesObject, type PodTemplate } from '../model/index.ts';
import { isArray, isObject, type JsonObject, type JsonValue, type Path } from '../std/index.ts';

/**
 * What is left of an object of a built-in kind when all is taken away that no rule about several objects looks at. Every
 * rule says of outlines what it says of the objects; of the values of ConfigMaps and Secrets the keys are left.
 */
export function outlineOf(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  const name = `${gvkOf(object).group}/${kind}`;
  const head = { apiVersion, kind, metadata: outlineMetadata(metadata, name) };
  if (name === '/ConfigMap' || name === '/Secret') return { ...keysOf(object), ...head };
  const template = podTemplateOf(object);
  const fields = READ[name] ?? (template === undefined ? undefined : NONE);
  if (fields === undefined) return { ...without(object, 'status'), ...head };
  const body = pickWithin(object, fields);
  return { ...(template === undefined ? body : withTemplate(body, template)), ...head };
}

/** The fields of a field that rules read, or all of it. Pod templates are read in all kinds that have them. */
type Fields = Readonly<Record<string, readonly string[] | 'all'>>;

const NONE: Fields = {};
const WEBHOOKS: Fields = { webhooks: 'all' };
const BINDING: Fields = { roleRef: 'all', subjects: 'all' };

/** What rules read, by kind; a kind that is not here is kept but for its status. */
const READ: Readonly<Record<string, Fields>> = {
  '/LimitRange': NONE,
  '/Namespace': NONE,
  '/PersistentVolumeClaim': { spec: ['storageClassName', 'volumeName'] },
  '/ResourceQuota': NONE,
  '/Service': { spec: ['type', 'selector', 'ports'] },
  '/ServiceAccount': { imagePullSecrets: 'all' },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': WEBHOOKS,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': WEBHOOKS,
  'apps/StatefulSet': { spec: ['serviceName', 'volumeClaimTemplates'] },
  'autoscaling/HorizontalPodAutoscaler': { spec: ['scaleTargetRef'] },
  'networking.k8s.io/IngressClass': NONE,
  'networking.k8s.io/NetworkPolicy': { spec: ['podSelector'] },
  'policy/PodDisruptionBudget': { spec: ['selector'] },
  'rbac.authorization.k8s.io/ClusterRole': NONE,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING,
  'rbac.authorization.k8s.io/Role': NONE,
  'rbac.authorization.k8s.io/RoleBinding': BINDING,
  'scheduling.k8s.io/PriorityClass': NONE,
  'storage.k8s.io/StorageClass': NONE,
};

const METADATA = ['name', 'generateName', 'namespace', 'ownerReferences'];

function outlineMetadata(metadata: JsonObject, name: string): JsonObject {
  const kept = pick(metadata, METADATA);
  const { annotations, labels } = metadata;
  if (name === '/Pod' && labels !== undefined) return { ...kept, labels };
  if (name !== 'networking.k8s.io/Ingress' || !isObject(annotations)) return kept;
  return { ...kept, annotations: toEmptyTexts(Object.keys(annotations).filter((key) => typeof annotations[key] === 'string')) };
}

const POD_FIELDS = ['priorityClassName', 'runtimeClassName', 'serviceAccountName', 'serviceAccount', 'imagePullSecrets'];
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];
const CONTAINER_FIELDS = ['name', 'envFrom', 'lifecycle'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const VOLUME_FIELDS = ['configMap', 'secret', 'persistentVolumeClaim', 'projected', 'ephemeral'];
const KEY_SOURCES = ['configMapKeyRef', 'secretKeyRef'];

function withTemplate(body: JsonObject, { path, spec, metadata }: PodTemplate): JsonObject {
  const outlined = setIn(body, [...path, 'spec'], outlinePodSpec(spec));
  return path.length === 0 ? outlined : setIn(outlined, [...path, 'metadata'], pick(metadata, ['labels']));
}

// What is left keeps its index: places are found by it.
function outlinePodSpec(spec: JsonObject): JsonObject {
  const kept = pick(spec, POD_FIELDS);
  const { volumes } = spec;
  if (isArray(volumes)) kept['volumes'] = keepSome(volumes, (volume) => pick(volume, VOLUME_FIELDS));
  for (const field of CONTAINER_LISTS) {
    const containers = spec[field];
    if (isArray(containers)) kept[field] = containers.map((container) => (isObject(container) ? outlineContainer(container) : null));
  }
  return kept;
}

function outlineContainer(container: JsonObject): JsonObject {
  const kept = pick(container, CONTAINER_FIELDS);
  const { env, ports } = container;
  if (isArray(ports)) kept['ports'] = ports.flatMap((port) => (isObject(port) && port['name'] !== undefined ? [pick(port, ['name'])] : []));
  if (isArray(env)) kept['env'] = keepSome(env, (item) => pickWithin(item, { valueFrom: KEY_SOURCES }));
  for (const field of PROBES) {
    const probe = container[field];
    if (isObject(probe)) kept[field] = pickWithin(probe, { httpGet: ['port'], tcpSocket: ['port'] });
  }
  return kept;
}

/** Each item as it is kept, null where nothing is, nothing after the last that is. */
function keepSome(items: readonly JsonValue[], keep: (item: JsonObject) => JsonObject): JsonValue[] {
  const kept = items.map((item) => (isObject(item) ? nullIfEmpty(keep(item)) : null));
  while (kept.at(-1) === null) kept.pop();
  return kept;
}

function nullIfEmpty(object: JsonObject): JsonObject | null {
  return Object.keys(object).length === 0 ? null : object;
}

function keysOf(object: JsonObject): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const field of ['data', 'binaryData', 'stringData']) {
    const value = object[field];
    if (isObject(value)) kept[field] = toEmptyTexts(Object.keys(value));
  }
  return kept;
}

function toEmptyTexts(keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, '']));
}

function pick(object: JsonObject, fields: readonly string[]): Record<string, JsonValue> {
  const picked: Record<string, JsonValue> = {};
  for (const field of fields) {
    const value = object[field];
    if (value !== undefined) picked[field] = value;
  }
  return picked;
}

function pickWithin(object: JsonObject, fields: Fields): Record<string, JsonValue> {
  const picked: Record<string, JsonValue> = {};
  for (const [field, inner] of Object.entries(fields)) {
    const value = object[field];
    if (inner === 'all' && value !== undefined) picked[field] = value;
    else if (inner !== 'all' && isObject(value)) {
      const part = pick(value, inner);
      if (Object.keys(part).length > 0) picked[field] = part;
    }
  }
  return picked;
}

function without(object: JsonObject, field: string): JsonObject {
  const { [field]: _, ...rest } = object;
  return rest;
}

function setIn(object: JsonObject, [step, ...rest]: Path, value: JsonObject): JsonObject {
  if (step === undefined) return value;
  const child = object[step];
  return { ...object, [step]: setIn(isObject(child) ? child : {}, rest, value) };
}
