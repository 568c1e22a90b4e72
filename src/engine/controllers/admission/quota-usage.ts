import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString } from '../../../std/index.ts';
import { add, NOTHING, ONE, podAmountsWithOverhead, readAmount, type Amount, type Amounts } from './amounts.ts';

/** Plain names of counts that are older than `count/<resource>`. */
const COUNTED: ReadonlySet<string> = new Set(['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets']);
const CLAIM_NAMES = ['persistentvolumeclaims', 'requests.storage'];
const STORAGE_CLASS = '.storageclass.storage.k8s.io/';
const POD_NAMES: ReadonlySet<string> = new Set([
  'pods',
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

/** What an object of a resource (`pods`, `deployments.apps`) uses of what quotas limit (`pkg/quota/v1/evaluator/core`). */
export function quotaUsageOf(resource: string, object: KubernetesObject): Amounts {
  switch (resource) {
    case 'pods':
      return recallUsageOfPod(object);
    case 'persistentvolumeclaims':
      return usageOfClaim(object);
    case 'services':
      return usageOfService(object);
    default:
      return new Map([[`count/${resource}`, ONE], ...(COUNTED.has(resource) ? [[resource, ONE] as const] : [])]);
  }
}

/** Whether objects of a resource count for what a quota limits under a name (`MatchingResources`). */
export function isLimitOf(resource: string, name: string): boolean {
  if (name === `count/${resource}`) return true;
  switch (resource) {
    case 'pods':
      return POD_NAMES.has(name) || name.startsWith('hugepages-') || isExtendedRequest(name);
    case 'persistentvolumeclaims':
      return CLAIM_NAMES.some((end) => name === end || name.endsWith(`${STORAGE_CLASS}${end}`));
    case 'services':
      return name === 'services' || name === 'services.nodeports' || name === 'services.loadbalancers';
    default:
      return COUNTED.has(resource) && name === resource;
  }
}

/** `requests.nvidia.com/gpu`, `requests.hugepages-2Mi`. */
function isExtendedRequest(name: string): boolean {
  if (!name.startsWith('requests.')) return false;
  const rest = name.slice('requests.'.length);
  return rest.startsWith('hugepages-') || rest.startsWith('deviceclass.resource.kubernetes.io/') || isExtended(rest);
}

function isExtended(name: string): boolean {
  return name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name);
}

const usages = new WeakMap<KubernetesObject, Amounts>();

/** Books are opened again with every step of a rollout, and most pods are the same ones. */
function recallUsageOfPod(pod: KubernetesObject): Amounts {
  let usage = usages.get(pod);
  if (usage === undefined) usages.set(pod, (usage = usageOfPod(pod)));
  return usage;
}

function usageOfPod(pod: KubernetesObject): Amounts {
  const count: [string, Amount][] = [['count/pods', ONE]];
  const phase = getString(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return new Map(count);
  const spec = getObject(pod, 'spec') ?? {};
  const requests = [...podAmountsWithOverhead(spec, 'requests')].flatMap(([name, amount]): [string, Amount][] => {
    const isPlain = POD_NAMES.has(name) || name.startsWith('hugepages-');
    if (isPlain)
      return [
        [name, amount],
        [`requests.${name}`, amount],
      ];
    return isExtended(name) ? [[`requests.${name}`, amount]] : [];
  });
  const limits = [...podAmountsWithOverhead(spec, 'limits')].filter(([name]) => POD_NAMES.has(name));
  return new Map([...count, ['pods', ONE], ...requests, ...limits.map(([name, amount]): [string, Amount] => [`limits.${name}`, amount])]);
}

function usageOfClaim(claim: KubernetesObject): Amounts {
  const asked = readAmount(getObject(claim, 'spec', 'resources', 'requests')?.['storage']);
  const given = readAmount(getObject(claim, 'status', 'allocatedResources')?.['storage']);
  const storage = given !== undefined && given.value > (asked?.value ?? 0n) ? given : asked;
  const storageClass =
    getString(claim.metadata, 'annotations', 'volume.beta.kubernetes.io/storage-class') ??
    getString(claim, 'spec', 'storageClassName') ??
    '';
  const prefixes = storageClass === '' ? [''] : ['', `${storageClass}${STORAGE_CLASS}`];
  return new Map<string, Amount>([
    ['count/persistentvolumeclaims', ONE],
    ...prefixes.flatMap((prefix): [string, Amount][] => [
      [`${prefix}persistentvolumeclaims`, ONE],
      ...(storage === undefined ? [] : [[`${prefix}requests.storage`, storage] as [string, Amount]]),
    ]),
  ]);
}

function usageOfService(service: KubernetesObject): Amounts {
  const type = getString(service, 'spec', 'type');
  const ports = getArray(service, 'spec', 'ports');
  const isBalanced = type === 'LoadBalancer';
  const allocates = getBoolean(service, 'spec', 'allocateLoadBalancerNodePorts') !== false;
  const open = isBalanced && !allocates ? ports.filter((port) => (getNumber(port, 'nodePort') ?? 0) !== 0) : ports;
  const nodePorts = type === 'NodePort' || isBalanced ? open.length : 0;
  return new Map([
    ['count/services', ONE],
    ['services', ONE],
    ['services.loadbalancers', isBalanced ? ONE : NOTHING],
    ['services.nodeports', { ...ONE, value: ONE.value * BigInt(nodePorts) }],
  ]);
}

/** What is used when more of the same quota is: only of the names that it limits. */
export function addUsage(used: Amounts, more: Amounts): Amounts {
  return new Map([...used].map(([name, amount]) => [name, add(amount, more.get(name) ?? NOTHING)]));
}
