import {
  annotationsOf,
  gvkOf,
  KplanError,
  labelsOf,
  refKeyOf,
  stepsOf,
  type Engine,
  type Finding,
  type KubernetesObject,
  type Lens,
  type Manifest,
  type Plan,
  type RefKey,
  type SchemaCatalog,
  type SourceChanges,
  World,
  type WorldSource,
  type TakeOver,
} from '../../model/index.ts';
import { toServiceAccountUser, type UserInfo } from '../../engine/rbac/index.ts';
import {
  completeTogether,
  createPatcher,
  draftPlan,
  type Intents,
  type PlanDraft,
  type PlanInput,
  type PlannedWorlds,
} from '../../planner/index.ts';
import {
  findOwners,
  ID_LABEL,
  isMadeByController,
  intentsOf,
  type Inventory,
  listUnits,
  membershipLabel,
  PART_OF_LABEL,
  readInventory,
  UNIT_ANNOTATION,
} from '../../reconcile/index.ts';
import { getString, toKubernetesTime } from '../../std/index.ts';
import { judgeTransition, redefinesBuiltIn, validateTogether } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { readUser } from '../user.ts';
import { chooseDryRun, confirmPlan } from './confirm-plan.ts';
import type { Before } from './before.ts';
import { asOfApply } from './as-of-apply.ts';
import { withDefinitions } from './catalog.ts';
import { chooseVersions, loadCatalogs, type Desired } from './desired.ts';
import { listHidden, withoutHidden } from './hidden.ts';
import { findMoves } from './moves.ts';
import type { SchedulerChoice } from '../../engine/scheduler/index.ts';
import type { GivenProfiles } from './scheduler-configuration.ts';
import { pointOut } from './point-out.ts';
import { readSourceChanges } from './source-changes.ts';
import { judgeWaivers, todayOf, waiveAll, waiveTold } from './waivers.ts';

/** What a unit owns, and what others own, in a cluster. */
export interface Ownership {
  readonly owned: ReadonlySet<RefKey>;
  /** What is owned, where the world before may not hold all of it. */
  readonly members?: readonly KubernetesObject[];
  readonly ownedByOthers: Pick<ReadonlyMap<RefKey, string>, 'get'>;
  readonly intents?: Intents;
}

const NOTHING_OWNED: Ownership = { owned: new Set(), ownedByOthers: new Map() };
/** Under which name everything is applied. */
export const FIELD_MANAGER = 'kapply';

/** Reads who owns what; nothing is owned where there is no cluster to ask. */
export async function readOwnership(before: Before, unit: string): Promise<Ownership> {
  const cluster = before.opened?.cluster;
  if (cluster === undefined) return before.mode === 'live' ? labelledOwnershipOnce(before.world, unit) : NOTHING_OWNED;
  const { world, unread = [], types } = before;
  const options = { reading: { world, unread, ...(types === undefined ? {} : { types }) } };
  const owners = findOwners(options.reading, unit);
  const asked = new Map<RefKey, string>();
  for (const other of owners.unknown ?? (await listUnits(cluster, options)).filter((name) => name !== unit))
    for (const key of await readOwned(other, before.world, () => readInventory(cluster, other, options))) asked.set(key, other);
  const ownedByOthers = asked.size === 0 ? owners.ownedByOthers : { get: (key: RefKey) => asked.get(key) ?? owners.ownedByOthers.get(key) };
  const { owned, objects, intents } = await readInventory(cluster, unit, options);
  return { owned, ownedByOthers, intents, ...(before.partial === undefined ? {} : { members: objects }) };
}

/** What another unit owns; where its inventory may not be read, as far as the labels of what is known tell. */
async function readOwned(unit: string, world: World, read: () => Promise<Inventory>): Promise<Iterable<RefKey>> {
  try {
    return (await read()).owned;
  } catch (error) {
    if (!(error instanceof KplanError) || error.code !== 'CLUSTER_REFUSED') throw error;
    return labelledOwnershipOnce(world, unit).owned;
  }
}

const labelled = new WeakMap<World, Map<string, Ownership>>();

function labelledOwnershipOnce(world: World, unit: string): Ownership {
  const units = labelled.get(world) ?? new Map<string, Ownership>();
  const known = units.get(unit) ?? labelledOwnership(world, unit);
  labelled.set(world, units.set(unit, known));
  return known;
}

