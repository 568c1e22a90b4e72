import { compareStrings, sortedUnique, toInterval, uniteAll } from '../../../std/index.ts';
import type { Direction, Policy, Rule } from '../policy.ts';
import { ALL_PORTS, listPortRanges, PROTOCOLS, type PortSet } from '../port-set.ts';
import { listEntrances, type Entrance } from './ingress.ts';
import { listPairs } from './connlist.ts';
import type { GuardEnd, GuardView } from './view.ts';

/** Ports of a pair that are treated alike, with the text of each direction. */
export interface ExplainedPorts {
  readonly isAllowed: boolean;
  readonly ports: PortSet;
  /** True where no policy says anything. */
  readonly isDefault: boolean;
  readonly egress: string;
  readonly ingress: string;
}

/** A pair with the reasons for all its ports, by the first line of each group. */
export interface ExplainedPair {
  readonly from: GuardEnd;
  readonly to: GuardEnd;
  readonly groups: readonly ExplainedPorts[];
}

/** The reasons of every pair, by the names of its ends. Pairs through Ingresses of which nothing is allowed are left out. */
export function listExplained(view: GuardView): readonly ExplainedPair[] {
  return [...listPairs(view)].flatMap(([from, to]): readonly ExplainedPair[] => {
    const entrances = from === view.controller && to.peer !== undefined ? listEntrances(view.objects, to.peer) : [];
    if (from === view.controller && entrances.length === 0) return [];
    const groups = explainPair(view, from, to, entrances);
    return from === view.controller && !groups.some(({ isAllowed }) => isAllowed) ? [] : [{ from, to, groups }];
  });
}

function explainPair(view: GuardView, from: GuardEnd, to: GuardEnd, entrances: readonly Entrance[]): readonly ExplainedPorts[] {
  const [egress, ingress] = [toSide(view, 'egress', from, to), toSide(view, 'ingress', to, from)];
  const groups = new Map<string, ExplainedPorts & { readonly atoms: PortSet[] }>();
  for (const atom of listAtoms([...egress.sets, ...ingress.sets, ...entrances.map(({ ports }) => ports)])) {
    const point = atom.cuts[0] ?? 0;
    const [out, into] = [egress.judge(point), withEntrances(ingress.judge(point), entrances, point)];
    const isAllowed = out.isAllowed && into.isAllowed;
    const key = `${isAllowed} ${out.text} ${into.text}`;
    const known = groups.get(key);
    if (known === undefined)
      groups.set(key, {
        isAllowed,
        ports: atom,
        isDefault: out.isDefault && into.isDefault,
        egress: out.text,
        ingress: into.text,
        atoms: [atom],
      });
    else known.atoms.push(atom);
  }
  return [...groups.values()].map(({ atoms, ...group }) => ({ ...group, ports: uniteAll(atoms) }));
}

/** The smallest ranges of ports that these sets tell apart. */
function listAtoms(sets: readonly PortSet[]): readonly PortSet[] {
  const cuts = [...new Set([ALL_PORTS, ...sets].flatMap((set) => set.cuts))].toSorted((a, b) => a - b);
  return cuts
    .slice(0, -1)
    .map((start, index) => toInterval(start, cuts[index + 1] ?? start))
    .filter((atom) => isWithin(ALL_PORTS, atom.cuts[0] ?? 0));
}

function isWithin(set: PortSet, point: number): boolean {
  return set.cuts.filter((cut) => cut <= point).length % 2 === 1;
}

interface Judgement {
  readonly isAllowed: boolean;
  readonly isDefault: boolean;
  readonly entries: readonly Entry[];
  readonly text: string;
}

/** A line of a reason, under the kind of its policy. */
interface Entry {
  readonly kind: 'AdminNetworkPolicy' | 'Ingress' | 'NetworkPolicy' | 'Route' | 'BaselineAdminNetworkPolicy' | 'default';
  readonly text: string;
}

const KINDS: readonly Entry['kind'][] = [
  'AdminNetworkPolicy',
  'Ingress',
  'NetworkPolicy',
  'Route',
  'BaselineAdminNetworkPolicy',
  'default',
];
const DEFAULT = 'the system default (Allow all)';

interface Side {
  readonly sets: readonly PortSet[];
  judge(point: number): Judgement;
}

