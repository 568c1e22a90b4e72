import { parseQuantity } from '../../../model/index.ts';
import { getArray, getAt, getObject, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { forbidden, invalid } from '../field-error.ts';
import { IMMUTABLE, type Pair } from './pair.ts';

const CLAIM_TEXT = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/**
 * `ValidatePersistentVolumeClaimUpdate`. A claim that nobody has given a status, as in a repository, counts as bound with what
 * it asked for.
 */
export function checkClaimUpdate(claim: Pair): void {
  const spec = claim.at('spec');
  const status = getObject(claim.before, 'status');
  const isBound = status === undefined || getString(status, 'phase') === undefined || getString(status, 'phase') === 'Bound';
  checkAnnotation(claim);
  const [was, is] = [asOpen(claim, isBound), spec.is.object];
  const fixed = spec.holding(was, is);
  if (!fixed.isSame) fixed.blame(forbidden(CLAIM_TEXT));
  checkSize(claim, status);
  const mode = spec.at('volumeMode');
  if (!mode.isSame) mode.is.failBelow([], invalid(mode.is.value ?? null, IMMUTABLE), 'volumeMode', true);
  checkAttributes(claim, status);
}

/** The spec before, with what may change as it is after. */
function asOpen(claim: Pair, isBound: boolean): JsonObject {
  const [before, after] = [claim.at('spec').before, claim.at('spec').is.object];
  const open: Record<string, JsonValue> = {};
  if ((getString(before, 'volumeName') ?? '') === '') open['volumeName'] = after['volumeName'] ?? null;
  if (mayTakeClass(claim, before, after)) open['storageClassName'] = after['storageClassName'] ?? null;
  if (!isBound) return { ...before, ...open };
  const storage = getAt(after, 'resources', 'requests', 'storage');
  const resources = getObject(before, 'resources') ?? {};
  const hasRequests = getObject(after, 'resources', 'requests') !== undefined;
  if (hasRequests) open['resources'] = { ...resources, requests: { ...getObject(resources, 'requests'), storage: storage ?? null } };
  return { ...before, ...open, volumeAttributesClassName: after['volumeAttributesClassName'] ?? null };
}

function mayTakeClass(claim: Pair, before: JsonObject, after: JsonObject): boolean {
  const name = getString(after, 'storageClassName');
  if (name === undefined || getString(before, 'storageClassName') !== undefined) return false;
  const annotated = getString(claim.before, 'metadata', 'annotations', BETA_CLASS);
  return annotated === undefined || annotated === name;
}

function checkAnnotation(claim: Pair): void {
  const [was, is] = [claim.before, claim.is.object].map((one) => getString(one, 'metadata', 'annotations', BETA_CLASS) ?? '');
  const isTaken = was !== '' && is === '' && getString(claim.is.object, 'spec', 'storageClassName') === was;
  if (was === is || isTaken) return;
  claim.is.failBelow(['metadata', 'annotations', BETA_CLASS], invalid(is ?? '', IMMUTABLE), `metadata.annotations.${BETA_CLASS}`, true);
}

function checkSize(claim: Pair, status: JsonObject | undefined): void {
  const size = claim.at('spec', 'resources', 'requests', 'storage');
  const [was, is] = [size.was, size.is.value].map((value) => parseQuantity(value) ?? 0n);
  const known = status === undefined ? size.was : getAt(status, 'capacity', 'storage');
  if (was === undefined || is === undefined || is >= was) return;
  if (is <= (parseQuantity(known) ?? 0n)) size.is.forbidden('field can not be less than status.capacity');
}

function checkAttributes(claim: Pair, status: JsonObject | undefined): void {
  const name = claim.at('spec', 'volumeAttributesClassName');
  if (name.isSame || getString(status, 'currentVolumeAttributesClassName') === undefined) return;
  const why = 'is forbidden when status.currentVolumeAttributesClassName is not nil';
  if (!name.is.isSet) name.is.forbidden(`update to nil ${why}`);
  else if (name.is.text === '') name.is.forbidden(`update to empty string ${why}`);
}

/** The fields of a volume besides its source. */
const VOLUME_FIELDS = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** `ValidatePersistentVolumeUpdate`. */
export function checkVolumeUpdate(volume: Pair): void {
  const spec = volume.at('spec');
  const fields = spec.holding(spec.before, withoutNewSecret(spec)).listChanged();
  const changed = fields.find((name) => !VOLUME_FIELDS.has(name));
  const source = 'spec.persistentvolumesource';
  if (changed !== undefined) spec.is.failBelow([changed], forbidden(`${source} is immutable after creation`), source, true);
  const mode = spec.at('volumeMode');
  if (!mode.isSame) mode.is.failBelow([], invalid(mode.is.value ?? null, IMMUTABLE), 'volumeMode', true);
  checkNodeAffinity(spec.at('nodeAffinity'));
  const attributes = spec.at('volumeAttributesClassName');
  if (attributes.wasSet && !attributes.is.isSet) attributes.is.forbidden('update from non-nil value to nil is forbidden');
}

/** A driver that had no secret to grow a volume with may be given one. */
function withoutNewSecret(spec: Pair): JsonObject {
  const [was, is] = [getObject(spec.before, 'csi'), getObject(spec.is.object, 'csi')];
  if (was === undefined || is === undefined || was['controllerExpandSecretRef'] !== undefined) return spec.is.object;
  const { controllerExpandSecretRef: _, ...csi } = is;
  return { ...spec.is.object, csi };
}

/** Labels of nodes that have got another name since. */
const NAMES_SINCE: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
};

function checkNodeAffinity(affinity: Pair): void {
  if (!affinity.wasSet || affinity.isSame || affinity.holding(renamed(affinity.was, affinity.is.value), affinity.is.value).isSame) return;
  const why = `${IMMUTABLE}, except for updating from beta label to GA`;
  affinity.is.failBelow([], affinity.is.isSet ? `Invalid value: ${why}` : invalid(null, why), 'nodeAffinity', true);
}

/** The terms before, with the new name of a label where they have it after. */
function renamed(was: JsonValue | undefined, is: JsonValue | undefined): JsonValue {
  if (isArray(was)) return was.map((item, index) => renamed(item, getArray(is)[index]));
  if (!isObject(was)) return was ?? null;
  const entries = Object.entries(was).map(([name, value]): [string, JsonValue] => {
    const other = getAt(is, name);
    const isRenamed = name === 'key' && typeof value === 'string' && NAMES_SINCE[value] === other && other !== undefined;
    return [name, isRenamed ? other : renamed(value, other)];
  });
  return Object.fromEntries(entries);
}
