import {
  getArray,
  getAt,
  getNumber,
  getObject,
  getString,
  getStringMap,
  isObject,
  stringifyJson,
  type JsonValue,
} from '../../../std/index.ts';
import { isSelected, labelsOf, nameOf, readLabelSelector, specOf, type KubernetesObject } from '../../../model/index.ts';
import { parseCidr } from '../address.ts';
import { ADMIN_GROUP } from '../admin-policy.ts';
import type { Direction } from '../policy.ts';
import { homeOf, ownerOf, workloadNameOf } from './peers.ts';

/** What stops netpol-analyzer from judging a directory, in its words; undefined if nothing does. */
export function findFault(objects: readonly KubernetesObject[]): string | undefined {
  return findDuplicate(objects) ?? findGap(objects) ?? firstOf(objects, findPolicyFault) ?? findPriorityFault(objects);
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isAdmin(object: KubernetesObject, kind: string): boolean {
  return object.kind === kind && object.apiVersion.startsWith(`${ADMIN_GROUP}/`);
}

function findDuplicate(objects: readonly KubernetesObject[]): string | undefined {
  const seen = new Set<string>();
  for (const object of objects) {
    if (isAdmin(object, 'BaselineAdminNetworkPolicy')) {
      if (seen.has('baseline')) return 'only one baseline admin network policy may be provided in input resources; one already exists';
      seen.add('baseline');
      continue;
    }
    const isNamespaced = object.kind === 'NetworkPolicy';
    if (!isNamespaced && !isAdmin(object, 'AdminNetworkPolicy') && object.kind !== 'Namespace') continue;
    const name = isNamespaced ? `${homeOf(object)}/${nameOf(object)}` : nameOf(object);
    const key = `${object.kind} ${name}`;
    const article = object.kind === 'AdminNetworkPolicy' ? 'an' : 'a';
    if (seen.has(key))
      return `${article} ${object.kind} "${name}" is already exists. Only one object of a given kind can have a given name at a time.`;
    seen.add(key);
  }
  return undefined;
}

/** Pods of one owner that a selector of a policy tells apart. */
function findGap(objects: readonly KubernetesObject[]): string | undefined {
  const first = new Map<string, KubernetesObject>();
  const selectors = objects.flatMap(listPodSelectors).map(readLabelSelector);
  for (const pod of objects.filter((object) => object.kind === 'Pod' && ownerOf(object) !== undefined)) {
    const name = `${homeOf(pod)}/${workloadNameOf(pod)}`;
    const other = first.get(name);
    if (other === undefined) first.set(name, pod);
    else if (selectors.some((selector) => isSelected(selector, labelsOf(pod)) !== isSelected(selector, labelsOf(other))))
      return `Input Pod resources are not supported for connectivity analysis. Found Pods of the same owner ${name} but with different set of labels.`;
  }
  return undefined;
}

function listPodSelectors(object: KubernetesObject): readonly JsonValue[] {
  if (object.kind !== 'NetworkPolicy' && !object.apiVersion.startsWith(`${ADMIN_GROUP}/`)) return [];
  return listNested(specOf(object), 'podSelector');
}

function listNested(value: JsonValue, field: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => listNested(item, field));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === field && item !== undefined ? [item] : listNested(item ?? null, field)));
}

function findPolicyFault(object: KubernetesObject): string | undefined {
  if (object.kind === 'NetworkPolicy') return prefix(`network policy ${homeOf(object)}/${nameOf(object)}`, findNetworkPolicyFault(object));
  if (isAdmin(object, 'AdminNetworkPolicy')) return prefix(`admin network policy "${nameOf(object)}"`, findAdminFault(object));
  return isAdmin(object, 'BaselineAdminNetworkPolicy') ? prefix('baseline admin network policy', findAdminFault(object)) : undefined;
}

