import type { KubernetesObject } from '../../model/index.ts';
import { parseQuantity, toUnits } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import { judgeLabel, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { ACCESS_MODES, checkPositive } from './claims.ts';
import { Place } from './place.ts';
import { printQuantity } from './quantities.ts';
import { checkNodeSelector } from './pod/affinity.ts';
import { checkNoBacksteps } from './pod/paths.ts';
import {
  checkDriverName,
  checkIscsi,
  checkSecret,
  checkStorageOs,
  SHARED_SOURCES,
  wantTexts,
  type SourceCheck,
} from './pod/volume-sources.ts';

/** The sources of a volume in the order in which the server looks at them, each with the name of its field where it is judged. */
const SOURCES: readonly (readonly [name: string, written?: string])[] = [
  ['hostPath'],
  ['gcePersistentDisk', 'persistentDisk'],
  ['awsElasticBlockStore'],
  ['glusterfs'],
  ['flocker'],
  ['nfs'],
  ['rbd'],
  ['quobyte'],
  ['cephfs'],
  ['iscsi'],
  ['cinder'],
  ['fc'],
  ['flexVolume'],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['scaleIO'],
  ['local'],
  ['storageos'],
  ['csi'],
];

const CHECKS: Readonly<Record<string, SourceCheck>> = {
  ...SHARED_SOURCES,
  azureFile: (source) => {
    wantTexts('secretName', 'shareName')(source);
    if (source.at('secretNamespace').value === '') source.at('secretNamespace').required();
  },
  cinder: (source) => {
    source.at('volumeID').wanted();
    checkSecretReference(source);
  },
  csi: checkDriver,
  glusterfs: (source) => {
    wantTexts('endpoints', 'path')(source);
    const namespace = source.at('endpointsNamespace');
    if (namespace.value === '') namespace.invalid('if the endpointnamespace is set, it must be a valid namespace name');
    else namespace.judged(judgeLabel);
  },
  iscsi: (source) => {
    checkIscsi(source, 'must be valid format');
    checkSecret(source);
  },
  local: (source) => {
    if (source.at('path').wanted()) checkNoBacksteps(source.at('path'));
  },
  storageos: (source) => {
    checkStorageOs(source);
    checkSecretReference(source);
  },
};

function checkSecretReference(source: Place): void {
  const secret = source.at('secretRef');
  if (!secret.isSet) return;
  for (const field of ['name', 'namespace']) secret.at(field).wanted();
}

const DRIVER_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'];

function checkDriver(source: Place): void {
  checkDriverName(source.at('driver'));
  source.at('volumeHandle').wanted();
  for (const secret of source.given(DRIVER_SECRETS)) {
    const [name, namespace] = [source.at(secret).at('name'), source.at(secret).at('namespace')];
    if (name.wanted()) name.judged(judgeSubdomain);
    if (namespace.wanted()) namespace.judged(judgeLabel);
  }
}

/** What `ValidatePersistentVolume` says. */
export function checkPersistentVolume(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], 'KV0122', report);
  checkAccess(spec);
  checkCapacity(spec.at('capacity'));
  spec.at('persistentVolumeReclaimPolicy').oneOfIfAny(['Delete', 'Recycle', 'Retain']);
  const required = spec.at('nodeAffinity').at('required');
  if (required.isSet) checkNodeSelector(required);
  else if (spec.at('nodeAffinity').isSet) required.required('must specify required node constraints');
  checkSource(spec, required.isSet);
  spec.at('storageClassName').judged(judgeSubdomain);
  spec.at('volumeMode').oneOf(['Block', 'Filesystem']);
  checkAttributes(spec);
}

/** `ValidatePersistentVolumeSpec` of a volume that is written into what attaches it, which says less than one of its own. */
export function checkInlineVolume(spec: Place): void {
  const none = 'may not be specified in the context of inline volumes';
  if (spec.at('claimRef').isSet) spec.at('claimRef').forbidden(none);
  if (spec.at('capacity').keys().length > 0) spec.at('capacity').forbidden(none);
  if (!spec.at('csi').isSet) spec.at('csi').required('has to be specified in the context of inline volumes');
  checkAccess(spec);
  const [policy, mode] = [spec.at('persistentVolumeReclaimPolicy'), spec.at('volumeMode')];
  if (policy.text !== '' && policy.text !== 'Retain') policy.forbidden('may only be Retain in the context of inline volumes');
  if (spec.at('nodeAffinity').isSet) spec.at('nodeAffinity').forbidden(none);
  checkSource(spec, false);
  if (spec.at('storageClassName').text !== '') spec.at('storageClassName').forbidden(none);
  if (mode.isSet && mode.text !== 'Filesystem') {
    mode.forbidden('may not specify volumeMode other than Filesystem in the context of inline volumes');
  }
}

function checkAccess(spec: Place): void {
  const modes = spec.at('accessModes');
  if (modes.items().length === 0) modes.required();
  for (const mode of modes.items()) if (!ACCESS_MODES.includes(mode.text)) mode.as(modes, '').unsupported(ACCESS_MODES, mode.text);
  const known = modes.texts.filter((mode) => ACCESS_MODES.includes(mode));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    modes.forbidden('may not use ReadWriteOncePod with other access modes');
  }
}

function checkCapacity(capacity: Place): void {
  const keys = capacity.keys().toSorted(compareStrings);
  if (keys.length === 0) capacity.required();
  if (!keys.includes('storage') || keys.length > 1) {
    const printed = Object.fromEntries(keys.map((key) => [key, printQuantity(capacity.below(key))]));
    capacity.unsupported(['storage'], capacity.isSet ? printed : null);
  }
  for (const key of keys) {
    const amount = capacity.entry(key);
    const units = toUnits(parseQuantity(amount.value) ?? 0n);
    if (units < 0) amount.invalid('must be a valid resource quantity', units);
    checkPositive(amount);
  }
}

function checkSource(spec: Place, hasAffinity: boolean): void {
  const [first, ...others] = SOURCES.filter(([name]) => spec.at(name).isSet);
  for (const [name] of others) {
    if (name === 'flexVolume') CHECKS[name]?.(spec.at(name));
    else spec.at(name, name === 'cephfs' ? 'cephFS' : name).forbidden('may not specify more than 1 volume type');
  }
  if (first === undefined) return spec.required('must specify a volume type');
  CHECKS[first[0]]?.(spec.at(first[0], first[1]));
  if (first[0] === 'local' && !hasAffinity) spec.at('nodeAffinity').required('Local volume requires node affinity');
  const isRoot = /^\/+(?:\.\/*)*$/.test(spec.at('hostPath').at('path').text);
  const policy = spec.at('persistentVolumeReclaimPolicy');
  if (isRoot && policy.text === 'Recycle') policy.forbidden("may not be 'recycle' for a hostPath mount of '/'");
  return undefined;
}

function checkAttributes(spec: Place): void {
  const attributes = spec.at('volumeAttributesClassName');
  if (!attributes.isSet) return;
  if (attributes.text === '') attributes.required('an empty string is disallowed');
  else attributes.judged(judgeSubdomain);
  if (!spec.at('csi').isSet) spec.at('csi').required('has to be specified when using volumeAttributesClassName');
}