/** What a rule speaks of between two ends. */
interface RuleOfPair {
  readonly rule: Rule;
  readonly number: number;
  readonly selects: boolean;
  readonly ports: PortSet;
}

function toSide(view: GuardView, direction: Direction, subject: GuardEnd, peer: GuardEnd): Side {
  const policies = view.evaluation.selecting(direction, subject.index).map((policy) => ({
    policy,
    rules: (policy[direction] ?? []).map((rule, index): RuleOfPair => {
      const parts = view.evaluation.parts(policy, rule, direction, subject.index);
      const mine = parts.filter(({ peers }) => peers.has(peer.index));
      return { rule, number: index + 1, selects: mine.length > 0, ports: uniteAll(mine.map(({ ports }) => view.frame.ports.get(ports))) };
    }),
  }));
  const names = { title: direction === 'ingress' ? 'Ingress' : 'Egress', subject: subject.name, peer: peer.name };
  return {
    sets: policies.flatMap(({ rules }) => rules.filter(({ selects }) => selects).map(({ ports }) => ports)),
    judge: (point) => toJudgement(...decide(policies, names, point)),
  };
}

interface Names {
  readonly title: string;
  readonly subject: string;
  readonly peer: string;
}

type PolicyOfPair = { readonly policy: Policy; readonly rules: readonly RuleOfPair[] };

function decide(policies: readonly PolicyOfPair[], names: Names, point: number): readonly [isAllowed: boolean, entries: readonly Entry[]] {
  const admin = findFirst(policies, 'admin', names, point);
  if (admin !== undefined && admin.action !== 'pass') return [admin.action === 'allow', [admin.entry]];
  const passed = admin === undefined ? [] : [admin.entry];
  const isolating = policies.filter(({ policy }) => policy.place.tier === 'namespace').map((item) => describeIsolating(item, names, point));
  if (isolating.length > 0) {
    const allowing = isolating.filter(({ isAllowed }) => isAllowed);
    const told = allowing.length > 0 ? allowing : isolating;
    return [allowing.length > 0, [...passed, ...told.map(({ text }): Entry => ({ kind: 'NetworkPolicy', text }))]];
  }
  const baseline = findFirst(policies, 'baseline', names, point);
  if (baseline !== undefined && baseline.action !== 'pass') return [baseline.action === 'allow', [...passed, baseline.entry]];
  return [true, [...passed, { kind: 'default', text: DEFAULT }]];
}

const VERBS = { allow: 'allows', deny: 'denies', pass: 'passes' } as const;

function findFirst(
  policies: readonly PolicyOfPair[],
  tier: 'admin' | 'baseline',
  { title }: Names,
  point: number,
): { readonly action: Rule['action']; readonly entry: Entry } | undefined {
  for (const { policy, rules } of policies) {
    const found = policy.place.tier === tier ? rules.find(({ ports }) => isWithin(ports, point)) : undefined;
    if (found === undefined) continue;
    const kind = tier === 'admin' ? 'AdminNetworkPolicy' : 'BaselineAdminNetworkPolicy';
    const name = found.rule.name === '' ? `#${found.number}` : found.rule.name;
    const text = `${kind} '${policy.ref.name}' ${VERBS[found.rule.action]} connections by ${title} rule ${name}`;
    return { action: found.rule.action, entry: { kind, text } };
  }
  return undefined;
}

function describeIsolating(
  { policy, rules }: PolicyOfPair,
  { title, subject, peer }: Names,
  point: number,
): { readonly isAllowed: boolean; readonly text: string } {
  const who = `NetworkPolicy '${policy.namespace}/${policy.ref.name}'`;
  const allowing = rules.find(({ ports }) => isWithin(ports, point));
  if (allowing !== undefined) return { isAllowed: true, text: `${who} allows connections by ${title} rule #${allowing.number}` };
  const selecting = rules.find(({ selects }) => selects);
  if (selecting === undefined) {
    const none = rules.length === 0 ? ' (no rules defined)' : '';
    return { isAllowed: false, text: `${who} selects ${subject}, but ${peer} is not allowed by any ${title} rule${none}` };
  }
  const isUnresolved = selecting.rule.namedPorts.length > 0 && selecting.ports.cuts.length === 0;
  const why = isUnresolved
    ? 'but named ports of the rule have no match in the configuration of the destination peer'
    : 'but the protocols and ports do not match';
  return { isAllowed: false, text: `${who} selects ${subject}, and ${title} rule #${selecting.number} selects ${peer}, ${why}` };
}

