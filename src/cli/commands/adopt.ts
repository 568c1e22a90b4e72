import { formatRef, KplanError, labelsOf, refKeyOf, refOf, toRefKey, type ObjectRef, type KubernetesObject } from '../../model/index.ts';
import { listAdoptees, listOwnersOf, type Adoptee, type Adoption } from '../../planner/index.ts';
import { adoptObjects, isMadeByController, membershipLabel, type AdoptResult } from '../../reconcile/index.ts';
import type { AdoptEntry, AdoptReport } from '../../report/index.ts';
import { getArray, sortedUnique, toKubernetesTime } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { exitCodeOfChanges } from '../exit-code.ts';
import { confirm } from '../confirm.ts';
import { createLog, type Io } from '../io.ts';
import { signalExit } from '../main.ts';
import { printReport, readTargets } from '../output.ts';
import { newSalt } from '../salt.ts';
import type { Before } from '../stages/before.ts';
import { readBefore } from '../stages/open-before.ts';
import { readDesired, type Desired } from '../stages/desired.ts';
import { catalogOf } from '../stages/catalog.ts';
import { FIELD_MANAGER, readOwnership, type Ownership } from '../stages/make-plan.ts';
import { whileStepping } from '../stages/stepping.ts';
import { chooseTarget, openExistingTarget, type OpenedCluster } from '../stages/target.ts';

/** One object of the manifests, and how it stands. */
interface Candidate {
  readonly adoptee: Adoptee;
  readonly entry: AdoptEntry;
}

/** How each tool is kept from taking back what it has lost. */
const STOP: Readonly<Record<string, string>> = {
  'Argo CD': 'Argo CD applies its application again: remove it with `argocd app delete APP --cascade=false`.',
  Flux: 'Flux applies again at its next interval: suspend what applies these objects, then remove it.',
  Helm: 'Helm still has records of the release, and `helm uninstall` deletes by them: `kubectl delete secret -l owner=helm,name=RELEASE` forgets it.',
};

/** `kapply adopt [PATH]`: shows what would change hands, asks, and takes it over. */
export async function runAdopt(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const desired = await readDesired(args, io, log, args.positionals[0] ?? '.');
  mustBeWhole(desired);
  const before = await readBefore(await openExistingTarget(chooseTarget(args, io, log), desired.context, args, io, log), desired);
  try {
    const candidates = await listCandidates(desired, before, args, io);
    const planned = candidates.filter(({ entry }) => entry.outcome === 'planned');
    const isText = readTargets(args).some(({ format, file }) => format === 'text' && file === undefined);
    const isDry = args.has('dry-run');
    const rest = describeRest(before, candidates);
    const next =
      planned.length === 0 ? 'Nothing to take over.' : `${countObjects(planned.length)} to change hands; no value changes but the marks.`;
    if (isDry || isText) await printReport(toReport(desired, before, candidates, next, rest), args, io);
    if (isDry) return exitCodeOfChanges(planned.length, args);
    if (planned.length > 0) return await adopt(desired, before.opened, candidates, args, io);
    if (!isText) await printReport(toReport(desired, before, candidates, next, rest), args, io);
    return candidates.some(({ entry }) => entry.outcome === 'refused') ? 1 : 0;
  } finally {
    await before.opened.cluster.close();
  }
}

async function adopt(desired: Desired, opened: OpenedCluster, candidates: readonly Candidate[], args: Arguments, io: Io): Promise<number> {
  const planned = candidates.filter(({ entry }) => entry.outcome === 'planned');
  io.hold();
  await confirm(`Take over ${countObjects(planned.length)} in ${opened.source.description}?`, args, io);
  const concurrency = args.number('concurrency');
  const results = await whileStepping(opened, io, (clock) =>
    adoptObjects(
      opened.cluster,
      planned.map(({ adoptee }) => adoptee),
      { unit: desired.unit, fieldManager: FIELD_MANAGER, clock, signal: io.signal, ...(concurrency === undefined ? {} : { concurrency }) },
    ),
  );
  const byKey = new Map(results.map((result) => [toRefKey(result.ref), result]));
  const done = candidates.map((candidate) => withResult(candidate, byKey.get(toRefKey(candidate.entry.ref))));
  const bad = done.filter(({ entry }) => entry.outcome === 'failed' || entry.outcome === 'refused').length;
  const next = bad > 0 ? `${bad} not taken over: mend the cause and run it again.` : '`kapply` now plans and applies them like its own.';
  await printReport(toReport(desired, opened, done, next), args, io);
  return signalExit(io) ?? (bad > 0 ? 1 : 0);
}

function withResult(candidate: Candidate, result: AdoptResult | undefined): Candidate {
  if (result === undefined) return candidate;
  const { outcome, message } = result;
  return { ...candidate, entry: { ...candidate.entry, outcome, ...(message === undefined ? {} : { message }) } };
}

