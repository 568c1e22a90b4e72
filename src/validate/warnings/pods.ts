import { getString, quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import { warnOfAddress } from './addresses.ts';
import { warnOfFraction } from './amounts.ts';
import { warnOfContainers } from './containers.ts';
import { findDeprecation, warnOfKey, warnOfTerm } from './node-labels.ts';
import { warnOfOverlaps } from './overlaps.ts';
import type { Warner } from './say.ts';

const ANNOTATIONS = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';

/** The kinds of volumes that are to go away, or have. */
const VOLUMES = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const NOTHING_SELECTED = 'a null labelSelector results in matching no pod';

/** `warningsForPodSpecAndMeta`, of a Pod or of what pods are made of. */
export function warnOfPod(pod: Place, isTemplate: boolean, warner: Warner): void {
  const [spec, annotations] = [pod.at('spec'), pod.at('metadata').at('annotations')];
  warnOfPlacement(spec, warner);
  for (const [key, text] of ANNOTATIONS) {
    if (annotations.has(key)) warner.say('deprecated', annotations.entry(key), text);
  }
  for (const volume of spec.at('volumes').items()) warnOfVolume(volume, warner);
  warnOfOverlaps(spec.at('volumes'), warner);
  warnOfRepeated(spec.at('hostAliases'), 'ip', warner);
  warnOfRepeated(spec.at('imagePullSecrets'), 'name', warner);
  for (const secret of spec.at('imagePullSecrets').items()) {
    if (secret.at('name').text === '') warner.say('doubtful', secret.at('name'), 'invalid empty name ""');
  }
  for (const name of ['memory', 'ephemeral-storage']) warnOfFraction(spec.at('overhead').entry(name), warner);
  if (!spec.at('securityContext').at('seccompProfile').isSet && annotations.has(SECCOMP)) {
    warner.say('deprecated', annotations.entry(SECCOMP), 'non-functional in v1.27+; use the "seccompProfile" field instead');
  }
  warnOfContainers(spec, annotations, isTemplate, warner);
  const grace = spec.at('terminationGracePeriodSeconds');
  // Of a Pod itself the server makes it 1 before it looks.
  if (isTemplate && (grace.number ?? 0) < 0) {
    warner.say('doubtful', grace, 'must be >= 0; negative values are invalid and will be treated as 1');
  }
  for (const server of spec.at('dnsConfig').at('nameservers').items()) warnOfAddress(server, warner);
  for (const alias of spec.at('hostAliases').items()) warnOfAddress(alias.at('ip'), warner);
}

function warnOfPlacement(spec: Place, warner: Warner): void {
  const selector = spec.at('nodeSelector');
  for (const key of selector.keys()) {
    const found = findDeprecation(key);
    if (found !== undefined) warner.say('deprecated', selector.entry(key), found);
  }
  const node = spec.at('affinity').at('nodeAffinity');
  for (const term of node.at(REQUIRED).at('nodeSelectorTerms').items()) warnOfTerm(term, 'validated', warner);
  for (const term of node.at(PREFERRED).items()) warnOfTerm(term.at('preference'), 'not validated', warner);
  for (const constraint of spec.at('topologySpreadConstraints').items()) {
    warnOfKey(constraint.at('topologyKey'), warner);
    warnOfNoSelector(constraint, warner);
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const terms = spec.at('affinity').at(kind);
    for (const term of terms.at(REQUIRED).items()) warnOfNoSelector(term, warner);
    for (const term of terms.at(PREFERRED).items()) warnOfNoSelector(term.at('podAffinityTerm'), warner);
  }
}

function warnOfNoSelector(term: Place, warner: Warner): void {
  if (!term.at('labelSelector').isSet) warner.say('doubtful', term.at('labelSelector'), NOTHING_SELECTED);
}

function warnOfVolume(volume: Place, warner: Warner): void {
  for (const [field, text] of VOLUMES) {
    const source = volume.at(field, field === 'storageos' ? 'storageOS' : field);
    if (source.isSet) warner.say('deprecated', source, text);
  }
  warnOfClaim(volume.at('ephemeral').at('volumeClaimTemplate').at('spec'), warner);
}

/** `GetWarningsForPersistentVolumeClaimSpec`. */
export function warnOfClaim(spec: Place, warner: Warner): void {
  for (const field of ['requests', 'limits']) warnOfFraction(spec.at('resources').at(field).entry('storage'), warner);
}

function warnOfRepeated(list: Place, field: string, warner: Warner): void {
  const seen = new Set<string>();
  for (const item of list.items()) {
    const text = getString(item.value, field) ?? '';
    if (seen.has(text)) warner.say('doubtful', item.at(field), `duplicate ${field} ${quoteGo(text)}`);
    seen.add(text);
  }
}
