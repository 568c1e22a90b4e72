import { readTakeOver } from '../take-over.ts';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  formatRef,
  KplanError,
  refKeyOf,
  stepsOf,
  toRefKey,
  type KubernetesObject,
  type Manifest,
  type ObjectRef,
  type Plan,
  type RefKey,
} from '../../model/index.ts';
import type { WorldReading } from '../../cluster/index.ts';
import { loadCatalog } from '../../model/schema/index.ts';
import { withNamespace } from '../../planner/index.ts';
import { applyPlan, type ApplyEvent, type ApplyResult, type FollowObject } from '../../reconcile/index.ts';
import { readRepository } from '../../loader/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Config } from '../config.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import type { OpenedCluster } from './target.ts';
import { readConfig } from './config-file.ts';
import { whileStepping } from './stepping.ts';

/** Where the values of Secrets come from: the manifests at hand, or those of the source that the plan pins. */
export type Carried =
  | {
      readonly kind: 'manifests';
      readonly manifests: readonly Manifest[];
      readonly defaultNamespace: string;
      readonly config: Config;
      /** The cluster as it was read for the plan, and when reading began; asked once, so that it need not be kept. */
      readonly read?: () => { readonly at: number; readonly reading: WorldReading } | undefined;
      /** A watch that is open anyway. */
      readonly follow?: FollowObject;
    }
  | { readonly kind: 'pinned'; readonly source: string | undefined };

/** Milliseconds for which a reading says what is there. */
const FRESH = 5_000;

/** Applies a plan to a cluster, with progress on stderr. */
export async function carryOut(
  plan: Plan,
  opened: OpenedCluster,
  args: Arguments,
  io: Io,
  log: Log,
  carried: Carried,
): Promise<ApplyResult> {
  const concurrency = args.number('concurrency');
  const readFresh = (): WorldReading | undefined => {
    const read = carried.kind === 'manifests' ? carried.read?.() : undefined;
    return read === undefined || io.now() - read.at > FRESH ? undefined : read.reading;
  };
  const { health } = carried.kind === 'manifests' ? carried.config : await readConfig(args, io, '');
  return whileStepping(opened, io, (clock) =>
    applyPlan(opened.cluster, plan, {
      clock,
      signal: io.signal,
      timeout: parseDuration(args.string('timeout') ?? '5m', 'timeout'),
      waitForHealth: !args.has('no-wait'),
      forceConflicts: readTakeOver(args),
      preflight: carried.kind === 'pinned',
      allowStaleRest: args.has('apply-fresh'),
      settleUnchanged: !args.has('watch') || args.has('once'),
      findSecret: secretsOf(plan, carried, args, io),
      onEvent: createProgress(log),
      ...(health === undefined ? {} : { healthRules: health }),
      ...(concurrency === undefined ? {} : { concurrency }),
      readFresh,
      ...(carried.kind === 'manifests' && carried.follow !== undefined ? { follow: carried.follow } : {}),
    }),
  );
}

type FindSecret = (ref: ObjectRef) => Promise<KubernetesObject | undefined>;

/** The manifests of Secrets by identity: those at hand, or those of the source that the plan pins, read when first asked for. */
function secretsOf(plan: Plan, carried: Carried, args: Arguments, io: Io): FindSecret {
  let known: Promise<ReadonlyMap<RefKey, KubernetesObject>> | undefined;
  return async (ref) => {
    known ??= readSecrets(plan, carried, args, io);
    return (await known).get(toRefKey(ref));
  };
}

async function readSecrets(plan: Plan, carried: Carried, args: Arguments, io: Io): Promise<ReadonlyMap<RefKey, KubernetesObject>> {
  const { manifests, defaultNamespace } = carried.kind === 'manifests' ? carried : await readPinned(plan, carried.source, args, io);
  const kind = loadCatalog(plan.after.kubernetesVersions[0] ?? '').find({ group: '', version: 'v1', kind: 'Secret' });
  const secrets = manifests.flatMap(({ object }) => (object.kind === 'Secret' ? [withNamespace(object, kind, defaultNamespace)] : []));
  return new Map(secrets.map((object) => [refKeyOf(object), object]));
}

interface Pinned {
  readonly manifests: readonly Manifest[];
  readonly defaultNamespace: string;
}

async function readPinned(plan: Plan, path: string | undefined, args: Arguments, io: Io): Promise<Pinned> {
  if (path === undefined) return { manifests: [], defaultNamespace: 'default' };
  const { commit } = plan.after;
  const { manifests, root } = await readRepository({ path, git: 'auto', ...(commit === undefined ? {} : { ref: commit }) });
  const { defaultNamespace } = await readConfig(args, io, root);
  return { manifests, defaultNamespace: defaultNamespace ?? 'default' };
}

/**
 * Where a saved plan finds the values of its Secrets: its path, seen from here or from the plan file; undefined where it
 * has none to write. Throws `KplanError` REFUSED if it is in neither place, before anything is touched.
 */
export function findPinnedSource(plan: Plan, file: string, io: Io): string | undefined {
  const hasSecrets = stepsOf(plan).some(({ ref, desired }) => ref.group === '' && ref.kind === 'Secret' && desired !== undefined);
  if (!hasSecrets) return undefined;
  const { path } = plan.after;
  const places = path === undefined || path === '-' ? [] : [resolve(io.cwd, path), resolve(io.cwd, dirname(file), path)];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const from = path === undefined || path === '-' ? 'standard input' : path;
  throw new KplanError('REFUSED', `nothing was done: the plan writes Secrets, whose values it takes from ${from}, which is not here`, {
    hint: 'run it in the directory where the plan was made, or plan again',
  });
}

/** One line for each step that is begun and ends; those that are not begun, which may be thousands for one reason, are in the report. */
export function createProgress(log: Log): (event: ApplyEvent) => void {
  const told = new Set<string>();
  return ({ step, total, phase }) => {
    if (phase.kind !== 'done' || phase.outcome === 'skipped' || (step.action === 'none' && phase.outcome === 'unchanged')) return;
    const key = `${step.action} ${toRefKey(step.ref)}`;
    if (told.has(key)) return;
    told.add(key);
    const all = Math.max(total, told.size);
    log.step(
      `[${String(told.size).padStart(String(all).length)}/${all}] ${step.action === 'none' ? 'check' : step.action} ${formatRef(step.ref)}: ${phase.outcome}${phase.message === undefined ? '' : ` (${phase.message})`}`,
    );
  };
}
