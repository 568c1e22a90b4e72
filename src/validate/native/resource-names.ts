import { judgeQualifiedName } from '../object/names.ts';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const COUNTS = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const QUOTA = new Set([...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]), ...COUNTS, 'requests.storage']);
const STANDARD = new Set([...QUOTA, 'storage']);
const INTEGERS = new Set(COUNTS);

/** `IsHugePageResourceName`. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** `IsNativeResource`. */
export function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** `IsStandardResourceName`. */
export function isStandard(name: string): boolean {
  return STANDARD.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** `IsStandardQuotaResourceName`. */
export function isOfQuota(name: string): boolean {
  return QUOTA.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** `IsExtendedResourceName`. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && judgeQualifiedName(`requests.${name}`).length === 0;
}

/** `IsIntegerResourceName`. */
export function isInteger(name: string): boolean {
  return INTEGERS.has(name) || isExtended(name);
}
