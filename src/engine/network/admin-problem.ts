import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { formatRef, nameOf, refOf, specOf, type KubernetesObject, type World } from '../../model/index.ts';
import { parseCidr } from './address.ts';
import { ADMIN_GROUP, ADMIN_KINDS } from './admin-policy.ts';
import { Problems, type PolicyProblem } from './plugin/problem.ts';

const LARGEST = 1000;
const LAST_PORT = 65_535;

/**
 * What is wrong with policies of the tiers of administrators: what their definitions refuse (sigs.k8s.io/network-policy-api, for
 * worlds that do not have these definitions), and priorities that two of one tier have, whose order is not defined.
 */
export function listAdminProblems(world: World): readonly PolicyProblem[] {
  const policies = ADMIN_KINDS.flatMap((kind) => world.byKind(ADMIN_GROUP, kind));
  if (policies.length === 0) return [];
  const defined = new Set(
    world
      .byKind('apiextensions.k8s.io', 'CustomResourceDefinition')
      .filter((definition) => getString(specOf(definition), 'group') === ADMIN_GROUP)
      .map((definition) => getString(specOf(definition), 'names', 'kind')),
  );
  return [...policies.filter(({ kind }) => !defined.has(kind)).flatMap(listRefused), ...listTied(policies)];
}

/** Of those of one priority the first is what the others are told beside. */
function listTied(policies: readonly KubernetesObject[]): readonly PolicyProblem[] {
  const first = new Map<string, KubernetesObject>();
  return policies.flatMap((policy): readonly PolicyProblem[] => {
    const [priority, tier] = [getNumber(specOf(policy), 'priority'), getString(specOf(policy), 'tier') ?? ''];
    if (priority === undefined || policy.kind === 'BaselineAdminNetworkPolicy') return [];
    const key = `${policy.kind} ${tier} ${priority}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, policy);
    if (other === undefined) return [];
    const known = refOf(other);
    const reason = `priority ${priority}, as ${formatRef(known)} has`;
    return [{ ref: refOf(policy), path: '/spec/priority', kind: 'tied', reason, other: known }];
  });
}

function listRefused(policy: KubernetesObject): readonly PolicyProblem[] {
  const problems = new Problems(policy);
  const spec = specOf(policy);
  const isBaseline = policy.kind === 'BaselineAdminNetworkPolicy';
  const isCluster = policy.kind === 'ClusterNetworkPolicy';
  const priority = getNumber(spec, 'priority');
  if (isBaseline && nameOf(policy) !== 'default') problems.reject('/metadata/name', 'there is one alone, and its name must be default');
  if (!isBaseline && (priority === undefined || priority < 0 || priority > LARGEST))
    problems.reject(priority === undefined ? '/spec' : '/spec/priority', `priority must be a number from 0 to ${LARGEST}`);
  if (isCluster && !['Admin', 'Baseline'].includes(getString(spec, 'tier') ?? ''))
    problems.reject(getAt(spec, 'tier') === undefined ? '/spec' : '/spec/tier', 'tier must be Admin or Baseline');
  if (countFields(getAt(spec, 'subject'), ['namespaces', 'pods']) !== 1)
    problems.reject('/spec/subject', 'exactly one of namespaces and pods must be set');
  const actions = isCluster ? ['Accept', 'Deny', 'Pass'] : isBaseline ? ['Allow', 'Deny'] : ['Allow', 'Deny', 'Pass'];
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [index, rule] of getArray(spec, direction).entries())
      checkRule(problems, { rule, path: `/spec/${direction}/${index}`, side: direction === 'ingress' ? 'from' : 'to', actions });
  }
  return problems.list;
}

interface WrittenRule {
  readonly rule: JsonValue;
  readonly path: string;
  readonly side: 'from' | 'to';
  readonly actions: readonly string[];
}

const PEER_FIELDS = ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'];
const PORT_FIELDS = ['portNumber', 'portRange', 'namedPort', 'tcp', 'udp', 'sctp', 'destinationNamedPort'];

function checkRule(problems: Problems, { rule, path, side, actions }: WrittenRule): void {
  if (!actions.includes(getString(rule, 'action') ?? '')) problems.reject(`${path}/action`, `action must be one of ${actions.join(', ')}`);
  const peers = getArray(rule, side);
  if (peers.length === 0) problems.reject(path, `${side} must name at least one peer`);
  for (const [index, peer] of peers.entries()) {
    const at = `${path}/${side}/${index}`;
    if (countFields(peer, PEER_FIELDS) !== 1) problems.reject(at, `exactly one of ${PEER_FIELDS.join(', ')} must be set`);
    for (const [place, cidr] of getArray(peer, 'networks').entries()) {
      if (typeof cidr !== 'string' || parseCidr(cidr) === undefined)
        problems.reject(`${at}/networks/${place}`, `${typeof cidr === 'string' ? cidr : 'what is there'} is no CIDR`);
    }
  }
  for (const field of ['ports', 'protocols'])
    for (const [index, port] of getArray(rule, field).entries()) checkPort(problems, port, `${path}/${field}/${index}`);
}

function checkPort(problems: Problems, port: JsonValue, path: string): void {
  if (countFields(port, PORT_FIELDS) !== 1) {
    problems.reject(path, `exactly one of ${PORT_FIELDS.join(', ')} must be set`);
    return;
  }
  for (const place of [['portNumber'], ['portRange'], ...['tcp', 'udp', 'sctp'].map((name) => [name, 'destinationPort'])]) {
    const value = getObject(port, ...place);
    const range = getObject(value, 'range') ?? value;
    const numbers = ['port', 'number', 'start', 'end'].flatMap((field) => getNumber(range, field) ?? []);
    const [first = 1, last = first] = numbers;
    const at = `${path}/${place.join('/')}`;
    if (numbers.some((number) => number < 1 || number > LAST_PORT)) problems.reject(at, `ports are numbers from 1 to ${LAST_PORT}`);
    else if (last < first) problems.reject(at, `the range ends at ${last}, before it starts at ${first}`);
  }
}

function countFields(value: JsonValue | undefined, fields: readonly string[]): number {
  return fields.filter((field) => (getAt(value, field) ?? undefined) !== undefined).length;
}
