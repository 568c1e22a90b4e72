import type { Kind, KubernetesObject } from '../../model/index.ts';
import {
  getArray,
  getObject,
  getString,
  isObject,
  quoteGo,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  type Path,
} from '../../std/index.ts';
import { toDottedPath } from '../structural/cursor.ts';
import type { Report } from '../problem.ts';
import { judgeGenerateName, judgeName } from './name-rules.ts';
import { judgeLabel, judgeLabelValue, judgePathPrefix, judgePathSegment, judgeQualifiedName } from './names.ts';
import { checkOwners } from './owners.ts';
import { WORDS } from './words.ts';

/** Finalizers that need no domain. */
export const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

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
  checkLabels(metadata, ROOT, 'metadata', report);
  if (!kind.custom) checkGivenLabels(object, report);
  checkFinalizers(metadata, ROOT, report);
  if (!kind.custom && !PLAIN_GROUPS.has(kind.group) && kind.kind !== 'PodDisruptionBudget') checkQualified(metadata, report);
  checkOwners(metadata, ROOT, report);
  if (kind.namespaced) checkNamespace(metadata, ROOT, report);
}

/** The judgement of the metadata of an object within another, at a path: `ValidateObjectMeta` with names that may stand in a path. */
export function checkEmbeddedMeta(metadata: JsonObject, path: Path, report: Report): void {
  const { name, generateName, generation } = metadata;
  if (typeof generateName === 'string' && generateName !== '')
    for (const reason of judgePathPrefix(generateName)) reportName([...path, 'generateName'], generateName, reason, report);
  if (typeof name === 'string' && name !== '')
    for (const reason of judgePathSegment(name)) reportName([...path, 'name'], name, reason, report);
  checkNamespace(metadata, path, report);
  if ((typeof generation === 'number' || typeof generation === 'bigint') && generation < 0)
    reportValue([...path, 'generation'], String(generation), 'must be greater than or equal to 0', report);
  checkLabels(metadata, path, toDottedPath(path), report);
  checkOwners(metadata, path, report);
  checkFinalizers(metadata, path, report);
  checkManagers(metadata, path, report);
}

const ROOT: Path = ['metadata'];

function checkName(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const { name, generateName } = object.metadata;
  const isGenerated = typeof generateName === 'string' && generateName !== '';
  if (isGenerated)
    for (const reason of judgeGenerateName(generateName, object, kind, version))
      reportName([...ROOT, 'generateName'], generateName, reason, report);
  if (typeof name === 'string' && name !== '') {
    for (const reason of judgeName(name, object, kind, version)) reportName([...ROOT, 'name'], name, reason, report);
  } else if (!isGenerated && (name === undefined || name === null || name === '')) {
    report({ code: 'KV0021', path: ['metadata', 'name'], data: {} });
  }
}

function reportName(path: Path, value: string, reason: string, report: Report): void {
  report({ code: 'KV0022', path, data: { field: toDottedPath(path), value: quoteGo(value), reason } });
}

function reportValue(path: Path, value: string, reason: string, report: Report): void {
  report({ code: 'KV0055', path, data: { field: toDottedPath(path), value, reason } });
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

function checkNamespace({ namespace }: JsonObject, path: Path, report: Report): void {
  if (typeof namespace !== 'string' || namespace === '') return;
  for (const reason of judgeLabel(namespace)) {
    const at = [...path, 'namespace'];
    report({ code: 'KV0026', path: at, data: { field: toDottedPath(at), value: quoteGo(namespace), reason } });
  }
}

/** The finalizers and their places; Go reads a null in a list of texts as an empty one. */
function listFinalizers(metadata: JsonObject): readonly (readonly [index: number, finalizer: string])[] {
  return getArray(metadata, 'finalizers').flatMap((item, index) => {
    const finalizer = item ?? '';
    return typeof finalizer === 'string' ? [[index, finalizer] as const] : [];
  });
}

/** What `ValidateFinalizers` says. */
function checkFinalizers(metadata: JsonObject, path: Path, report: Report): void {
  const finalizers = listFinalizers(metadata);
  const at = [...path, 'finalizers'];
  const field = toDottedPath(at);
  for (const [index, finalizer] of finalizers)
    for (const reason of judgeQualifiedName(finalizer))
      report({ code: 'KV0025', path: [...at, index], data: { field, value: quoteGo(finalizer), reason } });
  const names = finalizers.map(([, finalizer]) => finalizer);
  if (names.includes('orphan') && names.includes('foregroundDeletion'))
    report({ code: 'KV0025', path: at, data: { field, value: stringifyJson(names), reason: WORDS.bothPropagations } });
}

/** What the kinds of the core say besides, which want finalizers to have a domain. */
function checkQualified(metadata: JsonObject, report: Report): void {
  for (const [index, finalizer] of listFinalizers(metadata)) {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) continue;
    const path = [...ROOT, 'finalizers', index];
    report({ code: 'KV0025', path, data: { field: toDottedPath(path), value: quoteGo(finalizer), reason: WORDS.finalizer } });
  }
}

/** What `ValidateManagedFields` says; of an object of its own the server keeps them itself. */
function checkManagers(metadata: JsonObject, path: Path, report: Report): void {
  for (const [index, entry] of getArray(metadata, 'managedFields').entries()) {
    const at = [...path, 'managedFields', index];
    const operation = getString(entry, 'operation') ?? '';
    const fieldsType = getString(entry, 'fieldsType') ?? '';
    if (operation !== 'Apply' && operation !== 'Update')
      reportValue([...at, 'operation'], quoteGo(operation), 'must be `Apply` or `Update`', report);
    if (fieldsType !== '' && fieldsType !== 'FieldsV1')
      reportValue([...at, 'fieldsType'], quoteGo(fieldsType), 'must be `FieldsV1`', report);
    checkManager(getString(entry, 'manager') ?? '', [...at, 'manager'], report);
  }
}

/** What `ValidateFieldManager` says of the first character that cannot be printed. */
function checkManager(manager: string, path: Path, report: Report): void {
  const found = /(?! )[\p{C}\p{Z}]/u.exec(manager);
  if (found === null) return;
  const position = new TextEncoder().encode(manager.slice(0, found.index)).length;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  reportValue(path, quoteGo(manager), `invalid character U+${code} (at position ${position})`, report);
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