/** A file that cannot be read may hold what would then be left behind. */
function mustBeWhole({ findings }: Desired): void {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return;
  throw new KplanError(
    'REFUSED',
    `nothing was done: ${errors} ${errors === 1 ? 'place' : 'places'} of the manifests cannot be understood`,
    {
      hint: '`kplan validate` names them',
    },
  );
}

async function listCandidates(desired: Desired, before: Before, args: Arguments, io: Io): Promise<readonly Candidate[]> {
  const { key, value } = membershipLabel(desired.unit);
  const adoptees = listAdoptees(desired.manifests, {
    catalog: catalogOf(desired, before, args),
    defaultNamespace: desired.defaultNamespace,
    fieldManager: FIELD_MANAGER,
    now: toKubernetesTime(io.now()),
    salt: newSalt(),
    labels: { [key]: value },
  });
  const namespaces = new Set(args.list('namespace'));
  const wanted = adoptees.filter(({ ref }) => namespaces.size === 0 || namespaces.has(namespaceOf(ref)));
  const ownership = await readOwnership(before, desired.unit);
  return Promise.all(wanted.map(async (adoptee) => ({ adoptee, entry: await judge(adoptee, before, ownership, value) })));
}

function namespaceOf({ kind, name, namespace }: ObjectRef): string {
  return namespace ?? (kind === 'Namespace' ? name : '');
}

async function judge({ ref, source, decide }: Adoptee, before: Before, ownership: Ownership, id: string): Promise<AdoptEntry> {
  const entry = { ref, ...(source === undefined ? {} : { source }), from: [], known: [], dropped: [], left: [], differs: [] };
  const live = await findLive(ref, before);
  if (live === undefined) return { ...entry, outcome: 'absent' };
  const unit = ownership.ownedByOthers.get(refKeyOf(live));
  const set = labelsOf(live).get(membershipLabel('').key);
  if (unit !== undefined) return { ...entry, outcome: 'refused', message: `belongs to the unit ${unit}: kapply --allow KP0108 moves it` };
  if (set !== undefined && set !== id) return { ...entry, outcome: 'refused', message: `belongs to another ApplySet (${set})` };
  if (live.metadata['deletionTimestamp'] !== undefined) return { ...entry, outcome: 'refused', message: 'is being deleted' };
  const adoption = decide(live);
  return adoption === undefined ? { ...entry, outcome: 'unchanged' } : { ...entry, outcome: 'planned', ...toEntry(adoption) };
}

function toEntry({ from, known, dropped, left, differs }: Adoption): Omit<AdoptEntry, 'ref' | 'outcome'> {
  return { from, known, dropped, left, differs };
}

/** The world has one version of each kind; owned fields are compared in that of the manifest. */
async function findLive(ref: ObjectRef, { world, opened }: Before): Promise<KubernetesObject | undefined> {
  const live = world.get(ref);
  const apiVersion = ref.group === '' ? ref.version : `${ref.group}/${ref.version}`;
  return live === undefined || live.apiVersion === apiVersion ? live : ((await opened?.cluster.get(ref)) ?? live);
}

function toReport(
  desired: Desired,
  { source }: Pick<Before, 'source'>,
  candidates: readonly Candidate[],
  next: string,
  rest: readonly string[] = [],
): AdoptReport {
  const objects = candidates.map(({ entry }) => entry);
  const tools = sortedUnique(
    objects.flatMap(({ outcome, from }) => (outcome === 'planned' || outcome === 'adopted' ? from.map(({ tool }) => tool) : [])),
  );
  return {
    kind: 'AdoptReport',
    unit: desired.unit,
    cluster: source,
    objects,
    notes: [...rest, ...tools.flatMap((tool) => STOP[tool] ?? [])],
    next,
  };
}

const MOST_NAMES = 5;

/** What the tools have besides, under the same name, and no manifest asks for: it stays theirs, for better or worse. */
function describeRest(before: Before, candidates: readonly Candidate[]): readonly string[] {
  const taken = candidates.filter(({ entry }) => entry.outcome === 'planned');
  const names = sortedUnique(taken.flatMap(({ entry }) => entry.known));
  const asked = new Set(candidates.map(({ entry }) => toRefKey(entry.ref)));
  const others = names.length === 0 ? [] : before.world.objects().filter((object) => !asked.has(refKeyOf(object)) && !isControlled(object));
  return names.flatMap((name) => {
    const left = others.filter((object) => listOwnersOf(object).includes(name)).map((object) => formatRef(refOf(object)));
    const rest = left.length - MOST_NAMES;
    const list = [...left.slice(0, MOST_NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
    return left.length === 0 ? [] : [`${name} has ${countObjects(left.length)} more that no manifest asks for, and keeps them: ${list}.`];
  });
}

function isControlled(object: KubernetesObject): boolean {
  return isMadeByController(object) || getArray(object.metadata, 'ownerReferences').length > 0;
}

function countObjects(n: number): string {
  return n === 1 ? '1 object' : `${n} objects`;
}
