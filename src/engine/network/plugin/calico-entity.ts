import { EMPTY_INTERVALS, getArray, getAt, getObject, getString, subtract, uniteAll, type JsonValue } from '../../../std/index.ts';
import { SELECT_ALL } from '../../../model/index.ts';
import { ALL_V4, ALL_V6, parseAddress, parseCidr, type AddressSet } from '../address.ts';
import { toInterval } from '../../../std/index.ts';
import type { NamedPort, Peer, PodFacts, PodTest } from '../policy.ts';
import { toPortSet, type PortSet, type Protocol } from '../port-set.ts';
import type { CalicoContext } from './calico-context.ts';
import { parseCalicoSelector, type CalicoSelector } from './calico-selector.ts';
import type { Problems } from './problem.ts';
import { toServicePeer, type ServiceTarget } from './service-target.ts';
import { toText } from './text.ts';

/** Where an entity is written. */
export interface EntityPlace {
  readonly path: string;
  /** The namespace of a NetworkPolicy; undefined for a GlobalNetworkPolicy. */
  readonly home: string | undefined;
  readonly context: CalicoContext;
}

/** Whom the source or destination of a rule means: undefined is everybody. */
export interface CalicoPeers {
  readonly peers: readonly Peer[] | undefined;
  readonly doubt?: string;
}

const NOBODY: Peer = { kind: 'either', of: [] };

/** Reads an `EntityRule` (`api/pkg/apis/projectcalico/v3/networkpolicy.go`) but its ports: all that it says must hold. */
export function readCalicoPeers(
  value: JsonValue | undefined,
  ipVersion: JsonValue | undefined,
  place: EntityPlace,
  problems: Problems,
): CalicoPeers {
  const said: Peer[] = [];
  const selected = readSelected(value, place, problems);
  if (selected !== undefined) said.push(selected);
  const notSelector = getString(value, 'notSelector') ?? '';
  if (notSelector !== '')
    said.push({ kind: 'not', of: selectWith(notSelector, '', { ...place, path: `${place.path}/notSelector` }, problems) });
  const readNets = (field: 'nets' | 'notNets'): AddressSet =>
    uniteAll(getArray(value, field).map((net, index) => readNet(net, `${place.path}/${field}/${index}`, problems)));
  const [nets, others] = [readNets('nets'), readNets('notNets')];
  const hasNets = getArray(value, 'nets').length > 0;
  if (hasNets) said.push({ kind: 'addresses', addresses: subtract(nets, others), meaning: 'known' });
  else if (others.cuts.length > 0) said.push({ kind: 'not', of: { kind: 'addresses', addresses: others, meaning: 'known' } });
  const accounts = getObject(value, 'serviceAccounts');
  const names = getArray(accounts ?? null, 'names').map(toText);
  const home = (getString(value, 'namespaceSelector') ?? '') === '' ? place.home : undefined;
  if (names.length > 0) said.push(toAccounts(names, home));
  const chosen = getString(accounts, 'selector') ?? '';
  if (chosen !== '') said.push(toChosenAccounts(chosen, `${place.path}/serviceAccounts/selector`, { ...place, home }, problems));
  const service = findService(value, place);
  if (service !== undefined) said.push(toServicePeer(service, 'known'));
  const doubt = findDoubt(value, ipVersion, place, problems);
  if (ipVersion === 4 || ipVersion === 6)
    said.push({ kind: 'not', of: { kind: 'addresses', addresses: ipVersion === 4 ? ALL_V6 : ALL_V4, meaning: 'known' } });
  const peers: readonly Peer[] | undefined = said.length === 0 ? undefined : said.length === 1 ? said : [{ kind: 'every', of: said }];
  return { peers, ...(doubt === undefined ? {} : { doubt }) };
}

function findDoubt(
  value: JsonValue | undefined,
  ipVersion: JsonValue | undefined,
  place: EntityPlace,
  problems: Problems,
): string | undefined {
  const { path } = place;
  if (getArray(value, 'domains').length > 0) return problems.doubt(`${path}/domains`, 'the addresses of a domain name are not known');
  const services = getObject(value, 'services');
  if (services !== undefined && findService(value, place) === undefined)
    return problems.doubt(`${path}/services`, `Service ${getString(services, 'name') ?? ''} is not among the objects`);
  return ipVersion === undefined || ipVersion === null
    ? undefined
    : problems.doubt(path.replace(/\/(source|destination)$/, '/ipVersion'), 'the family of the addresses of pods is not known');
}

function toAccounts(names: readonly string[], home: string | undefined): PodTest {
  return {
    kind: 'test',
    text: `calico accounts ${home ?? ''} ${names.join()}`,
    labelKeys: [],
    isAccountAsked: true,
    isMatch: ({ namespace, serviceAccount }) => (home === undefined || namespace === home) && names.includes(serviceAccount),
  };
}

/** Pods whose service account has labels that a selector chooses; of accounts that are not among the objects no label is known. */
export function toChosenAccounts(selector: string, path: string, { home, context }: EntityPlace, problems: Problems): PodTest {
  const parsed = parse(selector, path, problems);
  const isChosen = (labels: ReadonlyMap<string, string>): boolean => parsed?.isMatch(labels) === true;
  const others = isChosen(new Map());
  const accounts = home === undefined ? [...context.accounts.values()].flat() : (context.accounts.get(home) ?? []);
  const different = accounts.flatMap(({ name, labels }) => (isChosen(labels) === others ? [] : [name]));
  const names = new Set(different);
  return {
    kind: 'test',
    text: `calico accounts by labels ${home ?? ''} ${String(others)} ${different.join()}`,
    labelKeys: [],
    isAccountAsked: true,
    ...(home === undefined ? {} : { namespace: home }),
    isMatch: ({ namespace, serviceAccount }) =>
      (home === undefined || namespace === home) && names.has(`${namespace}/${serviceAccount}`) !== others,
  };
}

