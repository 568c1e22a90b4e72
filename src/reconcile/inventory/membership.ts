import {
  KplanError,
  annotationsOf,
  formatRef,
  labelsOf,
  refOf,
  withMetadata,
  type KubernetesObject,
  type ObjectRef,
} from '../../model/index.ts';
import type { WorldReading } from '../../cluster/index.ts';
import { getArray, getBoolean, getObject, getString, sha256, sha256Base64Url, type JsonValue } from '../../std/index.ts';

/** The label of an ApplySet's parent (KEP-3659; kubectl pkg/cmd/apply/applyset.go). */
export const ID_LABEL = 'applyset.kubernetes.io/id';
/** The label of an ApplySet's members. */
export const PART_OF_LABEL = 'applyset.kubernetes.io/part-of';

/** Where a unit's ApplySet parent lives. */
export interface InventoryOptions {
  /** The namespace of the parent; `default` unless configured. */
  readonly namespace?: string;
  /** The cluster as it was read just now: what it holds is not asked for again. */
  readonly reading?: WorldReading;
}

/** The ConfigMap that is the parent of a unit's ApplySet: `kapply-<unit>`; names that Kubernetes would not take are made fit, with a hash. */
export function parentRef(unit: string, options: InventoryOptions = {}): ObjectRef & { readonly namespace: string } {
  const fit = unit
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$|(?<=[.-])\.+/g, '')
    .slice(0, 200);
  const name = fit === unit ? unit : `${fit === '' ? 'unit' : fit.replace(/[.-]+$/, '')}-${sha256(unit).slice(0, 8)}`;
  return { group: '', version: 'v1', kind: 'ConfigMap', namespace: options.namespace ?? 'default', name: `kapply-${name}` };
}

/** The ApplySet ID of a parent: `applyset-<base64url(sha256(name.namespace.kind.group))>-v1`. */
export function toApplySetId(parent: {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}): string {
  return `applyset-${sha256Base64Url([parent.name, parent.namespace ?? '', parent.kind, parent.group].join('.'))}-v1`;
}

const LABELS = new Map<string, { readonly key: string; readonly value: string }>();

/** The label that the members of a unit carry. */
export function membershipLabel(unit: string, options: InventoryOptions = {}): { readonly key: string; readonly value: string } {
  const name = `${options.namespace ?? ''}\u0000${unit}`;
  let label = LABELS.get(name);
  if (label === undefined) LABELS.set(name, (label = { key: PART_OF_LABEL, value: toApplySetId(parentRef(unit, options)) }));
  return label;
}

/**
 * The object with the unit's membership label, as it is planned and applied. Throws `KplanError` REFUSED where it carries
 * the label of another ApplySet, as kubectl refuses input that has the label.
 */
export function withMembership(object: KubernetesObject, unit: string, options: InventoryOptions = {}): KubernetesObject {
  const { key, value } = membershipLabel(unit, options);
  const present = labelsOf(object).get(key);
  if (present === value) return object;
  if (present !== undefined) {
    throw new KplanError('REFUSED', `${formatRef(refOf(object))} has the label ${key} of another ApplySet (${present})`, {
      hint: `Remove the label ${key} from the manifest: kapply sets it.`,
    });
  }
  return withMetadata(object, { labels: { ...getObject(object.metadata, 'labels'), [key]: value } });
}

/** The ApplySet that an object belongs to; undefined where it belongs to none. */
export function ownerOf(object: KubernetesObject): string | undefined {
  return labelsOf(object).get(PART_OF_LABEL);
}

/**
 * Whether a controller made the object, though it carries the label: the controllers of EndpointSlices and Endpoints copy
 * the labels of the Service (pkg/controller/endpointslice/utils.go, pkg/controller/endpoint/endpoints_controller.go). It
 * is no member. What kapply itself has applied is one, whoever controls it.
 */
export function isMadeByController(object: KubernetesObject): boolean {
  const { group, kind } = refOf(object);
  const isControlled = getArray(object.metadata, 'ownerReferences').some((owner) => getBoolean(owner, 'controller') === true);
  const isOfService = group === '' && kind === 'Endpoints' && ENDPOINTS_MARKS.some((mark) => hasMark(object, mark));
  return (isControlled || isOfService) && !getArray(object.metadata, 'managedFields').some(isAppliedByUs);
}

const ENDPOINTS_MARKS = ['endpoints.kubernetes.io/managed-by', 'endpoints.kubernetes.io/last-change-trigger-time'];

function hasMark(object: KubernetesObject, mark: string): boolean {
  return labelsOf(object).has(mark) || annotationsOf(object).has(mark);
}

function isAppliedByUs(entry: JsonValue): boolean {
  return getString(entry, 'manager') === 'kapply' && getString(entry, 'operation') === 'Apply';
}
