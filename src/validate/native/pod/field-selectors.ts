import { parseQuantity } from '../../../model/index.ts';
import { judgeQualifiedName } from '../../object/names.ts';
import type { Place } from '../place.ts';
import { printQuantity } from '../quantities.ts';

/** What the environment may be given of a pod. */
export const ENVIRONMENT_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** What files may be given of a pod. */
export const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

const KNOWN = new Set([...ENVIRONMENT_FIELDS, ...VOLUME_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'spec.host']);
const SUBSCRIPTED = /^(.+?)\['(.*)'\]$/s;

/** `validateObjectFieldSelector`. */
export function checkFieldSelector(place: Place, supported: readonly string[]): void {
  const path = place.at('fieldPath');
  const version = place.at('apiVersion').text;
  if (!path.wanted()) return;
  const fail = (why: string): void => path.invalid(`error converting fieldPath: ${why}`);
  if (version !== '' && version !== 'v1') return fail(`unsupported pod version: ${version}`);
  const [, map, key = ''] = SUBSCRIPTED.exec(path.text) ?? [];
  if (map !== undefined) {
    if (map !== 'metadata.annotations' && map !== 'metadata.labels') return fail(`field label does not support subscript: ${path.text}`);
    const name = map === 'metadata.annotations' ? key.toLowerCase() : key;
    for (const reason of judgeQualifiedName(name)) place.invalid(reason, name);
    return undefined;
  }
  if (!KNOWN.has(path.text)) return fail(`field label not supported: ${path.text}`);
  const field = path.text === 'spec.host' ? 'spec.nodeName' : path.text;
  return supported.includes(field) ? undefined : path.unsupported(supported, field);
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = ['limits.hugepages-', 'requests.hugepages-'];
const CPU_DIVISORS = ['1m', '1'];
const DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** `validateContainerResourceFieldSelector`. A file must say whose resource it holds. */
export function checkResourceSelector(place: Place, use: 'environment' | 'volume'): void {
  const resource = place.at('resource');
  if (use === 'volume' && place.at('containerName').text === '') place.at('containerName').wanted();
  else if (resource.wanted() && !RESOURCES.includes(resource.text) && !isHugePages(resource.text)) resource.unsupported(RESOURCES);
  checkDivisor(place.at('divisor'), resource.text);
}

function isHugePages(resource: string): boolean {
  return HUGE_PAGES.some((prefix) => resource.startsWith(prefix));
}

function checkDivisor(divisor: Place, resource: string): void {
  const amount = parseQuantity(divisor.value);
  if (amount === undefined || amount === 0n) return;
  const fail = (supported: readonly string[], words: string): void => {
    if (!supported.includes(printQuantity(divisor.value))) divisor.invalid(`only divisor's values ${words} resource`, resource);
  };
  const amounts = DIVISORS.join(', ');
  if (resource.endsWith('.cpu')) fail(CPU_DIVISORS, '1m and 1 are supported with the cpu');
  else if (resource.endsWith('.memory')) fail(DIVISORS, `${amounts} are supported with the memory`);
  else if (resource.endsWith('.ephemeral-storage')) fail(DIVISORS, `${amounts} are supported with the local ephemeral storage`);
  else if (isHugePages(resource)) fail(DIVISORS, `${amounts} are supported with the hugepages`);
}
