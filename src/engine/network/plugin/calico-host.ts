import { getOrAdd, getString, groupBy } from '../../../std/index.ts';
import { refOf, specOf, type KubernetesObject } from '../../../model/index.ts';
import { ISOLATES_ALL, ISOLATES_NONE, type Direction, type Peer, type Policy, type Rule, type TierPlace } from '../policy.ts';
import { ALL_PORTS, NO_PORTS } from '../port-set.ts';
import type { CalicoContext, HostEndpoint } from './calico-context.ts';
import { EVERY_POD } from './calico-entity.ts';
import { parseCalicoSelector } from './calico-selector.ts';
import { toDoubtful, toHostSubjects, UNPLACED } from './host-subject.ts';
import { Problems, type ReadPolicies } from './problem.ts';

const toPluginPlace = (order: number, name: string): TierPlace => ({ tier: 'plugin', order, name });
const FAILSAFES = toPluginPlace(-Infinity, '0 failsafe ports');
const UNTRACKED = toPluginPlace(-Infinity, '1 untracked');
const PRE_DNAT = toPluginPlace(-Infinity, '2 before translation');
const FORWARDED = toPluginPlace(-Infinity, '3 forwarded');
const PROFILE = toPluginPlace(Infinity, 'profile');
const LAST = Infinity;

const INTERFACE = 'by which interface of the node it comes is not known';
const PASSING = 'it is asked of what passes through the host, and through which hosts it passes is not known';

/** What a GlobalNetworkPolicy is for hosts. */
type Use = 'normal' | 'preDNAT' | 'untracked';

/**
 * What HostEndpoints are without any policy (`host-endpoints/failsafe`, `connectivity`): some ports are open whatever policies say, and
 * nothing else is but where the profile allows it.
 */
export function readHostEndpoints(context: CalicoContext): ReadPolicies {
  const read = [...groupBy(context.hosts, ({ isOpen }) => String(isOpen)).values()].flatMap((hosts) =>
    listOwnSubjects(hosts, context).map(({ host, ...subject }) => readHostEndpoint(host, subject, context)),
  );
  return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) };
}

function readHostEndpoint(host: HostEndpoint, { peer, doubt }: Subject, context: CalicoContext): ReadPolicies {
  const problems = new Problems(host.object);
  const toRules = (direction: Direction): readonly Rule[] =>
    context.failsafes[direction].map(({ ports, addresses }): Rule => ({
      path: '/spec',
      name: 'failsafe',
      action: 'allow',
      peers: addresses === undefined ? undefined : [{ kind: 'addresses', addresses, meaning: 'known' }],
      ports,
      namedPorts: [],
    }));
  const base = {
    ref: refOf(host.object),
    object: host.object,
    namespace: '',
    subject: peer,
    subjectPath: '/spec',
    isOfHosts: true,
    priority: 0,
  } as const;
  const open: Policy = { ...base, place: FAILSAFES, ingress: toRules('ingress'), egress: toRules('egress'), isolates: ISOLATES_NONE };
  const closed: Policy = { ...base, place: PROFILE, ingress: [], egress: [], isolates: ISOLATES_ALL };
  const policies = host.isOpen ? [open] : [open, closed];
  if (doubt === undefined) return { policies, problems: [] };
  const why = problems.doubt('/spec', doubt);
  return { policies: policies.flatMap((policy) => toDoubtful(policy, why)), problems: problems.list };
}

interface OwnSubject extends Subject {
  readonly host: HostEndpoint;
}

/** The hosts of some endpoints, each under its own; pods that are bound to no node under the first. */
function listOwnSubjects(hosts: readonly HostEndpoint[], context: CalicoContext): readonly OwnSubject[] {
  const [first] = hosts;
  if (first === undefined) return [];
  const hostOf = new Map<string, HostEndpoint>();
  for (const host of hosts) getOrAdd(hostOf, host.node, () => host);
  return listSubjects(hosts, context).flatMap(({ peer, doubt }): readonly OwnSubject[] => {
    const isEvery = peer.kind === 'hosts' && doubt === undefined;
    const nodes = isEvery ? context.nodes : peer.kind === 'placed' ? peer.nodes : [];
    const own = nodes.flatMap((node): readonly OwnSubject[] => {
      const host = hostOf.get(node);
      return host === undefined ? [] : [{ host, doubt, peer: { kind: 'placed', nodes: [node] } }];
    });
    if (isEvery) return [...own, { host: first, doubt, peer: { kind: 'unplaced' } }];
    return peer.kind === 'placed' ? own : [{ host: first, peer, doubt }];
  });
}

/**
 * What a GlobalNetworkPolicy says of the hosts that it selects (`host-endpoints/summary`): normal policies of processes of the host,
 * before translation (`preDNAT`) and untracked ones (`doNotTrack`) ahead of them, which leave what they do not speak of to the next;
 * with `applyOnForward`, and always of these two, of what passes through the host to pods and from them as well.
 */