function prefix(where: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${where}: ${fault}`;
}

function listRules(object: KubernetesObject): readonly (readonly [direction: Direction, rule: JsonValue])[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    getArray(specOf(object), direction).map((rule) => [direction, rule] as const),
  );
}

function peersOf(direction: Direction, rule: JsonValue): readonly JsonValue[] {
  return getArray(rule, direction === 'ingress' ? 'from' : 'to');
}

function findNetworkPolicyFault(object: KubernetesObject): string | undefined {
  const own = findSelectorFault(getAt(specOf(object), 'podSelector') ?? {});
  return (
    own ??
    firstOf(
      listRules(object),
      ([direction, rule]) => firstOf(peersOf(direction, rule), findPeerFault) ?? firstOf(getArray(rule, 'ports'), findPortFault),
    )
  );
}

function findPeerFault(peer: JsonValue): string | undefined {
  const block = getObject(peer, 'ipBlock');
  const selectors = [getObject(peer, 'podSelector'), getObject(peer, 'namespaceSelector')].filter((selector) => selector !== undefined);
  const told = `rule NetworkPolicyPeer error: ${stringifyJson(peer)}`;
  if (block !== undefined && selectors.length > 0) return `${told}: cannot have both IPBlock and PodSelector/NamespaceSelector set`;
  if (block === undefined && selectors.length === 0) return `${told}: cannot have empty rule peer`;
  if (block === undefined) return firstOf(selectors, findSelectorFault);
  return firstOf(
    [getString(block, 'cidr') ?? '', ...getArray(block, 'except').map((item) => (typeof item === 'string' ? item : ''))],
    (cidr) => prefix('CIDR error', findCidrFault(cidr)),
  );
}

function findCidrFault(cidr: string): string | undefined {
  return parseCidr(cidr) === undefined ? `invalid CIDR address: ${cidr}` : undefined;
}

function findPortFault(port: JsonValue): string | undefined {
  if (getString(port, 'port') === undefined || getNumber(port, 'endPort') === undefined) return undefined;
  return 'named port error: endPort field cannot be defined if the port field is defined as a named (string) port';
}

const LABEL_NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/;
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const OPERATORS: ReadonlySet<string | undefined> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** What `metav1.LabelSelectorAsSelector` refuses. */
function findSelectorFault(selector: JsonValue): string | undefined {
  const labels = [...getStringMap(selector, 'matchLabels')].map(([key, value]) => ({ key, values: [value], operator: 'In' }));
  const expressions = getArray(selector, 'matchExpressions').map((expression) => ({
    key: getString(expression, 'key') ?? '',
    values: getArray(expression, 'values').map((value) => (typeof value === 'string' ? value : '')),
    operator: getString(expression, 'operator'),
  }));
  return firstOf([...labels, ...expressions], ({ key, values, operator }) => {
    if (!isLabelKey(key)) return `selector error: key: Invalid value: "${key}"`;
    if (!OPERATORS.has(operator)) return `selector error: "${operator ?? ''}" is not a valid label selector operator`;
    const bad = values.find((value) => value !== '' && !LABEL_NAME.test(value));
    if (bad !== undefined) return `selector error: values[0][${key}]: Invalid value: "${bad}"`;
    const wantsValues = operator === 'In' || operator === 'NotIn';
    return wantsValues === values.length > 0 ? undefined : `selector error: values: Invalid value: for operator ${operator ?? ''}`;
  });
}

function isLabelKey(key: string): boolean {
  const [first = '', second, third] = key.split('/');
  if (third !== undefined) return false;
  return second === undefined ? LABEL_NAME.test(first) : LABEL_PREFIX.test(first) && LABEL_NAME.test(second);
}

const PEER_FIELDS = ['namespaces', 'pods', 'nodes', 'networks'];
const PORT_FIELDS = ['portNumber', 'portRange', 'namedPort'];

function findAdminFault(object: KubernetesObject): string | undefined {
  const subject = getAt(specOf(object), 'subject') ?? null;
  if (countSet(subject, ['namespaces', 'pods']) !== 1) return 'exactly one field must be set in a subject';
  const actions = isAdmin(object, 'AdminNetworkPolicy') ? ['Allow', 'Deny', 'Pass'] : ['Allow', 'Deny'];
  return (
    findNestedSelectorFault(subject) ?? firstOf(listRules(object), ([direction, rule]) => findAdminRuleFault(direction, rule, actions))
  );
}

function findNestedSelectorFault(value: JsonValue): string | undefined {
  const namespaces = getObject(value, 'namespaces');
  const pods = getObject(value, 'pods');
  const selectors = [namespaces, getObject(pods ?? null, 'namespaceSelector'), getObject(pods ?? null, 'podSelector')];
  return firstOf(selectors, (selector) => (selector === undefined ? undefined : findSelectorFault(selector)));
}

function findAdminRuleFault(direction: Direction, rule: JsonValue, actions: readonly string[]): string | undefined {
  const peers = peersOf(direction, rule);
  const name = `${direction} rule "${getString(rule, 'name') ?? ''}"`;
  if (peers.length === 0) return `${name}: ${direction === 'ingress' ? 'from' : 'to'} field must be defined and contain at least one item`;
  const action = getString(rule, 'action') ?? '';
  const fault =
    firstOf(peers, findAdminPeerFault) ??
    (actions.includes(action) ? undefined : `unrecognized action: ${action}`) ??
    firstOf(getArray(rule, 'ports'), findAdminPortFault);
  return prefix(name, fault);
}

function findAdminPeerFault(peer: JsonValue): string | undefined {
  if (countSet(peer, PEER_FIELDS) !== 1) return 'exactly one field must be set in a rule peer';
  return (
    findNestedSelectorFault(peer) ?? firstOf(getArray(peer, 'networks'), (cidr) => findCidrFault(typeof cidr === 'string' ? cidr : ''))
  );
}

function findAdminPortFault(port: JsonValue): string | undefined {
  if (countSet(port, PORT_FIELDS) !== 1) return 'exactly one field must be set in an AdminNetworkPolicyPort';
  const range = getObject(port, 'portRange');
  if (range === undefined) return undefined;
  const [start, end] = [getNumber(range, 'start') ?? 0, getNumber(range, 'end') ?? 0];
  if (start >= 1 && end <= 65_535 && start <= end) return undefined;
  return `port range ${start}-${end} is legal; start and end values of the port range should be in {1-65535} and end may not be less than start`;
}

function countSet(value: JsonValue, fields: readonly string[]): number {
  return fields.filter((field) => (getAt(value, field) ?? undefined) !== undefined).length;
}

function findPriorityFault(objects: readonly KubernetesObject[]): string | undefined {
  const seen = new Map<number, string>();
  for (const object of objects.filter((item) => isAdmin(item, 'AdminNetworkPolicy'))) {
    const [name, priority] = [nameOf(object), getNumber(specOf(object), 'priority') ?? 0];
    if (priority < 0 || priority > 1000)
      return `Invalid Priority Value: ${priority} in Admin Network Policy: "${name}"; Priority value must be between 0-1000`;
    const other = seen.get(priority);
    if (other !== undefined)
      return `Admin Network Policies: ${other} and ${name} have same priority;Two policies are considered to be conflicting if they are assigned the same priority.`;
    seen.set(priority, name);
  }
  return undefined;
}