// A snapshot cannot be asked for inventories, but its objects carry the labels. Controllers copy labels to what they make: that is theirs.
function labelledOwnership(world: World, unit: string): Ownership {
  const ours = membershipLabel(unit).value;
  const units = new Map<string, string>();
  const owned = new Set<RefKey>();
  const others: (readonly [RefKey, string])[] = [];
  let intents: Intents | undefined;
  for (const object of world.objects()) {
    const labels = labelsOf(object);
    const [id, member] = [labels.get(ID_LABEL), labels.get(PART_OF_LABEL)];
    if (id === ours) intents = intentsOf(object);
    if (id !== undefined) units.set(id, annotationsOf(object).get(UNIT_ANNOTATION) ?? id);
    if (member === undefined || isMadeByController(object)) continue;
    if (member === ours) owned.add(refKeyOf(object));
    else others.push([refKeyOf(object), member]);
  }
  const ownedByOthers = new Map(others.map(([key, member]) => [key, units.get(member) ?? member]));
  return { owned, ownedByOthers, ...(intents === undefined ? {} : { intents }) };
}

/** How a plan is made, besides its worlds. */
export interface MakePlanOptions {
  readonly ownership: Ownership;
  readonly salt: string;
  readonly forceConflicts: TakeOver;
  /** Whether references that lead nowhere are of no interest. */
  readonly leavesReferences?: boolean;
  /** Shared by the plans that one process makes. */
  readonly lens?: Lens | undefined;
  /** Told the worlds that the plan leads from and to, for what is shown of them besides; not called where nothing changes. */
  readonly onWorlds?: (worlds: PlannedWorlds, scheduler: SchedulerChoice) => void;
  /** Told what differs in the files, of a plan between revisions that has anything to tell. */
  readonly onChanges?: (changes: SourceChanges) => void;
}