export function toHostPolicies(policy: Policy, context: CalicoContext, problems: Problems): readonly Policy[] {
  const { object } = policy;
  const spec = specOf(object);
  const flag = (['preDNAT', 'doNotTrack', 'applyOnForward'] as const).find((field) => spec[field] === true);
  const hosts = listSelectedHosts(object, context);
  if (hosts.length === 0) {
    if (flag !== undefined) problems.doubt(`/spec/${flag}`, 'no HostEndpoint that it selects is among the objects');
    return [];
  }
  const use: Use = flag === 'preDNAT' ? 'preDNAT' : flag === 'doNotTrack' ? 'untracked' : 'normal';
  const local = toLocal(policy, use);
  const own = listSubjects(hosts, context).flatMap(({ peer, doubt }) => {
    const one: Policy = { ...local, subject: peer, isOfHosts: true };
    return doubt === undefined ? [one] : toDoubtful(one, problems.doubt(policy.subjectPath, doubt));
  });
  if (flag === undefined) return own;
  return [...own, ...toForwarded(policy, use, problems.doubt(`/spec/${flag}`, PASSING))];
}

/** Whether a policy says nothing of pods themselves. */
export function isOfHostsAlone(object: KubernetesObject): boolean {
  return specOf(object)['preDNAT'] === true || specOf(object)['doNotTrack'] === true;
}

/** Policies of the whole cluster select hosts by their labels; one that chooses namespaces only where it says `global()`. */
function listSelectedHosts(object: KubernetesObject, { hosts }: CalicoContext): readonly HostEndpoint[] {
  if (object.kind !== 'GlobalNetworkPolicy') return [];
  const namespaces = getString(specOf(object), 'namespaceSelector') ?? '';
  const outer = parseCalicoSelector(namespaces);
  if (namespaces !== '' && (typeof outer === 'string' || !outer.isGlobal)) return [];
  if ((getString(specOf(object), 'serviceAccountSelector') ?? '') !== '') return [];
  const own = parseCalicoSelector(getString(specOf(object), 'selector') ?? '');
  return typeof own === 'string' ? [] : hosts.filter(({ labels }) => own.isMatch(labels));
}

interface Subject {
  readonly peer: Peer;
  readonly doubt: string | undefined;
}

function listSubjects(hosts: readonly HostEndpoint[], { nodes }: CalicoContext): readonly Subject[] {
  const namesOf = (isEvery: boolean): ReadonlySet<string> =>
    new Set(hosts.flatMap((host) => (host.isEvery === isEvery ? [host.node] : [])));
  const [named, some] = [namesOf(true), namesOf(false)];
  const whole = nodes.filter((name) => named.has(name));
  const sure = toHostSubjects(whole, nodes).map(({ peer, isSure }) => ({ peer, doubt: isSure ? undefined : UNPLACED }));
  const others = nodes.filter((name) => some.has(name) && !named.has(name));
  return others.length === 0 ? sure : [...sure, { peer: { kind: 'placed', nodes: others }, doubt: INTERFACE }];
}

/** A policy as processes of the host meet it. */
function toLocal(policy: Policy, use: Use): Policy {
  switch (use) {
    case 'normal':
      return policy;
    case 'preDNAT': {
      const ingress = policy.ingress?.map((rule): Rule => (rule.action === 'allow' ? { ...rule, action: 'pass' } : rule));
      return { ...policy, place: PRE_DNAT, ingress, egress: undefined, isolates: ISOLATES_NONE };
    }
    case 'untracked': {
      const toRules = (rules: readonly Rule[] | undefined): readonly Rule[] | undefined =>
        rules?.map((rule) => (rule.action === 'allow' ? { ...rule, doubt: 'without tracking replies need rules of their own' } : rule));
      return { ...policy, place: UNTRACKED, ingress: toRules(policy.ingress), egress: toRules(policy.egress), isolates: ISOLATES_NONE };
    }
  }
}

/** A policy as pods may meet it behind a host: it can refuse, and what it surely lets pass is no question. */
function toForwarded(policy: Policy, use: Use, doubt: string): readonly Policy[] {
  const toRules = (rules: readonly Rule[] | undefined): readonly Rule[] | undefined =>
    rules?.flatMap((rule): readonly Rule[] => {
      if (rule.action === 'deny') return [{ ...rule, doubt, ...(use === 'preDNAT' ? { ports: ALL_PORTS, namedPorts: [] } : {}) }];
      return use === 'preDNAT' ? [] : [{ ...rule, action: 'pass' }];
    });
  const shared = { ...policy, place: FORWARDED, subject: EVERY_POD, isolates: ISOLATES_NONE };
  const [ingress, egress] = [toRules(policy.ingress), use === 'preDNAT' ? undefined : toRules(policy.egress)];
  const own: Policy = { ...shared, ingress, egress };
  if (use !== 'normal') return [own];
  const toRest = (direction: Direction): readonly Rule[] | undefined =>
    policy[direction] === undefined || policy.isolates[direction] === NO_PORTS
      ? undefined
      : [
          {
            path: policy.subjectPath,
            name: '',
            action: 'deny',
            peers: undefined,
            ports: policy.isolates[direction],
            namedPorts: [],
            doubt,
          },
        ];
  return [own, { ...shared, priority: LAST, ingress: toRest('ingress'), egress: toRest('egress') }];
}
