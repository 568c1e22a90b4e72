import { specOf, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getBoolean, getString, isEqualJson, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import { forbiddenField, invalidField, type FieldProblem } from './status-errors.ts';

type Check = (live: KubernetesObject, updated: KubernetesObject) => readonly FieldProblem[];

const STATEFUL_SET_FIELDS = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const STATEFUL_SET_TEXT =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', " +
  "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const CLAIM_TEXT = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const POD_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` ' +
  '(allow it to be set to 1 if it was previously negative)';
const FIXED = 'field is immutable';

/** What may not be changed, by kind (`ValidateUpdate` of the registry's strategies). */
const CHECKS: Readonly<Record<string, Check>> = {
  '/ConfigMap': (live, updated) => checkFrozen(live, updated, ['data', 'binaryData']),
  '/PersistentVolumeClaim': (live, updated) =>
    isSameBut(live, updated, ['resources', 'volumeAttributesClassName', 'volumeName']) ? [] : [forbiddenField('spec', CLAIM_TEXT)],
  '/Pod': (live, updated) => (isSamePod(live, updated) ? [] : [forbiddenField('spec', POD_TEXT)]),
  '/Secret': (live, updated) => [...checkFrozen(live, updated, ['data']), ...fixed(live, updated, 'type')],
  '/Service': checkAddress,
  'apiextensions.k8s.io/CustomResourceDefinition': (live, updated) =>
    ['group', 'scope', 'names.plural', 'names.kind'].flatMap((field) => fixed(live, updated, 'spec', ...field.split('.'))),
  'apps/DaemonSet': (live, updated) => fixed(live, updated, 'spec', 'selector'),
  'apps/Deployment': (live, updated) => fixed(live, updated, 'spec', 'selector'),
  'apps/ReplicaSet': (live, updated) => fixed(live, updated, 'spec', 'selector'),
  'apps/StatefulSet': (live, updated) => (isSameBut(live, updated, STATEFUL_SET_FIELDS) ? [] : [forbiddenField('spec', STATEFUL_SET_TEXT)]),
  'batch/Job': checkJob,
  'networking.k8s.io/IngressClass': (live, updated) => fixed(live, updated, 'spec', 'controller'),
  'rbac.authorization.k8s.io/ClusterRoleBinding': checkRole,
  'rbac.authorization.k8s.io/RoleBinding': checkRole,
  'scheduling.k8s.io/PriorityClass': (live, updated) => [
    ...unchanged(live, updated, 'value', 'may not be changed in an update.'),
    ...fixed(live, updated, 'preemptionPolicy'),
  ],
  'storage.k8s.io/StorageClass': (live, updated) => [
    ...unchanged(live, updated, 'parameters', 'updates to parameters are forbidden.'),
    ...unchanged(live, updated, 'provisioner', 'updates to provisioner are forbidden.'),
    ...unchanged(live, updated, 'reclaimPolicy', 'updates to reclaimPolicy are forbidden.'),
    ...fixed(live, updated, 'volumeBindingMode'),
  ],
};

/** The fields of an update that the API server refuses to change. */
export function checkImmutable(kind: Kind, live: KubernetesObject, updated: KubernetesObject): readonly FieldProblem[] {
  return CHECKS[`${kind.group}/${kind.kind}`]?.(live, updated) ?? [];
}

function fixed(live: KubernetesObject, updated: KubernetesObject, ...path: readonly string[]): readonly FieldProblem[] {
  const value = getAt(updated, ...path);
  if (isEqualJson(getAt(live, ...path), value)) return [];
  return [invalidField(path.join('.'), toText(value), FIXED)];
}

function unchanged(live: KubernetesObject, updated: KubernetesObject, field: string, why: string): readonly FieldProblem[] {
  return isEqualJson(live[field], updated[field]) ? [] : [forbiddenField(field, why)];
}

function toText(value: JsonValue | undefined): string {
  return value === undefined ? 'null' : stringifyJson(value);
}

function isSameBut(live: KubernetesObject, updated: KubernetesObject, except: readonly string[]): boolean {
  const strip = (object: KubernetesObject): JsonObject =>
    Object.fromEntries(Object.entries(specOf(object)).filter(([name]) => !except.includes(name)));
  return isEqualJson(strip(live), strip(updated));
}

function checkFrozen(live: KubernetesObject, updated: KubernetesObject, fields: readonly string[]): readonly FieldProblem[] {
  if (getBoolean(live, 'immutable') !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const immutable = getBoolean(updated, 'immutable') === true ? [] : [forbiddenField('immutable', why)];
  return [...immutable, ...fields.flatMap((field) => unchanged(live, updated, field, why))];
}

function checkRole(live: KubernetesObject, updated: KubernetesObject): readonly FieldProblem[] {
  if (isEqualJson(live['roleRef'], updated['roleRef'])) return [];
  return [invalidField('roleRef', toText(updated['roleRef']), 'cannot change roleRef')];
}

function checkJob(live: KubernetesObject, updated: KubernetesObject): readonly FieldProblem[] {
  const isElastic = getString(live, 'spec', 'completionMode') === 'Indexed';
  const isSuspended = getBoolean(live, 'spec', 'suspend') === true;
  const completions = isElastic ? [] : fixed(live, updated, 'spec', 'completions');
  const template = isSuspended ? [] : fixed(live, updated, 'spec', 'template');
  return [...completions, ...fixed(live, updated, 'spec', 'selector'), ...template, ...fixed(live, updated, 'spec', 'completionMode')];
}

function checkAddress(live: KubernetesObject, updated: KubernetesObject): readonly FieldProblem[] {
  const [before, after] = [live, updated].map((service) => getString(service, 'spec', 'clusterIP') ?? '');
  const isNamed = [live, updated].some((service) => getString(service, 'spec', 'type') === 'ExternalName');
  if (isNamed || before === '' || before === after) return [];
  const addresses = getArray(updated, 'spec', 'clusterIPs');
  return [invalidField('spec.clusterIPs[0]', stringifyJson(addresses), 'may not change once set')];
}

/** The same but for what may change: images, node (once), deadlines, tolerations added, gates removed. */
function isSamePod(live: KubernetesObject, updated: KubernetesObject): boolean {
  const isBinding = getAt(live, 'spec', 'nodeName') === undefined;
  const free = [
    'activeDeadlineSeconds',
    'terminationGracePeriodSeconds',
    'tolerations',
    'schedulingGates',
    ...(isBinding ? ['nodeName'] : []),
  ];
  const strip = (pod: KubernetesObject): KubernetesObject => ({
    ...pod,
    spec: { ...specOf(pod), containers: withoutImages(pod, 'containers'), initContainers: withoutImages(pod, 'initContainers') },
  });
  return isSameBut(strip(live), strip(updated), free);
}

function withoutImages(pod: KubernetesObject, field: string): readonly JsonValue[] {
  return getArray(pod, 'spec', field).map((container) =>
    typeof container === 'object' && container !== null && 'image' in container ? { ...container, image: '' } : container,
  );
}
