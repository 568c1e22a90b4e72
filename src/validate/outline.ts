import { gvkOf, podTemplateOf, type KubernetesObject, type PodTemplate } from '../model/index.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../std/index.ts';

/**
 * What is left of an object of a built-in kind when all is taken away that no rule about several objects looks at. Every
 * rule says of outlines what it says of the objects; of the values of ConfigMaps and Secrets the keys are left.
 */
export function outlineOf(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = object;
  const name = `${gvkOf(object).group}/${kind}`;
  const metadata = outlineMetadata(object.metadata, name);
  const outline: Outline = { apiVersion, kind, metadata };
  if (name === '/ConfigMap' || name === '/Secret') {
    addKeys(outline, object);
    return outline;
  }
  const template = podTemplateOf(object);
  const fields = READ.get(name) ?? (template === undefined ? undefined : NONE);
  if (fields === undefined) return { ...without(object, 'status'), apiVersion, kind, metadata };
  addWithin(outline, object, fields);
  if (template !== undefined) addTemplate(outline, template);
  return outline;
}

/** An object in the making. */
type Outline = KubernetesObject & Record<string, JsonValue>;

/** The fields of a field that rules read, or all of it. Pod templates are read in all kinds that have them. */
type Fields = readonly (readonly [field: string, inner: readonly string[] | 'all'])[];

const NONE: Fields = [];
const WEBHOOKS: Fields = [['webhooks', 'all']];
const BINDING: Fields = [
  ['roleRef', 'all'],
  ['subjects', 'all'],
];

/** What rules read, by kind; a kind that is not here is kept but for its status. */
const READ: ReadonlyMap<string, Fields> = new Map(
  Object.entries<Fields>({
    '/LimitRange': NONE,
    '/Namespace': NONE,
    '/PersistentVolumeClaim': [['spec', ['storageClassName', 'volumeName']]],
    '/ResourceQuota': NONE,
    '/Service': [['spec', ['type', 'selector', 'ports']]],
    '/ServiceAccount': [['imagePullSecrets', 'all']],
    'admissionregistration.k8s.io/MutatingWebhookConfiguration': WEBHOOKS,
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration': WEBHOOKS,
    'apps/StatefulSet': [['spec', ['serviceName', 'volumeClaimTemplates']]],
    'autoscaling/HorizontalPodAutoscaler': [['spec', ['scaleTargetRef']]],
    'networking.k8s.io/IngressClass': NONE,
    'networking.k8s.io/NetworkPolicy': [['spec', ['podSelector']]],
    'policy/PodDisruptionBudget': [['spec', ['selector']]],
    'rbac.authorization.k8s.io/ClusterRole': NONE,
    'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING,
    'rbac.authorization.k8s.io/Role': NONE,
    'rbac.authorization.k8s.io/RoleBinding': BINDING,
    'scheduling.k8s.io/PriorityClass': NONE,
    'storage.k8s.io/StorageClass': NONE,
  }),
);

const METADATA = ['name', 'generateName', 'namespace', 'ownerReferences'];

function outlineMetadata(metadata: JsonObject, name: string): JsonObject {
  const kept = pick(metadata, METADATA);
  const { annotations, labels } = metadata;
  if (name === '/Pod' && labels !== undefined) kept['labels'] = labels;
  if (name === 'networking.k8s.io/Ingress' && isObject(annotations))
    kept['annotations'] = toEmptyTexts(Object.keys(annotations).filter((key) => typeof annotations[key] === 'string'));
  return kept;
}

const POD_FIELDS = ['priorityClassName', 'runtimeClassName', 'serviceAccountName', 'serviceAccount', 'imagePullSecrets'];
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];
const CONTAINER_FIELDS = ['name', 'envFrom', 'lifecycle'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const VOLUME_FIELDS = ['configMap', 'csi', 'secret', 'persistentVolumeClaim', 'projected', 'ephemeral'];
const ENV_FIELDS: Fields = [['valueFrom', ['configMapKeyRef', 'secretKeyRef']]];
const PROBE_FIELDS: Fields = [
  ['httpGet', ['port']],
  ['tcpSocket', ['port']],
];
const LABELS = ['labels'];
const NAME = ['name'];

function addTemplate(outline: Outline, { path, spec, metadata }: PodTemplate): void {
  let at: Record<string, JsonValue> = outline;
  for (const step of path) at = addObject(at, String(step));
  at['spec'] = outlinePodSpec(spec);
  if (path.length > 0) at['metadata'] = pick(metadata, LABELS);
}

/** A new object in the place of a field, with all that the field holds. */
function addObject(within: Record<string, JsonValue>, field: string): Record<string, JsonValue> {
  const held = within[field];
  const made: Record<string, JsonValue> = isObject(held) ? { ...held } : {};
  within[field] = made;
  return made;
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
  if (isArray(ports)) kept['ports'] = ports.flatMap((port) => (isObject(port) && port['name'] !== undefined ? [pick(port, NAME)] : []));
  if (isArray(env)) kept['env'] = keepSome(env, (item) => pickWithin(item, ENV_FIELDS));
  for (const field of PROBES) {
    const probe = container[field];
    if (isObject(probe)) kept[field] = pickWithin(probe, PROBE_FIELDS);
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
  return isEmpty(object) ? null : object;
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

function addKeys(outline: Outline, object: JsonObject): void {
  for (const field of DATA_FIELDS) {
    const value = object[field];
    if (isObject(value)) outline[field] = toEmptyTexts(Object.keys(value));
  }
}

const DATA_FIELDS = ['data', 'binaryData', 'stringData'];

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

function pickWithin(object: JsonObject, fields: Fields): JsonObject {
  const picked: Record<string, JsonValue> = {};
  addWithin(picked, object, fields);
  return picked;
}

function addWithin(picked: Record<string, JsonValue>, object: JsonObject, fields: Fields): void {
  for (const [field, inner] of fields) {
    const value = object[field];
    if (inner === 'all' && value !== undefined) picked[field] = value;
    else if (inner !== 'all' && isObject(value)) {
      const part = pick(value, inner);
      if (!isEmpty(part)) picked[field] = part;
    }
  }
}

function without(object: JsonObject, field: string): JsonObject {
  const { [field]: _, ...rest } = object;
  return rest;
}
