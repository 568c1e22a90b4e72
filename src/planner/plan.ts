import {
  compareRefs,
  formatRef,
  labelsOf,
  toFinding,
  toRefKey,
  type Change,
  type Effect,
  type Engine,
  type Finding,
  type KubernetesObject,
  type Plan,
  type RefKey,
  type SourceChanges,
  type UnchangedObject,
  type Wave,
  type World,
} from '../model/index.ts';
import { compareBy } from '../std/index.ts';
import { findUnreachable, listAdmission } from './admission.ts';
import { confirmChange, planChange, planRerun, type PlannedChange } from './change.ts';
import { findMassDeletion, planDeletes, type PlannedDelete } from './deletes.ts';
import { toDesired } from './desired.ts';
import { markReturns } from './drift.ts';
import type { Decided, Entry } from './entry.ts';
import { effectsOf } from './impact/effects-of.ts';
import { pointAtChanges, type JudgeAgain } from './impact/point-at-changes.ts';
import { withoutRepeated } from './impact/repeats.ts';
import { sitesOf } from './impact/sites-of.ts';
import { DEFAULT_LIMITS, type Desired, type PlanInput } from './input.ts';
import { describeHoldings } from './holdings.ts';
import { intentKeyOf, intentOf, isAsLastApplied } from './intent.ts';
import { withNamespaces, worldsOf, type PlannedWorlds } from './planned-worlds.ts';
import { chooseTurn } from './order/hook-runs.ts';
import { isHookOf, readHook, toHookFinding, type Hook } from './order/hooks.ts';
import { orderPrune, orderWaves, type OrderedWave, type OrderItem } from './order/waves.ts';
import { findLostClaims } from './lost-claims.ts';
import { manifestImpact } from './manifest-impact.ts';
import { findLostOwners } from './owners.ts';
import { lineOf } from './place.ts';
import { hasKey } from './ref-key.ts';
import { findRenames } from './renames.ts';
import { toRefusedDeletion } from './refusal.ts';
import { findForbidden } from './rights.ts';
import { hashSecret } from './secret.ts';
import { settleTold, type Told } from './told.ts';
import { findUnserved } from './unserved.ts';

interface PlannedChanges {
  readonly entries: readonly Entry[];
  readonly unchanged: readonly UnchangedObject[];
  readonly findings: readonly Finding[];
}

/**
 * The plan that leads from the world before to the desired one: what happens to each object and why, in which order,
 * relying on what, and what that does. Pure: the same input, in any order, gives the same plan. Objects whose manifest
 * and live state are the same as in the last call are not looked at again.
 */
export function createPlan(given: PlanInput, engines: readonly Engine[]): Plan {
  return draftPlan(given).complete(engines);
}

/** A plan before any engine was asked what it does. */
export interface PlanDraft {
  /** The plan without its effects. */
  readonly plan: Plan;
  /** The plan with the effects that these engines find. A plan that changes nothing has none: then no engine is asked. */
  complete(engines: readonly Engine[]): Plan;
  /**
   * Effects and findings at the changed lines of the sources that bring them about, as far as these can be told. `judge` says again what is
   * found wrong with some objects of a world.
   */
  pointOut(said: Told, changes: SourceChanges, judge: JudgeAgain): Told;
  /** The plan with these effects. */
  finish(effects: readonly Effect[]): Plan;
  /** What was decided about its objects. */
  readonly decided: Decided;
  /** The worlds that engines compare, with the context's objects. */
  worlds(): PlannedWorlds;
}