/** The Service that an entity names: in the namespace of its policy where it says none. */
function findService(value: JsonValue | undefined, { home, context }: EntityPlace): ServiceTarget | undefined {
  const said = getObject(value, 'services');
  const [name, namespace] = [getString(said, 'name'), getString(said, 'namespace') ?? home];
  return name === undefined ? undefined : context.services.get(`${namespace ?? ''}/${name}`);
}

/** The ports of the endpoints of the Service that an entity names, of some protocols; undefined where it names none. */
export function readServicePorts(
  value: JsonValue | undefined,
  protocols: readonly Protocol[],
  place: EntityPlace,
): { readonly ports: PortSet; readonly namedPorts: readonly NamedPort[] } | undefined {
  const service = findService(value, place);
  if (service === undefined) return undefined;
  const ports = service.ports.filter(({ protocol }) => protocols.includes(protocol));
  return {
    ports: uniteAll(ports.flatMap(({ protocol, target }) => (typeof target === 'number' ? [toPortSet(protocol, target, target)] : []))),
    namedPorts: ports.flatMap(({ protocol, target }) => (typeof target === 'string' ? [{ name: target, protocol }] : [])),
  };
}

/** An address, or a CIDR. */
function readNet(item: JsonValue, path: string, problems: Problems): AddressSet {
  const text = toText(item);
  const point = parseAddress(text);
  const read = point === undefined ? parseCidr(text) : toInterval(point, point + 1n);
  if (read === undefined) problems.refuse(path, `${text}: no address and no CIDR`);
  return read ?? EMPTY_INTERVALS;
}

function readSelected(value: JsonValue | undefined, place: EntityPlace, problems: Problems): Peer | undefined {
  const [pods, namespaces] = [getString(value, 'selector') ?? '', getString(value, 'namespaceSelector') ?? ''];
  if (pods === '' && namespaces === '') return undefined;
  return selectWith(pods, namespaces, place, problems);
}

/**
 * The pods and network sets that selectors find. Without a selector of namespaces those of the policy's own; of a policy of the whole
 * cluster everything, what is in no namespace too.
 */
export function selectWith(pods: string, namespaces: string, place: EntityPlace, problems: Problems): Peer {
  const own = parse(pods, place.path.endsWith('elector') ? place.path : `${place.path}/selector`, problems);
  const outer = parse(namespaces, `${place.path}/namespaceSelector`, problems);
  if (own === undefined || outer === undefined) return NOBODY;
  const isOfNamespaces = namespaces !== '';
  const isWithin = (namespace: string | undefined, labels: ReadonlyMap<string, string>): boolean => {
    if (isOfNamespaces) return namespace === undefined ? outer.isGlobal : outer.isMatch(withName(labels, namespace));
    return place.home === undefined || namespace === place.home;
  };
  const test: PodTest = {
    kind: 'test',
    text: `calico ${isOfNamespaces || place.home === undefined ? '' : place.home} ${JSON.stringify([pods, namespaces])}`,
    labelKeys: own.keys,
    isAccountAsked: own.keys.includes(ACCOUNT_KEY),
    isMatch: (pod) => isWithin(pod.namespace, pod.namespaceLabels) && own.isMatch(toLabels(pod, own)),
  };
  const addresses = place.context.sets
    .filter(({ namespace, labels }) => isWithin(namespace, new Map()) && own.isMatch(labels))
    .map((set) => set.addresses);
  return addresses.length === 0
    ? test
    : { kind: 'either', of: [test, { kind: 'addresses', addresses: uniteAll(addresses), meaning: 'known' }] };
}

const ACCOUNT_KEY = 'projectcalico.org/serviceaccount';
const NAMESPACE_KEY = 'projectcalico.org/namespace';

/** The labels of a pod with those that Calico adds, where they are asked for. */
function toLabels({ labels, namespace, serviceAccount }: PodFacts, { keys }: CalicoSelector): ReadonlyMap<string, string> {
  if (!keys.some((key) => key.startsWith('projectcalico.org/'))) return labels;
  return new Map([...labels, [NAMESPACE_KEY, namespace], [ACCOUNT_KEY, serviceAccount], ['projectcalico.org/orchestrator', 'k8s']]);
}

function withName(labels: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  return new Map([...labels, ['projectcalico.org/name', name]]);
}

function parse(text: string, path: string, problems: Problems): CalicoSelector | undefined {
  const parsed = parseCalicoSelector(text);
  return typeof parsed === 'string' ? problems.refuse(path, `${text}: ${parsed}`) : parsed;
}

/** Everybody among pods: what a policy without a selector selects. */
export const EVERY_POD: Peer = { kind: 'pods', namespaces: SELECT_ALL, pods: SELECT_ALL };

/** Whether an entity says anything but ports. */
export function isNarrowing(value: JsonValue | undefined): boolean {
  return ['selector', 'notSelector', 'namespaceSelector', 'nets', 'notNets', 'serviceAccounts', 'domains', 'services'].some((field) => {
    const said = getAt(value, field);
    return said !== undefined && said !== null && said !== '' && !(Array.isArray(said) && said.length === 0);
  });
}
