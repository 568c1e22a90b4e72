import type { Kind, KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, isObject, quoteGo, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { judgeGenerateName, judgeName } from './name-rules.ts';
import { judgeLabel, judgeLabelValue, judgeQualifiedName } from './names.ts';
import { checkOwners } from './owners.ts';
import { WORDS } from './words.ts';

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Groups whose kinds are held to `apimachinery`'s rules alone, as custom resources are: others want finalizers to be qualified. */
const PLAIN_GROUPS = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
]);

/** The judgement of an object's metadata: `ValidateObjectMeta` with the kind's own rule for names. */
export function checkObjectMeta(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const { metadata } = object;
  checkName(object, kind, version, report);
  checkLabels(metadata, ['metadata'], 'metadata', report);
  if (!kind.custom) checkGivenLabels(object, report);
  checkFinalizers(getArray(metadata, 'finalizers'), kind, report);
  checkOwners(metadata, report);
  if (typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '' && kind.namespaced)
    checkNamespace(metadata['namespace'], report);
}

function checkName(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const { name, generateName } = object.metadata;
  const isGenerated = typeof generateName === 'string' && generateName !== '';
  if (isGenerated)
    for (const reason of judgeGenerateName(generateName, object, kind, version)) reportName('generateName', generateName, reason, report);
  if (typeof name === 'string' && name !== '') {
    for (const reason of judgeName(name, object, kind, version)) reportName('name', name, reason, report);
  } else if (!isGenerated && (name === undefined || name === null || name === '')) {
    report({ code: 'KV0021', path: ['metadata', 'name'], data: {} });
  }
}

function reportName(field: string, value: string, reason: string, report: Report): void {
  report({ code: 'KV0022', path: ['metadata', field], data: { field: `metadata.${field}`, value: quoteGo(value), reason } });
}

/** A Namespace is labelled with its name; a ReplicationController or Job without labels of its own takes those of its pods. */
function checkGivenLabels(object: KubernetesObject, report: Report): void {
  const { labels, name } = object.metadata;
  if (object.kind === 'Namespace' && typeof name === 'string') {
    for (const reason of judgeLabelValue(name)) reportLabel(['metadata'], 'name', 'metadata.labels', name, reason, report);
  }
  const isHeir = object.kind === 'ReplicationController' || object.kind === 'Job';
  if (isHeir && Object.keys(getObject(labels) ?? {}).length === 0) {
    const path = ['spec', 'template', 'metadata', 'labels'];
    const inherited = getObject(object, ...path);
    checkLabelMap(inherited, path, 'metadata.labels', report);
    // The pods of a Job are labelled with its name, and these labels are its own.
    if (object.kind === 'Job' && inherited !== undefined && typeof name === 'string')
      for (const reason of judgeLabelValue(name)) reportLabel(['metadata'], 'name', 'metadata.labels', name, reason, report);
  }
}

function checkNamespace(value: string, report: Report): void {
  for (const reason of judgeLabel(value)) {
    report({
      code: 'KV0026',
      path: ['metadata', 'namespace'],
      data: { field: 'metadata.namespace', value: quoteGo(value), reason },
    });
  }
}

function checkFinalizers(finalizers: readonly JsonValue[], kind: Kind, report: Report): void {
  const isPlain = kind.custom || PLAIN_GROUPS.has(kind.group) || kind.kind === 'PodDisruptionBudget';
  for (const [index, item] of finalizers.entries()) {
    const finalizer = item ?? '';
    if (typeof finalizer !== 'string') continue;
    const fail = (field: string, reason: string): void =>
      report({ code: 'KV0025', path: ['metadata', 'finalizers', index], data: { field, value: quoteGo(finalizer), reason } });
    for (const reason of judgeQualifiedName(finalizer)) fail('metadata.finalizers', reason);
    if (!isPlain && !finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) fail(`metadata.finalizers[${index}]`, WORDS.finalizer);
  }
}

/** The judgement of the labels and annotations below a path; `field` is what the server calls it. */
export function checkLabels(metadata: JsonObject, path: Path, field: string, report: Report): void {
  if (isObject(metadata['labels'])) checkLabelMap(metadata['labels'], [...path, 'labels'], `${field}.labels`, report);
  const annotations = getObject(metadata, 'annotations');
  if (annotations === undefined) return;
  for (const key of Object.keys(annotations)) {
    for (const reason of judgeQualifiedName(key.toLowerCase())) {
      const data = { field: `${field}.annotations`, value: quoteGo(key), reason };
      report({ code: 'KV0024', path: [...path, 'annotations', key], data });
    }
  }
  if (isTooLarge(annotations))
    report({ code: 'KV0053', path: [...path, 'annotations'], data: { field: `${field}.annotations`, limit: ANNOTATIONS_LIMIT } });
}

const ANNOTATIONS_LIMIT = 256 * 1024;

function isTooLarge(annotations: JsonObject): boolean {
  let units = 0;
  for (const key of Object.keys(annotations)) {
    const value = annotations[key];
    units += key.length + (typeof value === 'string' ? value.length : 0);
  }
  if (units * 3 <= ANNOTATIONS_LIMIT) return false;
  const texts = Object.entries(annotations).flatMap(([key, value]) => (typeof value === 'string' ? [key, value] : [key]));
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0) > ANNOTATIONS_LIMIT;
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
  report({ code: 'KV0023', path: [...path, key], data: { field, value: quoteGo(value), reason } });
}
