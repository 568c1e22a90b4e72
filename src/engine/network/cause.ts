import { fromPointer, getArray, isEqualJson, type Bitset } from '../../std/index.ts';
import { specOf, toRefKey, type Fact, type ObjectRef } from '../../model/index.ts';
import type { Block } from './block.ts';
import type { Comparison } from './delta.ts';
import type { Evaluation } from './evaluation.ts';
import type { Action, Direction, Policy } from './policy.ts';
import { PortTable } from './port-set.ts';
import { portsWith } from './row.ts';
import type { Workload } from './workload.ts';

type FactObject = Fact['objects'][number];
type Change = 'gained' | 'lost';

/** One question of causes: a block that opened or closed. */
interface Question {
  readonly comparison: Comparison;
  readonly block: Block;
  readonly change: Change;
}

/**
 * What changed that a block follows from: policies that isolate its ends and differ, at the rule that allows (or allowed) it
 * or at the selector; then labels of workloads and namespaces that differ. Each object once.
 */
export function listCauses(question: Question): readonly FactObject[] {
  const { sources, destinations } = question.block;
  const objects = [
    ...listPolicies(question, 'egress', sources, destinations),
    ...listPolicies(question, 'ingress', destinations, sources),
    ...listLabels(question, sources),
    ...listLabels(question, destinations),
  ];
  const byRef = new Map<string, FactObject>();
  for (const object of objects) if (!byRef.has(toRefKey(object.ref))) byRef.set(toRefKey(object.ref), object);
  return [...byRef.values()];
}

/** The policies that decide a block: those that select its ends on the side where it is open. */
export function listDeciding({ comparison, block, change }: Question): readonly ObjectRef[] {
  const evaluation = change === 'gained' ? comparison.after : comparison.before;
  const policies = [
    ...block.sources.members().flatMap((end) => evaluation.selecting('egress', end)),
    ...block.destinations.members().flatMap((end) => evaluation.selecting('ingress', end)),
  ];
  return [...new Map(policies.map(({ ref }) => [toRefKey(ref), ref])).values()];
}

/** Whether a rule of which nobody can say what it matches has a part in a block: then it opens, or closes, perhaps. */
export function isInDoubt({ comparison, block, change }: Question): boolean {
  const evaluation = change === 'gained' ? comparison.after : comparison.before;
  const { ports } = comparison.frame;
  const isDoubtful = (direction: Direction, subject: number, peers: Bitset): boolean =>
    evaluation
      .selecting(direction, subject)
      .some((policy) =>
        (policy[direction] ?? []).some(
          (rule) =>
            rule.doubt !== undefined &&
            evaluation
              .parts(policy, rule, direction, subject)
              .some((part) => part.peers.meets(peers) && ports.and(part.ports, block.ports) !== PortTable.NONE),
        ),
      );
  return (
    block.sources.members().some((end) => isDoubtful('egress', end, block.destinations)) ||
    block.destinations.members().some((end) => isDoubtful('ingress', end, block.sources))
  );
}

function listPolicies(question: Question, direction: Direction, subjects: Bitset, peers: Bitset): readonly FactObject[] {
  const { before, after } = question.comparison;
  const peer = peers.members()[0] ?? 0;
  return subjects.members().flatMap((subject) => {
    const [was, is] = [before.selecting(direction, subject), after.selecting(direction, subject)];
    if (portsWith(before.row(direction, subject), peer) === portsWith(after.row(direction, subject), peer)) return [];
    const pairs = new Map<string, { was?: Policy; is?: Policy }>();
    for (const policy of was) pairs.set(toPartKey(policy), { was: policy });
    for (const policy of is) pairs.set(toPartKey(policy), { ...pairs.get(toPartKey(policy)), is: policy });
    return [...pairs.values()].flatMap((pair) => toCause(question, { direction, subject, peer }, pair));
  });
}

/** A policy of Cilium has several parts: a list of rules with selectors of their own, and what it denies apart from what it allows. */
function toPartKey({ ref, subjectPath, priority }: Policy): string {
  return `${toRefKey(ref)} ${subjectPath} ${priority === -Infinity}`;
}

interface Place {
  readonly direction: Direction;
  readonly subject: number;
  readonly peer: number;
}

function toCause(question: Question, place: Place, pair: { readonly was?: Policy; readonly is?: Policy }): readonly FactObject[] {
  const { was, is } = pair;
  const policy = is ?? was;
  if (policy === undefined || (was !== undefined && is !== undefined && isEqualJson(specOf(was.object), specOf(is.object)))) return [];
  const { comparison, change } = question;
  const [opening, closing] = change === 'gained' ? [is, was] : [was, is];
  const evaluations = change === 'gained' ? [comparison.after, comparison.before] : [comparison.before, comparison.after];
  const allowing =
    findRule(question, evaluations[0], opening, place, (action) => action !== 'deny') ??
    findRule(question, evaluations[1], closing, place, (action) => action === 'deny');
  if (allowing !== undefined) return [{ ref: policy.ref, path: is === undefined ? allowing : nearestPath(is, allowing) }];
  const hasRules = [was, is].some((side) => (side?.[place.direction] ?? []).length > 0);
  return was !== undefined && is !== undefined && !hasRules ? [] : [{ ref: policy.ref, path: policy.subjectPath }];
}

function findRule(
  { comparison, block }: Question,
  evaluation: Evaluation | undefined,
  policy: Policy | undefined,
  place: Place,
  isMeant: (action: Action) => boolean,
): string | undefined {
  if (policy === undefined || evaluation === undefined) return undefined;
  const { ports } = comparison.frame;
  const rule = (policy[place.direction] ?? []).find(
    (candidate) =>
      isMeant(candidate.action) &&
      evaluation
        .parts(policy, candidate, place.direction, place.subject)
        .some((part) => part.peers.has(place.peer) && ports.and(part.ports, block.ports) !== PortTable.NONE),
  );
  return rule?.path;
}

/** The path where a policy has it, or else the list that had it. */
function nearestPath({ object }: Policy, path: string): string {
  const list = path.slice(0, path.lastIndexOf('/'));
  const steps = fromPointer(list).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return Number(path.slice(list.length + 1)) < getArray(object, ...steps).length ? path : list;
}

function listLabels({ comparison }: Question, ends: Bitset): readonly FactObject[] {
  const { slots } = comparison.frame.universe;
  return ends.members().flatMap((end) => {
    const slot = slots[end];
    const workloads = slot?.sides[1] ?? [];
    const namespace = workloads[0]?.namespace;
    const objects = slot?.isChanged === true ? workloads.map((workload, index) => toOwnCause(workload, slot.sides[0]?.[index])) : [];
    if (namespace !== undefined && isRelabelled(comparison, namespace)) {
      objects.push({ ref: { group: '', version: 'v1', kind: 'Namespace', name: namespace }, path: '/metadata/labels' });
    }
    return objects;
  });
}

function toOwnCause({ ref, labels, labelsPath }: Workload, before: Workload | undefined): FactObject {
  const isSame = before !== undefined && isEqualLabels(before.labels, labels);
  return { ref, path: isSame ? labelsPath.replace(/metadata\/labels$/, 'spec') : labelsPath };
}

function isRelabelled({ before, after }: Comparison, namespace: string): boolean {
  return !isEqualLabels(before.side.labelsOfNamespace(namespace), after.side.labelsOfNamespace(namespace));
}

function isEqualLabels(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
