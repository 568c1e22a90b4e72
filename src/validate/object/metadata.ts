import type { Kind, KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import {
  judgeLabel,
  judgeLabel1035,
  judgeLabelValue,
  judgePathSegment,
  judgeQualifiedName,
  judgeSubdomain,
  type Judgement,
} from './names.ts';
import { WORDS } from './words.ts';

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Kinds whose names are not DNS subdomains: the `ValidateXName` of each. */
const NAME_RULES: Readonly<Record<string, (name: string) => Judgement>> = {
  '/Namespace': judgeLabel,
  '/Service': judgeLabel,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': judgeSubdomain,
  'apiregistration.k8s.io/APIService': judgePathSegment,
  'apps/StatefulSet': judgeLabel,
  'policy/PodDisruptionBudget': () => [],
  'rbac.authorization.k8s.io/ClusterRole': judgePathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': judgePathSegment,
  'rbac.authorization.k8s.io/Role': judgePathSegment,
  'rbac.authorization.k8s.io/RoleBinding': judgePathSegment,
};

/** From this minor version on a Service may start with a digit (KEP-5311); before it is a DNS-1035 label. */
const RELAXED_SERVICE_NAMES = 35;

/** The judgement of an object's metadata: `ValidateObjectMeta` with the kind's own rule for names. */
export function checkObjectMeta(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const { metadata } = object;
  checkName(metadata, kind, version, report);
  checkLabels(metadata, ['metadata'], 'metadata', report);
  for (const [index, finalizer] of getArray(metadata, 'finalizers').entries()) {
    if (typeof finalizer === 'string') checkFinalizer(finalizer, index, report);
  }
  const owners = getArray(metadata, 'ownerReferences');
  if (owners.filter((owner) => isObject(owner) && owner['controller'] === true).length > 1) {
    const reason = 'Only one reference can have Controller set to true';
    report({ code: 'KV0027', path: ['metadata', 'ownerReferences'], data: { field: 'metadata.ownerReferences', reason } });
  }
  if (typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '' && kind.namespaced)
    checkNamespace(metadata['namespace'], report);
}

function checkName(metadata: JsonObject, kind: Kind, version: string, report: Report): void {
  const { name, generateName } = metadata;
  if (typeof name === 'string' && name !== '') {
    for (const reason of nameRuleOf(kind, version)(name)) reportName('name', name, reason, report);
  } else if (typeof generateName === 'string' && generateName !== '') {
    const trial = `${generateName.slice(0, 58)}xxxxx`;
    for (const reason of nameRuleOf(kind, version)(trial)) reportName('generateName', generateName, reason, report);
  } else if (name === undefined || name === null || name === '') {
    report({ code: 'KV0021', path: ['metadata', 'name'], data: {} });
  }
}

function nameRuleOf(kind: Kind, version: string): (name: string) => Judgement {
  const key = `${kind.group}/${kind.kind}`;
  if (key === '/Service' && Number(version.split('.')[1]) < RELAXED_SERVICE_NAMES) return judgeLabel1035;
  return (kind.custom ? undefined : NAME_RULES[key]) ?? judgeSubdomain;
}

function reportName(field: string, value: string, reason: string, report: Report): void {
  report({ code: 'KV0022', path: ['metadata', field], data: { field: `metadata.${field}`, value: JSON.stringify(value), reason } });
}

function checkNamespace(value: string, report: Report): void {
  for (const reason of judgeLabel(value)) {
    report({
      code: 'KV0026',
      path: ['metadata', 'namespace'],
      data: { field: 'metadata.namespace', value: JSON.stringify(value), reason },
    });
  }
}

function checkFinalizer(finalizer: string, index: number, report: Report): void {
  const reasons = judgeQualifiedName(finalizer);
  const isQualified = finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer);
  const field = reasons.length > 0 ? 'metadata.finalizers' : `metadata.finalizers[${index}]`;
  for (const reason of reasons.length > 0 || isQualified ? reasons : [WORDS.finalizer]) {
    report({ code: 'KV0025', path: ['metadata', 'finalizers', index], data: { field, value: JSON.stringify(finalizer), reason } });
  }
}

/** The judgement of the labels and annotations below a path; `field` is what the server calls it. */
export function checkLabels(metadata: JsonObject, path: Path, field: string, report: Report): void {
  checkLabelMap(metadata['labels'], [...path, 'labels'], `${field}.labels`, report);
  const annotations = getObject(metadata, 'annotations') ?? {};
  for (const key of Object.keys(annotations)) {
    for (const reason of judgeQualifiedName(key.toLowerCase())) {
      const data = { field: `${field}.annotations`, value: JSON.stringify(key), reason };
      report({ code: 'KV0024', path: [...path, 'annotations', key], data });
    }
  }
}

/** The judgement of a map of labels: of an object, a template, or a selector. */
export function checkLabelMap(labels: JsonValue | undefined, path: Path, field: string, report: Report): void {
  if (!isObject(labels)) return;
  for (const key of Object.keys(labels)) {
    const value = labels[key];
    for (const reason of judgeQualifiedName(key)) reportLabel(path, key, field, key, reason, report);
    if (typeof value !== 'string') continue;
    for (const reason of judgeLabelValue(value)) reportLabel(path, key, field, value, reason, report);
  }
}

function reportLabel(path: Path, key: string, field: string, value: string, reason: string, report: Report): void {
  report({ code: 'KV0023', path: [...path, key], data: { field, value: JSON.stringify(value), reason } });
}
