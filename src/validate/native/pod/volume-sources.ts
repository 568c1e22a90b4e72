import { judgeLabel, judgeSubdomain } from '../../object/names.ts';
import type { Place } from '../place.ts';
import { checkDescending, checkKeyToPath, checkMode, checkNoBacksteps } from './paths.ts';

/** What is said of one kind of source, at its place. */
export type SourceCheck = (source: Place) => void;

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_DISK = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
const PARTITION = 'must be between 1 and 255, inclusive';

/** The kinds of sources that a pod and a PersistentVolume say alike, in the server's order of each. */
export const SHARED_SOURCES: Readonly<Record<string, SourceCheck>> = {
  awsElasticBlockStore: checkDisk('volumeID'),
  azureDisk: checkAzureDisk,
  azureFile: wantTexts('secretName', 'shareName'),
  cephfs: (source) => wantItems(source.at('monitors')),
  fc: checkFibreChannel,
  flexVolume: checkFlexVolume,
  flocker: checkFlocker,
  gcePersistentDisk: checkDisk('pdName'),
  hostPath: checkHostPath,
  nfs: checkNfs,
  photonPersistentDisk: wantTexts('pdID'),
  portworxVolume: wantTexts('volumeID'),
  quobyte: checkQuobyte,
  rbd: (source) => {
    wantItems(source.at('monitors'));
    source.at('image').wanted();
  },
  scaleIO: wantTexts('gateway', 'system', 'volumeName'),
  vsphereVolume: wantTexts('volumePath'),
};

/** Asks for texts of a source. */
export function wantTexts(...names: readonly string[]): SourceCheck {
  return (source) => {
    for (const name of names) source.at(name).wanted();
  };
}

function wantItems(list: Place): void {
  if (!list.isSet || (Array.isArray(list.value) && list.value.length === 0)) list.required();
}

function checkDisk(name: string): SourceCheck {
  return (source) => {
    source.at(name).wanted();
    source.at('partition').between(0, 255, PARTITION);
  };
}

function checkAzureDisk(source: Place): void {
  wantTexts('diskName', 'diskURI')(source);
  source.at('cachingMode').oneOf(['None', 'ReadOnly', 'ReadWrite']);
  source.at('kind').oneOf(['Dedicated', 'Managed', 'Shared']);
  const uri = source.at('diskURI');
  const isManaged = source.at('kind').text === 'Managed';
  if (isManaged && !uri.text.startsWith('/subscriptions/')) uri.unsupported([MANAGED_DISK]);
  if (!isManaged && !uri.text.startsWith('https://')) uri.unsupported([BLOB_DISK], uri.text);
}

function checkFibreChannel(source: Place): void {
  const names = source.at('targetWWNs');
  const lun = source.at('lun');
  const [hasNames, hasIds] = [names.items().length > 0, source.at('wwids').items().length > 0];
  if (!hasNames && !hasIds) names.required('must specify either targetWWNs or wwids, but not both');
  if (hasNames && hasIds) names.invalid('targetWWNs and wwids can not be specified simultaneously');
  if (!hasNames) return;
  if (lun.isSet) lun.between(0, 255);
  else lun.required('lun is required if targetWWNs is specified');
}

function checkFlexVolume(source: Place): void {
  source.at('driver').wanted();
  for (const key of source.at('options').keys()) {
    const domain = `.${(key.includes('/') ? (key.split('/')[0] ?? '') : key).toLowerCase()}`;
    if (/\.(?:kubernetes|k8s)\.io$/.test(domain)) {
      source.at('options').entry(key).invalid('kubernetes.io and k8s.io namespaces are reserved', key);
    }
  }
}

function checkFlocker(source: Place): void {
  const name = source.at('datasetName');
  const hasId = source.at('datasetUUID').text !== '';
  if (name.text === '' && !hasId) source.required('one of datasetName and datasetUUID is required');
  if (name.text !== '' && hasId) source.invalid('datasetName and datasetUUID can not be specified simultaneously', 'resource');
  if (name.text.includes('/')) name.invalid("must not contain '/'");
}

function checkHostPath(source: Place): void {
  if (!source.at('path').wanted()) return;
  checkNoBacksteps(source.at('path'));
  source.at('type').oneOf(HOST_PATH_TYPES);
}

function checkNfs(source: Place): void {
  wantTexts('server', 'path')(source);
  if (!source.at('path').text.startsWith('/')) source.at('path').invalid('must be an absolute path');
}

const HOST_AND_PORT = /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/;

function checkQuobyte(source: Place): void {
  const registry = source.at('registry');
  const words = 'must be a host:port pair or multiple pairs separated by commas';
  if (!registry.isSet || registry.value === '') registry.required(words);
  else if (source.at('tenant').text.length >= 65)
    source.at('tenant').required('must be a UUID and may not exceed a length of 64 characters');
  else for (const pair of registry.text.split(',')) if (!HOST_AND_PORT.test(pair)) registry.invalid(words);
  source.at('volume').wanted();
}

const NAMES_OF_TARGETS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.[a-zA-Z\d.-]+:[^,;*&$|\s]+$/,
  eui: /^eui.[a-zA-Z\d]{16}$/,
  naa: /^naa.[a-zA-Z\d]{32}$/,
};

/** `validateISCSIVolumeSource`, and that of volumes, which says `unknownFormat` otherwise. */
export function checkIscsi(source: Place, unknownFormat: string): void {
  source.at('targetPortal').wanted();
  if (source.at('iqn').wanted()) checkTarget(source.at('iqn'), unknownFormat);
  source.at('lun').between(0, 255);
  const asksSecret = source.at('chapAuthDiscovery').isTrue || source.at('chapAuthSession').isTrue;
  if (asksSecret && !source.at('secretRef').isSet) source.at('secretRef').required();
  if (source.at('initiatorName').isSet) checkTarget(source.at('initiatorName', 'initiatorname'), unknownFormat);
}

function checkTarget(name: Place, unknownFormat: string): void {
  const pattern = NAMES_OF_TARGETS[name.text.slice(0, 3)];
  if (pattern === undefined) name.invalid(unknownFormat);
  else if (!pattern.test(name.text)) name.invalid('must be valid format');
}

/** `validateStorageOSVolumeSource`. */
export function checkStorageOs(source: Place): void {
  const name = source.at('volumeName');
  if (name.wanted()) name.judged(judgeLabel);
  source.at('volumeNamespace').judged(judgeLabel);
  checkSecret(source);
}

/** A secret that is named must have its name. */
export function checkSecret(source: Place): void {
  const secret = source.at('secretRef');
  if (secret.isSet) secret.at('name').wanted();
}

/** `ValidateCSIDriverName`. */
export function checkDriverName(name: Place): void {
  if (!name.wanted()) return;
  if (name.text.length > 63) name.tooLong(63);
  for (const reason of judgeSubdomain(name.text.toLowerCase())) name.invalid(reason);
}

/** A ConfigMap or Secret as files. */
export function checkFiles(source: Place, name: string): void {
  source.at(name).wanted();
  checkMode(source.at('defaultMode'));
  for (const item of source.at('items').items()) checkKeyToPath(item);
}

/** `validateGitRepoVolumeSource`. */
export function checkGitRepository(source: Place): void {
  source.at('repository').wanted();
  checkDescending(source.at('directory'));
}
