import { nameOf, parseQuantity, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getObject, getString, quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import { printQuantity } from '../native/quantities.ts';
import { judgeLabel } from '../object/names.ts';
import { warnOfAddress, warnOfCidr } from './addresses.ts';
import { findDeprecation, warnOfKey, warnOfTerm } from './node-labels.ts';
import { warnOfClaim, warnOfPod } from './pods.ts';
import type { Warner } from './say.ts';

/** Says what a kind is warned of; `root` is the whole object. */
type Warn = (root: Place, warner: Warner, object: KubernetesObject) => void;

const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';
const USED_IN_PODS = 'in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ';

const warnOfName =
  (used: string): Warn =>
  (root, warner, object) => {
    const found = judgeLabel(nameOf(object));
    if (found.length > 0) warner.say('doubtful', root.at('metadata').at('name'), `this is used ${used}[${found.join(' ')}]`);
  };

const warnOfTemplate =
  (...path: readonly string[]): Warn =>
  (root, warner) => {
    const template = path.reduce((place, key) => place.at(key), root);
    if (template.isSet) warnOfPod(template, true, warner);
  };

const both =
  (...all: readonly Warn[]): Warn =>
  (...asked) => {
    for (const one of all) one(...asked);
  };

function warnOfStatefulSet(root: Place, warner: Warner): void {
  for (const claim of root.at('spec').at('volumeClaimTemplates').items()) {
    warnOfClaim(claim.at('spec').as(claim, ''), warner);
  }
  const limit = root.at('spec').at('revisionHistoryLimit');
  const text = 'a negative value retains all historical revisions; a value >= 0 is recommended';
  if ((limit.number ?? 0) < 0) warner.say('doubtful', limit, text);
}

const MANY_COMPLETIONS = 100_000;
const MANY_AT_ONCE = 10_000;
const MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

const warnOfJob =
  (...path: readonly string[]): Warn =>
  (root, warner) => {
    const spec = path.reduce((place, key) => place.at(key), root);
    const [completions, parallelism] = [spec.at('completions').number ?? 0, spec.at('parallelism').number ?? 0];
    if (spec.at('completionMode').text !== 'Indexed' || completions <= MANY_COMPLETIONS || parallelism <= MANY_AT_ONCE) return;
    warner.say('doubtful', spec, MANY);
  };

function warnOfService(root: Place, warner: Warner): void {
  const [spec, annotations] = [root.at('spec'), root.at('metadata').at('annotations')];
  const say = (kind: 'deprecated' | 'doubtful', field: string, text: string): void => warner.sayWhole(kind, spec.at(field).path, text);
  const hints = 'service.kubernetes.io/topology-aware-hints';
  if (annotations.has(hints)) {
    const text = `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`;
    warner.sayWhole('deprecated', annotations.at(hints).path, text);
  }
  const type = spec.at('type').text || 'ClusterIP';
  const isHeadless = type === 'ClusterIP' && spec.at('clusterIP').text === 'None';
  const [outside, balancer] = [spec.at('externalIPs'), spec.at('loadBalancerIP')];
  const hasOutside = outside.items().length > 0;
  if (!isHeadless && type !== 'ExternalName' && spec.at('clusterIP').text !== '') {
    const addresses = spec.at('clusterIPs').items();
    if (addresses.length === 0) warnOfAddress(spec.at('clusterIP').as(spec, '.clusterIPs[0]'), warner);
    for (const address of addresses) warnOfAddress(address, warner);
  }
  if (isHeadless) {
    if (balancer.text !== '') say('doubtful', 'loadBalancerIP', 'spec.loadBalancerIP is ignored for headless services');
    if (hasOutside) say('doubtful', 'externalIPs', 'spec.externalIPs is ignored for headless services');
    if (!['', 'None'].includes(spec.at('sessionAffinity').text)) {
      say('doubtful', 'sessionAffinity', 'spec.SessionAffinity is ignored for headless services');
    }
  }
  for (const address of outside.items()) warnOfAddress(address, warner);
  if (hasOutside && !isHeadless && type !== 'ExternalName') {
    say('deprecated', 'externalIPs', 'spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  warnOfAddress(balancer, warner);
  for (const range of spec.at('loadBalancerSourceRanges').items()) warnOfCidr(range, warner);
  if (type === 'ExternalName' && hasOutside) say('doubtful', 'externalIPs', 'spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== 'ExternalName' && spec.at('externalName').text !== '') {
    say('doubtful', 'externalName', 'spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.at('trafficDistribution').text === 'PreferClose') {
    warner.say('deprecated', spec.at('trafficDistribution'), '"PreferClose" is deprecated; use "PreferSameZone"');
  }
}

function warnOfEndpoints(root: Place, warner: Warner, object: KubernetesObject): void {
  if (getString(object.metadata, 'labels', 'endpoints.kubernetes.io/managed-by') === 'endpoint-controller') return;
  for (const subset of root.at('subsets').items()) {
    for (const field of ['addresses', 'notReadyAddresses']) {
      for (const address of subset.at(field).items()) warnOfAddress(address.at('ip'), warner);
    }
  }
}

const SLICE_CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function warnOfEndpointSlice(root: Place, warner: Warner, object: KubernetesObject): void {
  const type = root.at('addressType');
  if (type.text === 'FQDN') warner.sayWhole('deprecated', type.path, 'spec.addressType: FQDN endpoints are deprecated');
  if (SLICE_CONTROLLERS.includes(getString(object.metadata, 'labels', 'endpointslice.kubernetes.io/managed-by') ?? '')) return;
  for (const endpoint of root.at('endpoints').items()) {
    for (const address of endpoint.at('addresses').items()) warnOfAddress(address, warner);
  }
}

function warnOfNetworkPolicy(root: Place, warner: Warner): void {
  for (const [direction, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const rule of root.at('spec').at(direction).items()) {
      for (const peer of rule.at(side).items()) {
        warnOfCidr(peer.at('ipBlock').at('cidr'), warner);
        for (const range of peer.at('ipBlock').at('except').items()) warnOfCidr(range, warner);
      }
    }
  }
}

function warnOfIngress(root: Place, warner: Warner): void {
  const key = 'kubernetes.io/ingress.class';
  const annotations = root.at('metadata').at('annotations');
  if (!annotations.has(key) || root.at('spec').at('ingressClassName').isSet) return;
  warner.sayWhole('deprecated', annotations.at(key).path, `annotation "${key}" is deprecated, please use 'spec.ingressClassName' instead`);
}

const OF_VOLUMES = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

function warnOfVolume(root: Place, warner: Warner): void {
  const [spec, annotations] = [root.at('spec'), root.at('metadata').at('annotations')];
  warnOfAnnotation(annotations, STORAGE_CLASS, 'deprecated since v1.8; use "storageClassName" attribute instead', warner);
  warnOfAnnotation(annotations, MOUNT_OPTIONS, 'deprecated since v1.31; use "mountOptions" attribute instead', warner);
  const policy = spec.at('persistentVolumeReclaimPolicy');
  const text = 'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  if (policy.text === 'Recycle') warner.say('deprecated', policy, text);
  for (const term of spec.at('nodeAffinity').at('required').at('nodeSelectorTerms').items()) warnOfTerm(term, 'validated', warner);
  for (const [field, why] of OF_VOLUMES) {
    const source = spec.at(field, field === 'storageos' ? 'storageOS' : field);
    if (source.isSet) warner.say('deprecated', source, why);
  }
}

function warnOfAnnotation(annotations: Place, key: string, text: string, warner: Warner): void {
  if (annotations.has(key)) warner.say('deprecated', annotations.entry(key), text);
}

const QUOTAS = ['cpu', 'memory', 'storage', 'ephemeral-storage'];

function warnOfQuota(root: Place, warner: Warner): void {
  const hard = root.at('spec').at('hard');
  for (const name of QUOTAS) {
    const bare = ['cpu', 'memory'].includes(name) && !hard.has(`requests.${name}`) ? name : `requests.${name}`;
    const [request, limit] = [hard.at(bare), hard.at(`limits.${name}`)];
    if (!hard.has(bare) || !hard.has(`limits.${name}`)) continue;
    if ((parseQuantity(request.value) ?? 0n) <= (parseQuantity(limit.value) ?? 0n)) continue;
    const texts = `${bare} (${printQuantity(request.value)}) should be less than limits.${name} (${printQuantity(limit.value)})`;
    warner.sayWhole('doubtful', request.path, `ResourceQuota ${texts}`);
  }
}

function warnOfNode(root: Place, warner: Warner): void {
  const spec = root.at('spec');
  const external = spec.at('externalID');
  if (external.text !== '') warner.say('deprecated', external, 'this field is deprecated, and is unused by Kubernetes');
  const [one, several] = [spec.at('podCIDR'), spec.at('podCIDRs')];
  const isOne = one.text !== '' && one.text !== several.texts[0];
  for (const range of isOne ? [one.as(spec, '.podCIDRs[0]')] : several.items()) warnOfCidr(range, warner);
}

function warnOfStorageClass(root: Place, warner: Warner): void {
  for (const topology of root.at('allowedTopologies').items()) {
    for (const expression of topology.at('matchLabelExpressions').items()) {
      const found = findDeprecation(expression.at('key').text);
      if (found !== undefined) warner.say('deprecated', expression.at('key'), found);
    }
  }
}

function warnOfCapacity(root: Place, warner: Warner): void {
  const topology = root.at('nodeTopology');
  for (const expression of topology.at('matchExpressions').items()) warnOfKey(expression.at('key'), warner);
  for (const label of topology.at('matchLabels').keys()) {
    const found = findDeprecation(label);
    if (found !== undefined) warner.say('deprecated', topology.at('matchLabels').at(label), found);
  }
}

function warnOfRuntimeClass(root: Place, warner: Warner): void {
  const selector = root.at('scheduling').at('nodeSelector');
  for (const label of selector.keys()) {
    const found = findDeprecation(label);
    if (found !== undefined) warner.sayWhole('deprecated', selector.at(label).path, `${selector.field}: ${found}`);
  }
}

function warnOfServiceAccount(root: Place, warner: Warner): void {
  const text = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  warnOfAnnotation(root.at('metadata').at('annotations'), 'kubernetes.io/enforce-mountable-secrets', text, warner);
}

function warnOfCsiDriver(root: Place, warner: Warner): void {
  const spec = root.at('spec');
  const text =
    'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  const isUnset = spec.at('tokenRequests').items().length > 0 && !spec.at('serviceAccountTokenInSecrets').isSet;
  if (isUnset) warner.sayWhole('doubtful', spec.at('tokenRequests').path, text);
}

function warnOfResourceSlice(root: Place, warner: Warner): void {
  const driver = root.at('spec').at('driver');
  const text = `driver names should be lowercase; ${quoteGo(driver.text)} contains uppercase characters`;
  if (driver.text !== driver.text.toLowerCase()) warner.say('doubtful', driver, text);
}

/** By group and kind. */
const KINDS: Readonly<Record<string, Warn>> = {
  '/Endpoints': warnOfEndpoints,
  '/Node': warnOfNode,
  '/PersistentVolume': warnOfVolume,
  '/PersistentVolumeClaim': (root, warner) => {
    const annotations = root.at('metadata').at('annotations');
    warnOfAnnotation(annotations, STORAGE_CLASS, 'deprecated since v1.8; use "storageClassName" attribute instead', warner);
    warnOfClaim(root.at('spec'), warner);
  },
  '/Pod': both(
    warnOfName("in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: "),
    (root, warner) => {
      warnOfPod(root, false, warner);
    },
  ),
  '/PodTemplate': warnOfTemplate('template'),
  '/ReplicationController': both(warnOfName(USED_IN_PODS), warnOfTemplate('spec', 'template')),
  '/ResourceQuota': warnOfQuota,
  '/Service': warnOfService,
  '/ServiceAccount': warnOfServiceAccount,
  'apps/DaemonSet': warnOfTemplate('spec', 'template'),
  'apps/Deployment': both(warnOfName(USED_IN_PODS), warnOfTemplate('spec', 'template')),
  'apps/ReplicaSet': both(warnOfName(USED_IN_PODS), warnOfTemplate('spec', 'template')),
  'apps/StatefulSet': both(warnOfTemplate('spec', 'template'), warnOfStatefulSet),
  'batch/CronJob': both(
    warnOfName(USED_IN_PODS),
    warnOfJob('spec', 'jobTemplate', 'spec'),
    warnOfTemplate('spec', 'jobTemplate', 'spec', 'template'),
  ),
  'batch/Job': both(warnOfName(USED_IN_PODS), warnOfJob('spec'), warnOfTemplate('spec', 'template')),
  'discovery.k8s.io/EndpointSlice': warnOfEndpointSlice,
  'networking.k8s.io/Ingress': warnOfIngress,
  'networking.k8s.io/NetworkPolicy': warnOfNetworkPolicy,
  'node.k8s.io/RuntimeClass': warnOfRuntimeClass,
  'resource.k8s.io/ResourceSlice': warnOfResourceSlice,
  'storage.k8s.io/CSIDriver': warnOfCsiDriver,
  'storage.k8s.io/CSIStorageCapacity': warnOfCapacity,
  'storage.k8s.io/StorageClass': warnOfStorageClass,
};

/** What the strategy of a built-in kind warns of when an object of it is made. */
export function warnOfObject(object: KubernetesObject, { group, kind }: Kind, warner: Warner): void {
  KINDS[`${group}/${kind}`]?.(warner.at(getObject(object), []), warner, object);
}