/** What is to be done, and in which order: `createPlan` up to the point where engines are asked, for those who may not need them. */
export function draftPlan(given: PlanInput): PlanDraft {
  const { input, byKey, unnamed, deletes, planned, asked, entries } = decide(given);
  const marked = [...byKey.values()].filter(({ object }) => readHook(object) !== undefined);
  const marks = marked.flatMap(({ key, object, manifest }) => toHookFinding(object, manifest, hasKey(input.before, key)) ?? []);
  const hooks = input.mode === 'live' ? listOccasional(marked) : [];
  const applied = entries.filter(({ after }) => after !== undefined);
  const pruned = entries.filter(({ after }) => after === undefined);
  const order = orderWaves(applied.map(toOrderItem), (key) => byKey.has(key) || hasKey(input.before, key) || hasKey(input.context, key));
  const mass = findMassDeletion(deletes, countUnit(input), input.limits ?? DEFAULT_LIMITS);
  const waves = toWaves(order.waves, applied, pruned);
  const admission = listAdmission(waves, entries, input);
  const own = [
    ...unnamed,
    ...marks,
    ...planned.findings,
    ...deletes.findings,
    ...asked.findings,
    ...order.findings,
    ...(mass === undefined ? [] : [mass]),
    ...findUnreachable(admission, byKey, input),
    ...findUnserved(byKey, input),
    ...findForbidden(waves, entries, byKey, input),
  ];
  const told = own.toSorted(byPlace);
  const plan: Plan = {
    unit: input.unit,
    fieldManager: input.fieldManager,
    before: input.beforeSource,
    after: input.afterSource,
    waves,
    unchanged: planned.unchanged,
    findings: [...input.findings, ...told],
    effects: [],
    ...(admission.length === 0 ? {} : { admission }),
    ...(hooks.length === 0 ? {} : { hooks }),
    salt: input.salt,
  };
  const decided: Decided = { input, entries, byKey, waves };
  let known: PlannedWorlds | undefined;
  const worlds = (): PlannedWorlds => (known ??= worldsOf([decided]));
  // Between revisions, that nothing is there any more says why no manifests were found.
  const isEmptied = mass !== undefined && input.mode === 'revision';
  const loaded = isEmptied ? input.findings.filter(({ code }) => code !== 'KL0040') : input.findings;
  const finish = (all: readonly Effect[]): Plan => {
    const { effects, findings } = settleTold(all, { ...input, findings: loaded });
    return { ...plan, findings: [...findings, ...told], effects: withoutRepeated(effects) };
  };
  const complete = (engines: readonly Engine[]): Plan => finish(effectsOf([decided], worlds(), engines));
  const pointOut: PlanDraft['pointOut'] = (said, changes, judge) =>
    pointAtChanges(said, {
      changes,
      judge,
      sites: sitesOf(decided),
      deleted: deletes.deletes.map(({ change }) => change.ref),
      written: () => manifestImpact(input, byKey),
    });
  return { plan, complete, finish, pointOut, decided, worlds };
}

/**
 * The plans of several units that are to be carried out side by side, in their order: engines are asked once what all of them do
 * together, and each plan has the effects that some change of its own causes. All must be made of the same world before, and no two
 * may change the same object.
 */
export function completeTogether(drafts: readonly PlanDraft[], engines: readonly Engine[]): readonly Plan[] {
  const changing = drafts.filter(({ decided }) => decided.entries.length > 0);
  const [only, ...others] = changing;
  if (only === undefined || others.length === 0) return drafts.map((draft) => draft.complete(draft === only ? engines : []));
  const all = changing.map(({ decided }) => decided);
  const effects = effectsOf(all, worldsOf(all), engines);
  return drafts.map((draft) => {
    const own = new Set(draft.decided.entries.map(({ change }) => toRefKey(change.ref)));
    return draft.finish(effects.filter(({ causes }) => causes.some(({ ref }) => own.has(toRefKey(ref)))));
  });
}

/** The hooks that are run at other occasions than an apply that goes well. */
function listOccasional(marked: readonly Desired[]): readonly KubernetesObject[] {
  const occasional = marked.filter(({ object }) => isHookOf(object));
  return occasional.toSorted((a, b) => compareRefs(a.ref, b.ref)).map(({ object }) => object);
}

/** The worlds that the engines of `createPlan` compare, for questions that are asked of one of them. Pure. */
export function planWorlds(given: PlanInput): PlannedWorlds {
  const { input, byKey, deletes, planned } = decideEach(given, (desired, live, own) =>
    live === undefined && own.answers === undefined ? toCreated(desired) : planOne(desired, live, own),
  );
  return worldsOf([{ input, byKey, entries: [...planned.entries, ...deletes.deletes.map(toGone)], waves: [] }]);
}

/** What a world needs of an object that is made as its manifest says. */
function toCreated({ ref, object }: Desired): PlannedChange {
  return { change: { action: 'create', ref, fields: [], precondition: { kind: 'absent' } }, after: object, findings: [] };
}

/** What is decided about each object by itself. */
interface EachDecided {
  readonly input: PlanInput;
  readonly byKey: ReadonlyMap<RefKey, Desired>;
  readonly unnamed: readonly Finding[];
  readonly deletes: ReturnType<typeof planDeletes>;
  readonly planned: PlannedChanges;
}

/** What is decided about every object, before it is put in order. */
interface Decisions extends EachDecided {
  readonly asked: ReturnType<typeof confirmDeletes>;
  readonly entries: readonly Entry[];
}

