import { gvkOf, podTemplateOf, type KubernetesObject } from '../model/index.ts';
import { getArray, getObject, isArray, isObject, type JsonObject, type JsonValue } from '../std/index.ts';
import { outlineOf } from './outline.ts';

/**
 * As `outlineOf`, with what quotas, limits, classes and levels of Pod Security look at besides, and the order in which objects are
 * applied. Of pods and their containers nothing else is left than `outlineOf` leaves, and of objects no note that the order does not come from.
 */
export function admissionOutlineOf(object: KubernetesObject): KubernetesObject {
  const outline = outlineOf(object);
  const metadata = withNotes(outline.metadata, object.metadata, ORDER_NOTES);
  const template = podTemplateOf(object);
  if (template === undefined) {
    const fields = COUNTED.get(`${gvkOf(object).group}/${object.kind}`);
    const [own, kept] = [getObject(object, 'spec'), getObject(outline, 'spec')];
    const whole = fields === undefined ? {} : pick(object, fields);
    return {
      ...outline,
      ...whole,
      metadata,
      ...(own === undefined || fields === undefined ? {} : { spec: { ...kept, ...pick(own, fields) } }),
    };
  }
  const { path } = template;
  const spec = toPodSpec(template.spec, getObject(outline, ...path, 'spec') ?? {});
  if (path.length === 0) return { ...outline, metadata: withNotes(metadata, object.metadata, POD_NOTES), spec };
  const { apiVersion, kind } = outline;
  const notes = withNotes(getObject(outline, ...path, 'metadata') ?? {}, template.metadata, POD_NOTES);
  const [root = 'spec', ...inner] = path.map(String);
  return { apiVersion, kind, metadata, [root]: replaceAt(getObject(object, root) ?? {}, inner, { metadata: notes, spec }) };
}

/** By which objects say when they are applied. */
const ORDER_NOTES = /^(argocd\.argoproj\.io|config\.kubernetes\.io|helm\.sh|kapply\.kplan\.dev)\//;

/** By which pods were given profiles before there were fields. */
const POD_NOTES = /^(container\.apparmor\.security\.beta|(container\.)?seccomp\.security\.alpha)\.kubernetes\.io\//;

/** What quotas count of objects that make no pods, and what classes say of pods: fields of `spec`, or of the object. */
const COUNTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['/PersistentVolumeClaim', ['resources', 'storageClassName']],
  ['/ResourceQuota', ['hard', 'scopeSelector', 'scopes']],
  ['/Service', ['allocateLoadBalancerNodePorts']],
  ['autoscaling/HorizontalPodAutoscaler', ['maxReplicas', 'minReplicas']],
  ['scheduling.k8s.io/PriorityClass', ['globalDefault', 'preemptionPolicy', 'value']],
]);

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HANDLERS = ['grpc', 'httpGet', 'tcpSocket'];
const ADDRESS = ['host', 'port'];

/** What of a pod's spec and of its containers says whether the pod is let in, and which nodes want one. */
const ADMITTED = [
  'affinity',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostUsers',
  'nodeName',
  'nodeSelector',
  'os',
  'overhead',
  'preemptionPolicy',
  'priority',
  'resources',
  'restartPolicy',
  'securityContext',
  'tolerations',
];
const CONTAINED = ['ports', 'resources', 'securityContext'];

function toPodSpec(whole: JsonObject, outline: JsonObject): JsonObject {
  const spec: Record<string, JsonValue> = { ...outline, ...pick(whole, ADMITTED) };
  for (const field of CONTAINERS) {
    const [containers, kept] = [whole[field], getArray(outline, field)];
    if (isArray(containers)) spec[field] = containers.map((container, index) => toContainer(container, kept[index]));
  }
  const volumes = whole['volumes'];
  if (isArray(volumes)) spec['volumes'] = volumes.map((volume, index) => toVolume(volume, getArray(outline, 'volumes')[index]));
  return spec;
}

function toContainer(whole: JsonValue, outline: JsonValue | undefined): JsonValue {
  if (!isObject(whole)) return null;
  const probes = Object.entries(pick(whole, PROBES)).map(([field, probe]) => [field, toProbe(probe)] as const);
  return { ...(isObject(outline) ? outline : {}), ...pick(whole, CONTAINED), ...Object.fromEntries(probes) };
}

function toProbe(probe: JsonValue): JsonValue {
  if (!isObject(probe)) return null;
  return Object.fromEntries(
    HANDLERS.flatMap((handler) => {
      const value = probe[handler];
      return isObject(value) ? [[handler, pick(value, ADDRESS)]] : [];
    }),
  );
}

/** Its name, and of which type it is. */
function toVolume(whole: JsonValue, outline: JsonValue | undefined): JsonValue {
  if (!isObject(whole)) return null;
  const types = Object.entries(whole).flatMap(([field, value]) => (isObject(value) ? [[field, {}] as const] : []));
  return { ...Object.fromEntries(types), ...(isObject(outline) ? outline : {}), ...pick(whole, ['name']) };
}

function withNotes(metadata: JsonObject, whole: JsonObject, notes: RegExp): JsonObject {
  const annotations = whole['annotations'];
  if (!isObject(annotations)) return metadata;
  const kept = Object.entries(annotations).filter(([name, value]) => notes.test(name) && typeof value === 'string');
  if (kept.length === 0) return metadata;
  return { ...metadata, annotations: { ...getObject(metadata, 'annotations'), ...Object.fromEntries(kept) } };
}

/** The object with another template in the place of its own. */
function replaceAt(object: JsonObject, [field, ...rest]: readonly string[], template: JsonObject): JsonObject {
  if (field === undefined) return template;
  return { ...object, [field]: replaceAt(getObject(object, field) ?? {}, rest, template) };
}

function pick(object: JsonObject, fields: readonly string[]): Record<string, JsonValue> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = object[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
}
