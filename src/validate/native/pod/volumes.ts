import { parseQuantity } from '../../../model/index.ts';
import { judgeLabel, judgeSubdomain } from '../../object/names.ts';
import type { Report } from '../../problem.ts';
import { Place } from '../place.ts';
import { checkClaimSpec } from '../claims.ts';
import { checkTemplateMetadata } from '../template-metadata.ts';
import { checkDownwardFile, checkProjected } from './projected.ts';
import { checkMode } from './paths.ts';
import type { PodScope } from './scope.ts';
import {
  checkDriverName,
  checkFiles,
  checkGitRepository,
  checkIscsi,
  checkSecret,
  checkStorageOs,
  SHARED_SOURCES,
  wantTexts,
  type SourceCheck,
} from './volume-sources.ts';

/** What mounts and devices ask of a volume: whether its source is a claim. */
export type VolumeSource = 'claim' | 'other';

/** The sources of a volume in the order in which the server looks at them, each with the names of its field in messages. */
const SOURCES: readonly (readonly [name: string, written?: string, writtenTwice?: string])[] = [
  ['emptyDir'],
  ['hostPath'],
  ['gitRepo'],
  ['gcePersistentDisk', 'persistentDisk', 'gcePersistentDisk'],
  ['awsElasticBlockStore'],
  ['secret'],
  ['nfs'],
  ['iscsi'],
  ['glusterfs'],
  ['flocker'],
  ['persistentVolumeClaim'],
  ['rbd'],
  ['cinder'],
  ['cephfs', 'cephfs', 'cephFS'],
  ['quobyte'],
  ['downwardAPI', 'downwardAPI', 'downwarAPI'],
  ['fc'],
  ['flexVolume'],
  ['configMap'],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['storageos'],
  ['projected'],
  ['scaleIO'],
  ['csi'],
  ['ephemeral'],
  ['image'],
];

const CHECKS: Readonly<Record<string, SourceCheck>> = {
  ...SHARED_SOURCES,
  cinder: (source) => {
    source.at('volumeID').wanted();
    checkSecret(source);
  },
  configMap: (source) => checkFiles(source, 'name'),
  csi: (source) => {
    checkDriverName(source.at('driver'));
    const secret = source.at('nodePublishSecretRef');
    if (secret.isSet && secret.at('name').wanted()) {
      for (const reason of judgeSubdomain(secret.at('name').text)) source.at('name').invalid(reason, secret.at('name').text);
    }
  },
  downwardAPI: (source) => {
    checkMode(source.at('defaultMode'));
    for (const file of source.at('items').items()) checkDownwardFile(file, source);
  },
  emptyDir: (source) => {
    const amount = parseQuantity(source.at('sizeLimit').value);
    if (amount !== undefined && amount < 0n) source.at('sizeLimit').forbidden('SizeLimit field must be a valid resource quantity');
  },
  gitRepo: checkGitRepository,
  glusterfs: wantTexts('endpoints', 'path'),
  image: wantTexts('reference'),
  iscsi: (source) => checkIscsi(source, 'must be valid format starting with iqn, eui, or naa'),
  persistentVolumeClaim: wantTexts('claimName'),
  projected: checkProjected,
  secret: (source) => checkFiles(source, 'secretName'),
  storageos: checkStorageOs,
};

/** What `ValidateVolumes` says. Answers the volumes that are sound, which alone can be mounted. */
export function checkVolumes({ spec, metadata, provided }: PodScope, report: Report): Map<string, VolumeSource> {
  const sound = new Map<string, VolumeSource>();
  let faults = 0;
  const counting: Report = (problem) => {
    faults++;
    report(problem);
  };
  const volumes = Place.of(spec.below('volumes'), [...spec.path, 'volumes'], 'KV0104', counting);
  for (const [index, name] of provided.entries()) if (checkProvided(name, index, volumes)) sound.set(name.text, 'claim');
  const podName = metadata.at('name').text;
  const made = volumes.items().flatMap((volume) => (volume.at('ephemeral').isSet ? [`${podName}-${volume.at('name').text}`] : []));
  for (const volume of listOwn(volumes, provided)) {
    faults = 0;
    const name = volume.at('name');
    const kind = checkSource(volume, podName, counting);
    if (name.wanted()) name.judged(judgeLabel);
    if (sound.has(name.text)) name.duplicate();
    if (faults === 0) sound.set(name.text, kind);
    const claim = volume.at('persistentVolumeClaim').at('claimName');
    if (podName !== '' && made.includes(claim.text)) claim.invalid('must not reference a PVC that gets created for an ephemeral volume');
  }
  return sound;
}

/** The claim templates of a workload become the first volumes of its pods, and the server speaks of these. */
function checkProvided(name: Place, index: number, volumes: Place): boolean {
  const named = name.as(volumes, `[${index}].name`);
  if (!named.wanted()) {
    name.as(volumes, `[${index}].persistentVolumeClaim.claimName`).required();
    return false;
  }
  return named.judged(judgeLabel);
}

function listOwn(volumes: Place, provided: readonly Place[]): readonly Place[] {
  const names = new Set(provided.map(({ text }) => text));
  if (names.size === 0) return volumes.items();
  const own = volumes.items().filter((volume) => !names.has(volume.at('name').text));
  return own.map((volume, index) => volume.as(volumes, `[${names.size + index}]`));
}

function checkSource(volume: Place, podName: string, report: Report): VolumeSource {
  const given = SOURCES.filter(([name]) => volume.at(name).isSet);
  const [first, ...others] = given;
  const name = volume.at('name');
  if (first !== undefined) CHECKS[first[0]]?.(volume.at(first[0], first[1]));
  for (const [source, , written] of others) volume.at(source, written).forbidden('may not specify more than 1 volume type');
  const iscsi = volume.at('iscsi');
  if (iscsi.at('initiatorName').isSet && `${name.text}:${iscsi.at('targetPortal').text}`.length > 64) {
    name.invalid('Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.');
  }
  if (first?.[0] === 'ephemeral') checkEphemeral(volume, podName, report);
  return given.some(([source]) => source === 'persistentVolumeClaim' || source === 'ephemeral') ? 'claim' : 'other';
}

function checkEphemeral(volume: Place, podName: string, report: Report): void {
  const template = volume.at('ephemeral').at('volumeClaimTemplate');
  if (!template.isSet) return template.required();
  checkTemplateMetadata(template.at('metadata'), report);
  checkClaimSpec(template.at('spec'), report);
  const name = volume.at('name');
  if (podName === '' || name.text === '') return undefined;
  const claim = `${podName}-${name.text}`;
  for (const reason of judgeSubdomain(claim)) name.invalid(`PVC name ${JSON.stringify(claim)}: ${reason}`);
  return undefined;
}