function decide(given: PlanInput): Decisions {
  const each = decideEach(given, planOne);
  const { input, deletes, planned } = each;
  const asked = confirmDeletes(deletes.deletes, input);
  const entries = withRenames(planned.entries, asked.deletes, input);
  return { ...each, asked, entries };
}

type PlanOne = (desired: Desired, live: KubernetesObject | undefined, input: PlanInput) => PlannedChange;

function decideEach(given: PlanInput, plan: PlanOne): EachDecided {
  const input = given.mode === 'revision' ? { ...given, before: withNamespaces(given) } : given;
  const { byKey, findings: unnamed } = toDesired(input.desired, input);
  const deletes = planDeletes(input, byKey);
  const planned = planChanges(input, byKey, deletes.deletes.length > 0, plan);
  return { input, byKey, unnamed, deletes, planned };
}

const byPlace = compareBy<Finding>(
  ({ ref }) => (ref === undefined ? '' : toRefKey(ref)),
  ({ code }) => code,
  ({ path }) => path ?? '',
);

function planChanges(input: PlanInput, byKey: ReadonlyMap<RefKey, Desired>, deletes: boolean, planEach: PlanOne): PlannedChanges {
  const entries: Entry[] = [];
  const unchanged: { readonly key: RefKey; readonly object: UnchangedObject }[] = [];
  const findings: Finding[] = [];
  const runs: { readonly key: RefKey; readonly desired: Desired; readonly hook: Hook }[] = [];
  const take = (key: RefKey, desired: Desired, plan: (live: KubernetesObject | undefined) => PlannedChange | undefined): void => {
    const live = input.before.kind(desired.ref.group, desired.ref.kind).byKey.get(key);
    const planned = plan(live);
    if (planned === undefined) return;
    const owner = input.ownedByOthers.get(key);
    if (owner !== undefined) findings.push(toOwnerFinding(desired, owner));
    const lost = [findLostOwners(desired, input), findLostClaims(desired, live, planned.after, input)];
    findings.push(
      ...planned.findings.map((finding) => withHoldings(finding, live, input)),
      ...lost.filter((finding) => finding !== undefined),
    );
    if (planned.change.action === 'none') unchanged.push({ key, object: toUnchanged(planned.change, desired, input) });
    else entries.push({ change: planned.change, before: live, after: planned.after, desired });
  };
  for (const [key, desired] of byKey) {
    const hook = readHook(desired.object);
    if (hook?.moment === 'never') continue;
    if (hook?.runs === true && hook.moment !== 'with' && input.mode === 'live') runs.push({ key, desired, hook });
    else take(key, desired, (live) => planEach(desired, live, input));
  }
  // What runs to an end comes last: whether it is run depends on whether anything else changes.
  const isDue = deletes || entries.length > 0;
  for (const { key, desired, hook } of runs) take(key, desired, (live) => planRun(desired, live, hook, isDue, input));
  return {
    entries: entries.toSorted((a, b) => compareRefs(a.change.ref, b.change.ref)),
    unchanged: unchanged.toSorted(compareBy((item) => item.key)).map(({ object }) => object),
    findings,
  };
}

/** What happens to one object: what the local merge says or, where the API server was asked, what it answered. */
function planOne(desired: Desired, live: KubernetesObject | undefined, input: PlanInput): PlannedChange {
  const answer = input.answers?.get(desired.key);
  const planned = answer === undefined ? planChange(desired, live, input) : confirmChange(desired, live, answer, input);
  const { change } = planned;
  if (change.action !== 'update' || !isAsLastApplied(desired, input.intents)) return planned;
  return { ...planned, change: { ...change, fields: markReturns(change.fields) } };
}