function toJudgement(isAllowed: boolean, entries: readonly Entry[]): Judgement {
  const isDefault = entries.every(({ kind }) => kind === 'default');
  return { isAllowed, isDefault, entries, text: formatEntries(isAllowed, isDefault, entries) };
}

/** The direction of the receiver with the Ingresses and Routes that lead to it. */
function withEntrances(judgement: Judgement, entrances: readonly Entrance[], point: number): Judgement {
  if (entrances.length === 0) return judgement;
  const open = entrances.filter(({ ports }) => isWithin(ports, point));
  const told = (open.length > 0 ? open : entrances).map(({ kind, name, service }): Entry => {
    const text =
      open.length > 0
        ? `ingress connections through service ${service}`
        : `ingress to service ${service}, but the protocols and ports do not match`;
    return { kind, text: `${kind} '${name}' allows ${text}` };
  });
  return toJudgement(judgement.isAllowed && open.length > 0, [...judgement.entries.filter(({ kind }) => kind !== 'default'), ...told]);
}

function formatEntries(isAllowed: boolean, isDefault: boolean, entries: readonly Entry[]): string {
  const verdict = isAllowed ? '(Allowed)' : '(Denied)';
  if (isDefault) return `${verdict} due to ${DEFAULT}`;
  const lists = KINDS.map((kind) => {
    const texts = sortedUnique(entries.filter((entry) => entry.kind === kind).map(({ text }) => text));
    if (texts.length < 2) return texts.map((text) => `\n\t\t\t${text}`).join('');
    return `\n\t\t\t${kind} list:\n${texts.map((text) => `\t\t\t\t- ${text}\n`).join('')}`;
  });
  return verdict + lists.join('');
}

/** `TCP:[80,443-445], UDP`: a protocol without a list is meant with all its ports. */
function formatPorts(set: PortSet): string {
  const ranges = listPortRanges(set);
  return PROTOCOLS.flatMap((protocol) => {
    const own = ranges.filter((range) => range.protocol === protocol);
    if (own.length === 0) return [];
    const [only] = own;
    if (own.length === 1 && only?.first === 1 && only.last === 65_535) return [protocol];
    return [`${protocol}:[${own.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join()}]`];
  }).join(', ');
}

const LINE = '-'.repeat(160);

/** The text of `--explain`. */
export function printExplained(pairs: readonly ExplainedPair[]): string {
  const isAllDefault = ({ groups }: ExplainedPair): boolean => groups.every(({ isDefault }) => isDefault);
  const special = pairs.filter((pair) => !isAllDefault(pair));
  const usual = pairs.filter(isAllDefault);
  const text = special.map((pair) => printPair(pair)).join('');
  const last = usual.map(({ from, to }) => `${from.name} => ${to.name}\n`).join('');
  return [
    special.length === 0 ? '' : `\n${box('Specific connections and their reasons')}${text}`,
    usual.length === 0 ? '' : `\n${box('All Connections due to the system default (Allow all)')}${last}`,
  ].join('');
}

function box(title: string): string {
  const line = '#'.repeat(title.length + 4);
  return `${line}\n# ${title} #\n${line}\n`;
}

function printPair({ from, to, groups }: ExplainedPair): string {
  const parts = ([true, false] as const).flatMap((isAllowed) => {
    const texts = groups
      .filter((group) => group.isAllowed === isAllowed)
      .map(printGroup)
      .toSorted(compareStrings);
    return texts.length === 0 ? [] : [`${isAllowed ? 'Allowed' : 'Denied'} connections:\n${texts.join('')}`];
  });
  return `${LINE}\nConnections between ${from.name} => ${to.name}:\n\n${parts.map((part) => `${part}\n`).join('')}`;
}

function printGroup({ isAllowed, ports, isDefault, egress, ingress }: ExplainedPorts): string {
  const head = `\t${isAllowed ? 'Allowed' : 'Denied'} ${formatPorts(ports)} due to`;
  return isDefault ? `${head} ${DEFAULT}\n` : `${head} the following policies and rules:\n\t\tEgress ${egress}\n\t\tIngress ${ingress}\n`;
}
