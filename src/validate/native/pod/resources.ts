import { parseQuantity, toUnits, type Quantity } from '../../../model/index.ts';
import { judgeLabel, judgeQualifiedName, type Judgement } from '../../object/names.ts';
import { NON_NEGATIVE } from '../field-error.ts';
import type { Place } from '../place.ts';
import { printQuantity } from '../quantities.ts';
import { isExtended, isHugePages, isInteger, isNative, isStandard } from '../resource-names.ts';

const OF_CONTAINERS = new Set(['cpu', 'ephemeral-storage', 'memory']);

/** `ValidateContainerResourceRequirements`. `claims` are the names of the pod's claims for devices. */
export function checkContainerResources(resources: Place, claims: readonly string[]): void {
  if (resources.isSet) checkRequirements(resources, judgeContainerResource, claims);
}

/** `ValidateResourceRequirements`, by how names are judged. What is asked for is at least what is allowed, where it says nothing. */
export function checkRequirements(resources: Place, judge: (place: Place) => void, claims: readonly string[]): void {
  const [limits, requests] = [resources.at('limits'), resources.at('requests')];
  for (const name of limits.keys()) checkAmount(limits.entry(name), name, judge);
  const asked = [...requests.keys(), ...limits.keys().filter((name) => !requests.keys().includes(name))];
  for (const name of asked) {
    const isAsked = requests.keys().includes(name);
    const place = isAsked ? requests.entry(name) : limits.entry(name).as(requests, `[${name}]`);
    checkAmount(place, name, judge);
    if (isAsked) compare(requests, limits, name);
  }
  const named = new Set([...limits.keys(), ...requests.keys()]);
  if ([...named].some(isHugePages) && !named.has('cpu') && !named.has('memory')) resources.forbidden('HugePages require cpu or memory');
  checkClaims(resources.at('claims'), claims);
}

function checkAmount(place: Place, name: string, judge: (place: Place) => void): void {
  judge(place);
  checkQuantity(place, name);
  const amount = parseQuantity(place.value);
  if (amount === undefined || !isHugePages(name)) return;
  const page = parseQuantity(name.slice('hugepages-'.length));
  if (page === undefined || page <= 0n || page % 1_000_000n !== 0n || toUnits(amount) % toUnits(page) !== 0) {
    place.invalid(`${printQuantity(place.value)} is not positive integer multiple of ${name}`, printQuantity(place.value));
  }
}

/** `ValidateResourceQuantityValue`. */
export function checkQuantity(place: Place, name: string): void {
  const amount = parseQuantity(place.value);
  if (amount === undefined) return;
  if (amount < 0n) place.invalid(NON_NEGATIVE, printQuantity(place.value));
  if (isInteger(name) && amount % 1_000_000_000n !== 0n) place.invalid('must be an integer', printQuantity(place.value));
}

/** `validateResourceName`; true where nothing is wrong. */
export function judgeResource(place: Place, name: string): boolean {
  const found: Judgement = judgeQualifiedName(name);
  for (const reason of found) place.invalid(reason, name);
  if (found.length > 0) return false;
  if (name.includes('/') || isStandard(name)) return true;
  place.invalid('must be a standard resource type or fully qualified', name);
  return false;
}

/** `validateContainerResourceName`, of a key. */
export function judgeContainerResource(place: Place): void {
  judgeContainerName(place, place.key);
}

/** `validateContainerResourceName`. */
export function judgeContainerName(place: Place, name: string): void {
  judgeResource(place, name);
  if (!name.includes('/')) {
    if (!OF_CONTAINERS.has(name) && !isHugePages(name)) place.invalid('must be a standard resource for containers', name);
  } else if (!isNative(name) && !isExtended(name)) place.invalid("doesn't follow extended resource name standard", name);
}

function compare(requests: Place, limits: Place, name: string): void {
  const [request, limit] = [requests.entry(name), limits.entry(name)];
  const [asked, allowed] = [readAmount(request), readAmount(limit)];
  const isShared = isNative(name) && !isHugePages(name);
  if (!limits.keys().includes(name)) {
    if (!isShared) limits.required('Limit must be set for non overcommitable resources');
    return;
  }
  if (asked === undefined || allowed === undefined) return;
  const words = `${name} limit of ${printQuantity(limit.value)}`;
  const place = request.as(requests, '');
  if (asked !== allowed && !isShared) place.invalid(`must be equal to ${words}`, printQuantity(request.value));
  else if (asked > allowed) place.invalid(`must be less than or equal to ${words}`, printQuantity(request.value));
}

/** Nothing at all is no amount. */
function readAmount(place: Place): Quantity | undefined {
  return place.isSet ? parseQuantity(place.value) : 0n;
}

function checkClaims(list: Place, claims: readonly string[]): void {
  const names = new Set<string>();
  for (const claim of list.items()) {
    const name = claim.at('name').text;
    const request = claim.at('request');
    if (name === '') {
      claim.required();
      continue;
    }
    request.judged(judgeLabel);
    const key = request.text === '' ? name : `${name}/${request.text}`;
    if (names.has(name)) claim.duplicate(name);
    else if (names.has(key)) claim.duplicate(key);
    else if (request.text === '') for (const known of names) if (known.startsWith(`${name}/`)) claim.duplicate(name);
    names.add(key);
    if (!claims.includes(name)) claim.fail(`Not found: ${JSON.stringify(name)}: ${explainClaims(claims)}`);
  }
}

function explainClaims(claims: readonly string[]): string {
  const known = claims.length === 0 ? ' which is empty' : `: ${claims.toSorted().join(', ')}`;
  return `must be one of the names in pod.spec.resourceClaims${known}`;
}
