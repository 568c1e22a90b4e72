import { resolve } from 'node:path';
import {
  formatRef,
  refKeyOf,
  toRefKey,
  type KubernetesObject,
  type Manifest,
  type ObjectRef,
  type Plan,
  type RefKey,
} from '../../model/index.ts';
import { loadCatalog } from '../../model/schema/index.ts';
import { withNamespace } from '../../planner/index.ts';
import { applyPlan, type ApplyEvent, type ApplyResult } from '../../reconcile/index.ts';
import { readRepository } from '../../loader/index.ts';
import type { Arguments } from '../arguments.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import type { OpenedCluster } from './before.ts';
import { whileStepping } from './stepping.ts';

/** Where the values of Secrets come from: the manifests at hand, or those of the source that the plan pins. */
export type Carried =
  | { readonly kind: 'manifests'; readonly manifests: readonly Manifest[]; readonly defaultNamespace: string }
  | { readonly kind: 'pinned'; readonly preflight: true };

/** Applies a plan to a cluster, with progress on stderr. */
export async function carryOut(
  plan: Plan,
  { cluster }: OpenedCluster,
  args: Arguments,
  io: Io,
  log: Log,
  carried: Carried,
): Promise<ApplyResult> {
  const concurrency = args.number('concurrency');
  return whileStepping(cluster, io, (clock) =>
    applyPlan(cluster, plan, {
      clock,
      signal: io.signal,
      timeout: parseDuration(args.string('timeout') ?? '5m', 'timeout'),
      forceConflicts: args.has('force-conflicts'),
      preflight: carried.kind === 'pinned',
      allowStaleRest: args.has('apply-fresh'),
      findSecret: secretsOf(plan, carried, io),
      onEvent: createProgress(log),
      ...(concurrency === undefined ? {} : { concurrency }),
    }),
  );
}

type FindSecret = (ref: ObjectRef) => Promise<KubernetesObject | undefined>;

/** The manifests of Secrets by identity: those at hand, or those of the source that the plan pins, read when first asked for. */
function secretsOf(plan: Plan, carried: Carried, io: Io): FindSecret {
  let known: Promise<ReadonlyMap<RefKey, KubernetesObject>> | undefined;
  return async (ref) => {
    known ??= readSecrets(plan, carried, io);
    return (await known).get(toRefKey(ref));
  };
}

async function readSecrets(plan: Plan, carried: Carried, io: Io): Promise<ReadonlyMap<RefKey, KubernetesObject>> {
  const manifests = carried.kind === 'manifests' ? carried.manifests : await readPinned(plan, io);
  const namespace = carried.kind === 'manifests' ? carried.defaultNamespace : 'default';
  const kind = loadCatalog(plan.after.kubernetesVersions[0] ?? '').find({ group: '', version: 'v1', kind: 'Secret' });
  const secrets = manifests.flatMap(({ object }) => (object.kind === 'Secret' ? [withNamespace(object, kind, namespace)] : []));
  return new Map(secrets.map((object) => [refKeyOf(object), object]));
}

async function readPinned(plan: Plan, io: Io): Promise<readonly Manifest[]> {
  const { path, commit } = plan.after;
  if (path === undefined) return [];
  const { manifests } = await readRepository({
    path: resolve(io.cwd, path),
    git: 'auto',
    ...(commit === undefined ? {} : { ref: commit }),
  });
  return manifests;
}

/** One line for each step that ends, and one for each that is waited for a while. */
function createProgress(log: Log): (event: ApplyEvent) => void {
  const told = new Set<string>();
  return ({ step, total, phase }) => {
    if (phase.kind !== 'done') return;
    const key = toRefKey(step.ref);
    if (told.has(key)) return;
    told.add(key);
    log.step(
      `[${String(told.size).padStart(String(total).length)}/${total}] ${step.action} ${formatRef(step.ref)}: ${phase.outcome}${phase.message === undefined ? '' : ` (${phase.message})`}`,
    );
  };
}