/** Objects that may not be read may be there or not: nothing can be planned for them. */
function mustBeReadable({ manifests }: Desired, { source, unread = [], partial = [] }: Before): void {
  if (unread.length === 0) return;
  const kinds = new Set(manifests.map(({ object }) => `${gvkOf(object).group}/${object.kind}`));
  const unknown = unread.filter((kind) => kinds.has(kind) && !partial.includes(kind)).map((kind) => kind.replace(/^.*\//, ''));
  if (unknown.length === 0) return;
  const names = unknown.length > 3 ? `${unknown.slice(0, 3).join(', ')} and ${unknown.length - 3} more kinds` : unknown.join(', ');
  throw new KplanError('CLUSTER_REFUSED', `${source.description}: ${names} may not be listed: what would happen to them is not known`, {
    hint: 'the identity of the kubeconfig needs get, list and watch for the kinds of the manifests; `kubectl auth can-i list ...` asks',
  });
}

/** What a plan is asked of: manifests, how they are applied, and how the plan is made. */
export interface PlanRequest {
  readonly desired: Desired;
  readonly args: Arguments;
  readonly options: MakePlanOptions;
}

/**
 * Validates, plans, and asks a live cluster what it is not sure of, as --server-dry-run says. Throws `KplanError` where the
 * cluster hides what the manifests are about, or cannot be reached any more.
 */
export async function makePlan(
  desired: Desired,
  before: Before,
  args: Arguments,
  io: Io,
  log: Log,
  options: MakePlanOptions,
): Promise<Plan> {
  const [plan] = await makePlans([{ desired, args, options }], before, io, log);
  if (plan === undefined) throw new Error('a request for a plan had none');
  return plan;
}

/**
 * The plans of several units, in their order, as if all were carried out side by side: what one brings is there for the others, and
 * an effect is of each unit that has a part in it. They are validated once and engines are asked once, so that many units cost
 * what one does. The requests must be of one configuration, of one that applies, and of different objects. Throws as `makePlan`.
 */
export async function makePlans(requests: readonly PlanRequest[], before: Before, io: Io, log: Log): Promise<readonly Plan[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const { args, desired, options } = first;
  const profiles = await readProfiles(desired, before, args, io, log);
  const inputs = toPlanInputs(requests, before, io, log);
  const started = io.now();
  const drafts = await Promise.all(inputs.map(({ input, request }) => draftWhole(input, request, before, io, log)));
  const { createPlanEngines } = drafts.every(({ plan }) => stepsOf(plan).length === 0) ? NO_ENGINES : await import('./plan-engines.ts');
  const knowsAll = knowsCluster(before);
  const catalog = toJointCatalog(inputs, before);
  const scheduler = { kubernetesVersion: catalog.version, ...(profiles === undefined ? {} : { profiles }) };
  const writer = inputs[0]?.input.applier;
  const isStored = before.mode === 'live';
  const admission = { patcher: createPatcher(catalog), knowsRights: knowsAll, isStored, ...(writer === undefined ? {} : { writer }) };
  const engines = createPlanEngines({ config: desired.config, scheduler, knowsAll, lens: options.lens, admission, catalog });
  const plans = completeTogether(drafts, engines);
  for (const [index, { request }] of inputs.entries()) {
    const draft = drafts[index];
    if (draft !== undefined && stepsOf(draft.plan).length > 0) request.options.onWorlds?.(draft.worlds(), scheduler);
  }
  log.detail(`planned in ${io.now() - started} ms`);
  const told: Plan[] = [];
  for (const [index, { request }] of inputs.entries()) {
    const [draft, plan] = [drafts[index], plans[index]];
    if (draft !== undefined && plan !== undefined) told.push(await tellPlan(plan, draft, request, before, io));
  }
  return told;
}

/** The plan with what is told of it at the changed lines that bring it about, where lines are known, and without what is waived. */
async function tellPlan(plan: Plan, draft: PlanDraft, { desired, args, options }: PlanRequest, before: Before, io: Io): Promise<Plan> {
  const waivers = { ...desired, today: todayOf(io) };
  const first = waiveTold(plan, waivers);
  const changes = first.effects.length + first.findings.length === 0 ? undefined : await readSourceChanges(desired, before, args, io);
  if (changes !== undefined) options.onChanges?.(changes);
  const pointed =
    changes === undefined ? first : pointOut(draft, withoutHidden(first, desired, changes), changes, { desired, before }, args);
  // A comment may stand above a whole field, and above the line of it that changed.
  const { effects, findings } = pointed === first ? first : waiveTold(pointed, waivers);
  return { ...plan, effects, findings: [...findings, ...judgeWaivers(findings, waivers)] };
}

/** The catalog of a single plan is its own; that of several knows what each of them defines. */
function toJointCatalog(inputs: readonly RequestedInput[], before: Before): SchemaCatalog {
  const [first, ...others] = inputs;
  if (first === undefined) throw new Error('no plan was asked for');
  if (others.every(({ input }) => input.catalog === first.input.catalog)) return first.input.catalog;
  const manifests = inputs.flatMap(({ request }) => request.desired.manifests);
  return withDefinitions(first.catalogs, { ...first.request.desired, manifests }, before.world);
}

/** The draft of a plan; if something would be deleted, it is looked whether that has moved within the repository, and drafted again if so. */
async function draftWhole(input: PlanInput, { desired, args }: PlanRequest, before: Before, io: Io, log: Log): Promise<PlanDraft> {
  const draft = await draftOne(input, desired, before, args, io, log);
  const gone = stepsOf(draft.plan).flatMap(({ action, ref }) => (action === 'delete' ? [ref] : []));
  if (gone.length === 0) return draft;
  const moved = await findMoves(gone, desired, input.catalog, args, io, log);
  return moved.size === 0 ? draft : draftOne({ ...input, moved }, desired, before, args, io, log);
}

async function draftOne(input: PlanInput, desired: Desired, before: Before, args: Arguments, io: Io, log: Log): Promise<PlanDraft> {
  const mode = chooseDryRun(before, args);
  return mode === 'never' ? draftPlan(input) : confirmPlan(input, desired, before, { mode, io, log });
}

/** A plan that does nothing is told so sooner. */
const NO_ENGINES = { createPlanEngines: (): readonly Engine[] => [] };

async function readProfiles(desired: Desired, before: Before, args: Arguments, io: Io, log: Log): Promise<GivenProfiles['profiles']> {
  if (args.string('scheduler-config') === undefined) return undefined;
  const { readGivenProfiles } = await import('./scheduler-configuration.ts');
  const { profiles, notes } = readGivenProfiles(args, io, chooseVersions(args, desired.config, before.kubernetesVersion)[0]);
  for (const note of notes) log.warn(note);
  return profiles;
}

function knowsCluster(before: Before): boolean {
  return before.mode === 'live' && before.unread === undefined;
}

/** Validates the manifests and gathers all that a plan of them is made from. Throws `KplanError` where the cluster hides what they are about. */
export function toPlanInput(desired: Desired, before: Before, args: Arguments, io: Io, log: Log, options: MakePlanOptions): PlanInput {
  const [only] = toPlanInputs([{ desired, args, options }], before, io, log);
  if (only === undefined) throw new Error('a request for a plan had no input');
  return only.input;
}

interface RequestedInput {
  readonly request: PlanRequest;
  readonly input: PlanInput;
  readonly catalogs: readonly SchemaCatalog[];
}

function toPlanInputs(requests: readonly PlanRequest[], before: Before, io: Io, log: Log): readonly RequestedInput[] {
  const [first] = requests;
  if (first === undefined) return [];
  for (const { desired } of requests) mustBeReadable(desired, before);
  const versions = chooseVersions(first.args, first.desired.config, before.kubernetesVersion);
  const catalogs = loadCatalogs(versions);
  const context = joinWorlds(
    requests.map(({ desired }) => desired.context),
    before.mode === 'live' ? before.world : World.of(requests.flatMap(({ desired }) => listHidden(desired, before, catalogs))),
  );
  const started = io.now();
  const { lens, leavesReferences = false } = first.options;
  const isRedefined = redefinesBuiltIn(
    requests.flatMap(({ desired }) => desired.manifests),
    { catalogs, context },
  );
  const units = requests.map(({ desired: { manifests, defaultNamespace } }) => ({
    manifests: isRedefined ? manifests.map(withoutVerdict) : manifests,
    defaultNamespace,
  }));
  const found = validateTogether(units, {
    catalogs,
    context,
    knowsCluster: knowsCluster(before),
    lens,
    ...(leavesReferences ? { references: 'none' } : {}),
  });
  log.detail(`validated in ${io.now() - started} ms`);
  return requests.map((request, index) => ({
    request,
    input: toInput(request, found[index] ?? [], { before, versions, catalogs, io }),
    catalogs,
  }));
}

interface InputParts {
  readonly before: Before;
  readonly versions: readonly string[];
  readonly catalogs: readonly SchemaCatalog[];
  readonly io: Io;
}

function toInput(
  { desired, args, options }: PlanRequest,
  found: readonly Finding[],
  { before, versions, catalogs, io }: InputParts,
): PlanInput {
  const { manifests, defaultNamespace } = desired;
  const { members = [], ...ownership } = options.ownership;
  const world = members.length === 0 ? before.world : before.world.with(members);
  const catalog = withDefinitions(catalogs, desired, before.world);
  const afterSource: WorldSource = { ...desired.source, kubernetesVersions: versions };
  const user = readUser(args);
  const account = user === undefined && !isByHand(args) ? findAccount(desired) : undefined;
  const applier = user ?? account;
  return {
    unit: desired.unit,
    fieldManager: FIELD_MANAGER,
    desired: manifests,
    before: world,
    beforeSource: before.source,
    afterSource,
    mode: before.mode,
    ...ownership,
    context: desired.context,
    catalog,
    defaultNamespace,
    ...(before.mode === 'live' ? { labels: membershipLabels(desired.unit) } : {}),
    findings: waiveAll([...desired.findings, ...found.map(asOfApply)], { ...desired, today: todayOf(io) }),
    judgeUpdate: (was, is) => judgeTransition(was, is, catalog),
    salt: options.salt,
    now: toKubernetesTime(io.now()),
    forceConflicts: options.forceConflicts,
    lastManifests: before.manifests,
    unread: before.unread ?? [],
    ...(applier === undefined ? {} : { applier }),
    ...(account === undefined ? {} : { isStandIn: true }),
    ...(before.types === undefined ? {} : { served: before.types }),
    ...desired.hidden,
  };
}

/** Of a built-in kind that a definition takes the place of, what was said of an object when it was read does not hold. */
function withoutVerdict(manifest: Manifest): Manifest {
  const { verdict: _verdict, ...rest } = manifest;
  return rest;
}

/** Whether what is planned is applied by whoever runs this, not by a daemon. */
function isByHand(args: Arguments): boolean {
  return args.command.program === 'kapply' && !args.has('watch');
}

/** The ServiceAccount that the configuration has the unit's objects written as (`units[].serviceAccount`). */
function findAccount({ config, unit }: Desired): UserInfo | undefined {
  const entry = config.units.find(({ value }) => getString(value, 'name') === unit);
  const [namespace, name] = (entry === undefined ? '' : (getString(entry.value, 'serviceAccount') ?? '')).split('/');
  return namespace === undefined || name === undefined ? undefined : toServiceAccountUser(namespace, name);
}

// A plan that is made again of the same world is made of the same world: what was worked out of it still holds.
function joinWorlds(contexts: readonly World[], live: World): World {
  const [first, ...more] = contexts.filter(({ size }) => size > 0);
  return first === undefined ? live : more.reduce((all, context) => all.with(context.objects()), first).with(live.objects());
}

function membershipLabels(unit: string): Readonly<Record<string, string>> {
  const { key, value } = membershipLabel(unit);
  return { [key]: value };
}