/** Deletions with what the API server answered to a dry run of them. */
function confirmDeletes(
  deletes: readonly PlannedDelete[],
  { answers }: PlanInput,
): { readonly deletes: readonly PlannedDelete[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const asked = deletes.map((item) => {
    const answer = answers?.get(toRefKey(item.change.ref));
    if (answer?.kind === 'refused') findings.push(toRefusedDeletion(item.change, answer.refusal));
    if (answer?.kind === 'unknown') return { ...item, change: { ...item.change, unconfirmed: answer.reason } };
    return answer?.kind === 'accepted' ? { ...item, change: { ...item.change, confirmed: true as const } } : item;
  });
  return { deletes: asked, findings };
}

/** What happens to a hook that runs to an end; undefined where it is passed over. */
function planRun(
  desired: Desired,
  live: KubernetesObject | undefined,
  hook: Hook,
  isDue: boolean,
  input: PlanInput,
): PlannedChange | undefined {
  const planned = planOne(desired, live, input);
  const occasion = { isDue, isKnown: input.owned.size > 0, live, changed: planned.change.action !== 'none' };
  const turn = chooseTurn(hook, occasion);
  // One that somebody else has run, and that is no member, is not looked after; to be run by us it must be adopted.
  const isOurs = live === undefined || isMember(live, input);
  if (turn === 'pass' || (!isOurs && (turn === 'stay' || !isDue))) return undefined;
  if (live === undefined) return planned;
  return planRerun(desired, live, turn === 'run', input);
}

function isMember(live: KubernetesObject, { labels = {} }: PlanInput): boolean {
  return Object.entries(labels).every(([name, value]) => labelsOf(live).get(name) === value);
}

/** A replacement with what goes along, as far as the world tells. */
function withHoldings(finding: Finding, live: KubernetesObject | undefined, { before }: PlanInput): Finding {
  if (finding.code !== 'KP0103' || live === undefined) return finding;
  return { ...finding, data: { ...finding.data, holdings: describeHoldings(live, before) } };
}

function toUnchanged({ ref, precondition }: Change, { object }: Desired, { intents }: PlanInput): UnchangedObject {
  const intent = intents === undefined || intents.has(intentKeyOf(ref)) ? undefined : intentOf(object);
  return { ...ref, ...(precondition.kind === 'absent' ? {} : { precondition }), ...(intent === undefined ? {} : { intent }) };
}

function toOwnerFinding({ object, manifest, ref }: Desired, unit: string): Finding {
  return toFinding('KP0108', { ref, source: lineOf(manifest.origin), data: { kind: object.kind, unit } });
}

/** Created objects with where they come from, and deleted ones with where they went, where that can be told. */
function withRenames(entries: readonly Entry[], deletes: readonly PlannedDelete[], { salt }: PlanInput): readonly Entry[] {
  const gone = deletes.map(toGone);
  const created = entries.filter(({ change }) => change.action === 'create');
  const renames = findRenames(
    deletes.map(({ change, object }) => ({ ref: change.ref, object: hashSecret(object, salt) })),
    created.flatMap(({ change, after }) =>
      after === undefined ? [] : [{ ref: change.ref, object: after, complete: change.merged ?? after }],
    ),
  );
  const moved = new Map<Entry, Entry>();
  for (const { from, to } of renames) {
    const [old, next] = [gone[from], created[to]];
    if (old === undefined || next === undefined) continue;
    moved.set(next, withReason(next, { reason: `renamed from ${formatRef(old.change.ref)}`, movedFrom: old.change.ref }));
    moved.set(old, withReason(old, { reason: `renamed to ${formatRef(next.change.ref)}` }));
  }
  return [...entries, ...gone].map((entry) => moved.get(entry) ?? entry);
}

function toGone({ change, object }: PlannedDelete): Entry {
  return { change, before: object, after: undefined, desired: undefined };
}

function withReason(entry: Entry, fields: Pick<Change, 'reason' | 'movedFrom'>): Entry {
  return { ...entry, change: { ...entry.change, ...fields } };
}

function toOrderItem({ change, after, desired }: Entry): OrderItem {
  const object = after ?? { apiVersion: '', kind: change.ref.kind, metadata: {} };
  return { object, locate: (path) => desired?.manifest.origin.locate(path) };
}

/** How many objects the unit has before: what a share of deletions is measured by. */
function countUnit(input: PlanInput): number {
  if (input.mode === 'revision') return input.before.size;
  const known = counted.get(input.owned);
  if (known?.before === input.before) return known.count;
  const count = [...input.owned].filter((key) => hasKey(input.before, key)).length;
  counted.set(input.owned, { before: input.before, count });
  return count;
}

const counted = new WeakMap<ReadonlySet<RefKey>, { readonly before: World; readonly count: number }>();

function toWaves(ordered: readonly OrderedWave[], applied: readonly Entry[], pruned: readonly Entry[]): readonly Wave[] {
  const prune = orderPrune(pruned.flatMap(({ before }) => before ?? []));
  const changes = (waves: readonly OrderedWave[], entries: readonly Entry[]): { label: string; changes: readonly Change[] }[] =>
    waves.map(({ label, items }) => ({ label, changes: items.flatMap((item) => entries[item]?.change ?? []) }));
  return [...changes(ordered, applied), ...changes(prune, pruned)].map(({ label, changes }, index) => ({
    index,
    label,
    steps: changes.map((change) => ({ ...change, wave: index })),
  }));
}
