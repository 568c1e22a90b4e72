import { gvkOf, Lens, nameOnly, podTemplateOf, type View, type World } from '../../model/index.ts';
import { getArray, isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';

/** Kinds of which the scheduler and the controllers before it only ask whether an object is there, if that. */
const NAMES_ONLY: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Secret',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);

/**
 * Worlds as the controllers before the scheduler see them. All of a workload is seen: any change of a template makes new
 * pods, which want a place.
 */
export const CONTROLLER_LENS: Lens = new Lens((object) =>
  NAMES_ONLY.has(`${gvkOf(object).group}/${object.kind}`) ? nameOnly(object) : object,
);

/** What a container does once it runs; where it runs depends on none of it. */
const RUNNING = [
  'args',
  'command',
  'env',
  'envFrom',
  'imagePullPolicy',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'stdin',
  'stdinOnce',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'tty',
  'volumeMounts',
  'workingDir',
];

const WITHOUT_IMAGES = new Lens(withoutFields(new Set([...RUNNING, 'image'])));
const WITH_IMAGES = new Lens(withoutFields(new Set(RUNNING)));

/** The world that the controllers lead to, as the scheduler sees it. Images count where a node says which it has. */
export function showPlacement(world: World): World {
  const hasImages = world.byKind('', 'Node').some((node) => getArray(node, 'status', 'images').length > 0);
  return (hasImages ? WITH_IMAGES : WITHOUT_IMAGES).show(world);
}

/** What the API server notes of each write. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['generation', 'managedFields', 'resourceVersion']);

function withoutFields(fields: ReadonlySet<string>): View {
  // Pods of one template share their spec, and are to share what is seen of it.
  const specs = new WeakMap<JsonObject, JsonObject>();
  const show = (spec: JsonObject): JsonObject => {
    let seen = specs.get(spec);
    if (seen === undefined) specs.set(spec, (seen = showSpec(spec, fields)));
    return seen;
  };
  return (object) => {
    const template = podTemplateOf(object);
    if (template === undefined) return object;
    const seen = replaceIn(object, [...template.path, 'spec'], show(template.spec));
    return { ...object, ...seen, metadata: without(object.metadata, BOOKKEEPING) };
  };
}

function showSpec(spec: JsonObject, fields: ReadonlySet<string>): JsonObject {
  const lists = CONTAINER_LISTS.flatMap((name): [string, JsonValue][] => {
    const containers = spec[name];
    return isArray(containers) ? [[name, containers.map((item) => (isObject(item) ? without(item, fields) : item))]] : [];
  });
  return { ...spec, ...Object.fromEntries(lists) };
}

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

function without(object: JsonObject, fields: ReadonlySet<string>): JsonObject {
  if (!Object.keys(object).some((name) => fields.has(name))) return object;
  const left: Record<string, JsonValue> = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value !== undefined && !fields.has(name)) left[name] = value;
  }
  return left;
}

function replaceIn(object: JsonObject, [step, ...rest]: Path, value: JsonObject): JsonObject {
  if (step === undefined) return value;
  const inner = object[step];
  return { ...object, [step]: replaceIn(isObject(inner) ? inner : {}, rest, value) };
}
