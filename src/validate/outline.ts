import { gvkOf, podTemplateOf, type KubernetesObject, type PodTemplate } from '../model/index.ts';
import { getNumber, getObject, isArray, isObject, type JsonObject, type JsonValue } from '../std/index.ts';
import { readHostNames } from './rules/host-names.ts';
import { isEndless } from './rules/job-end.ts';

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
  if (name === 'batch/CronJob') addJob(outline, object);
  if (template !== undefined) addTemplate(outline, template);
  if (getNumber(object, 'spec', 'replicas') !== undefined) addObject(outline, 'spec')['replicas'] = 1;
  return outline;
}

/** An object in the making. */
type Outline = KubernetesObject & Record<string, JsonValue>;

/** The fields of a field that rules read, or all of it. Pod templates are read in all kinds that have them. */
type Fields = readonly (readonly [field: string, inner: readonly string[] | 'all'])[];

const NONE: Fields = [];
const JOB_FIELDS = ['activeDeadlineSeconds', 'backoffLimit', 'completions', 'parallelism'];
const WEBHOOKS: Fields = [['webhooks', 'all']];
const BINDING: Fields = [
  ['roleRef', 'all'],
  ['subjects', 'all'],
];

/** What rules read, by kind; a kind that is not here is kept but for its status. */
const READ: ReadonlyMap<string, Fields> = new Map(
  Object.entries<Fields>({
    '/LimitRange': [['spec', ['limits']]],
    '/Namespace': NONE,
    '/PersistentVolumeClaim': [['spec', ['dataSource', 'dataSourceRef', 'storageClassName', 'volumeName']]],
    '/ResourceQuota': NONE,
    '/Service': [['spec', ['clusterIP', 'externalName', 'type', 'selector', 'ports']]],
    '/ServiceAccount': [['imagePullSecrets', 'all']],
    'admissionregistration.k8s.io/MutatingWebhookConfiguration': WEBHOOKS,
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration': WEBHOOKS,
    'apps/StatefulSet': [['spec', ['serviceName', 'volumeClaimTemplates']]],
    'autoscaling/HorizontalPodAutoscaler': [['spec', ['metrics', 'scaleTargetRef', 'targetCPUUtilizationPercentage']]],
    'batch/Job': [['spec', JOB_FIELDS]],
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

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function outlineMetadata(metadata: JsonObject, name: string): JsonObject {
  const kept = pick(metadata, METADATA);
  const { annotations, labels } = metadata;
  if ((name === '/Pod' || name === '/Namespace') && labels !== undefined) kept['labels'] = labels;
  if (name === 'networking.k8s.io/Ingress' && isObject(annotations))
    kept['annotations'] = {
      ...toEmptyTexts(Object.keys(annotations).filter((key) => typeof annotations[key] === 'string')),
      ...pick(annotations, [CLASS_ANNOTATION]),
    };
  return kept;
}

const POD_FIELDS = [
  'priorityClassName',
  'runtimeClassName',
  'serviceAccountName',
  'serviceAccount',
  'imagePullSecrets',
  'activeDeadlineSeconds',
];
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];
const CONTAINER_FIELDS = ['name', 'envFrom', 'lifecycle', 'restartPolicy'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const VOLUME_FIELDS = ['name', 'configMap', 'csi', 'secret', 'persistentVolumeClaim', 'projected', 'ephemeral'];
const ENV_FIELDS: Fields = [['valueFrom', ['configMapKeyRef', 'secretKeyRef']]];
const PROBE_FIELDS: Fields = [
  ['grpc', ['port']],
  ['httpGet', ['port']],
  ['tcpSocket', ['port']],
];
const COMMANDS = ['command', 'args'];
const ENDLESS_COMMAND = 'sleep infinity';
const LABELS = ['labels'];
const NAME = ['name'];
const PORT_FIELDS = ['name', 'containerPort', 'protocol'];
const MOUNTS = ['volumeMounts', 'volumeDevices'];
const RESOURCES = ['limits', 'requests'];

function addTemplate(outline: Outline, { path, spec, metadata }: PodTemplate): void {
  let at: Record<string, JsonValue> = outline;
  for (const step of path) at = addObject(at, String(step));
  at['spec'] = outlinePodSpec(spec);
  if (path.length > 0) at['metadata'] = pick(metadata, LABELS);
}

function addJob(outline: Outline, object: JsonObject): void {
  const job = getObject(object, 'spec', 'jobTemplate', 'spec');
  if (job !== undefined) outline['spec'] = { jobTemplate: { spec: pick(job, JOB_FIELDS) } };
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
  const { resources, volumes } = spec;
  addResources(kept, resources);
  if (isArray(volumes)) kept['volumes'] = keepSome(volumes, (volume) => pick(volume, VOLUME_FIELDS));
  for (const field of CONTAINER_LISTS) {
    const containers = spec[field];
    if (isArray(containers)) kept[field] = containers.map((container) => (isObject(container) ? outlineContainer(container) : null));
  }
  return kept;
}

function outlineContainer(container: JsonObject): JsonObject {
  const kept = pick(container, CONTAINER_FIELDS);
  const { env, ports, resources } = container;
  if (isArray(ports)) kept['ports'] = ports.flatMap((port) => (isObject(port) ? [pick(port, PORT_FIELDS)] : []));
  if (isArray(env)) kept['env'] = keepSome(env, outlineVariable);
  addResources(kept, resources);
  for (const field of MOUNTS) {
    const mounts = container[field];
    if (isArray(mounts)) kept[field] = mounts.flatMap((mount) => (isObject(mount) ? [pick(mount, NAME)] : []));
  }
  for (const field of COMMANDS) {
    const words = container[field];
    if (isArray(words)) addWords(kept, field, words);
  }
  for (const field of PROBES) {
    const probe = container[field];
    if (isObject(probe)) kept[field] = pickWithin(probe, PROBE_FIELDS);
  }
  return kept;
}

/** Which resources are asked for, not how much. */
function addResources(kept: Record<string, JsonValue>, resources: JsonValue | undefined): void {
  if (!isObject(resources)) return;
  const asked = RESOURCES.flatMap((field): [string, JsonValue][] => {
    const amounts = resources[field];
    return isObject(amounts) ? [[field, toEmptyTexts(Object.keys(amounts))]] : [];
  });
  if (asked.length > 0) kept['resources'] = Object.fromEntries(asked);
}

function outlineVariable(variable: JsonObject): JsonObject {
  const names = keepHostNames(variable['value']);
  const kept = pickWithin(variable, ENV_FIELDS);
  return names === null ? kept : { ...kept, value: names };
}

/** Of a text the names of Services alone: the rest may be a password. */
function keepHostNames(text: JsonValue | undefined): string | null {
  const names = typeof text === 'string' ? readHostNames(text) : [];
  return names.length === 0 ? null : names.map((name) => name.text).join(' ');
}

// Each word keeps its index.
function addWords(kept: Record<string, JsonValue>, field: string, words: readonly JsonValue[]): void {
  const names = words.map(keepHostNames);
  while (names.at(-1) === null) names.pop();
  if (isEndless(words)) names.push(ENDLESS_COMMAND);
  if (names.length > 0) kept[field] = names;
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
