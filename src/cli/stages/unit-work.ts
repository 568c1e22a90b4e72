import { join } from 'node:path';
import { actAs, type LiveWorld, type Share, type SourceState, type Unit, type UnitWork } from '../../daemon/index.ts';
import { FileMemo } from '../../loader/index.ts';
import {
  describe,
  formatPlace,
  KplanError,
  parseApiVersion,
  refOf,
  stepsOf,
  toRefKey,
  type Finding,
  type Plan,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { assessHealth, parentRef, type ApplyResult, type FollowObject } from '../../reconcile/index.ts';
import { sha256 } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import type { Config } from '../config.ts';
import type { Origin } from './origin.ts';
import { applyHeld } from './apply-held.ts';
import { carryOut } from './carry-out.ts';
import { readDesired, type Desired } from './desired.ts';
import { openLive } from './open-live.ts';
import { PlanBatches, type UnitPlan } from './plan-batches.ts';
import type { OpenedCluster } from './target.ts';

/** What the units of one repository share. */
export interface UnitSession {
  readonly args: Arguments;
  readonly io: Io;
  readonly log: Log;
  readonly opened: OpenedCluster;
  readonly live: LiveWorld;
  readonly origin: Origin;
  /** What the repository's configuration says by now. */
  readonly config: () => Config;
  readonly share: Share;
  /** Told of each plan that was made. */
  readonly onPlan: (unit: string, plan: Plan) => void;
  readonly batches: PlanBatches;
}

/** A session over an opened cluster; its units are planned together. */
export function toUnitSession(session: Omit<UnitSession, 'batches'>): UnitSession {
  return { ...session, batches: new PlanBatches(session) };
}

/** How one unit is read, planned and applied. */
export function openUnit(unit: Unit, session: UnitSession): UnitWork<Desired> {
  const args = toUnitArguments(unit, session.args);
  const memo = new FileMemo(() => session.io.now());
  const { io, live, log, opened } = session;
  const { root } = session.origin;
  let readFrom: ReadonlySet<string> | undefined;
  // A reading is kept for its plan until that is applied: with all that was worked out of it, it is larger than all else.
  const readings = new WeakMap<Plan, Reading>();
  let last: Quiet | undefined;
  const writer = openWriter(unit, session);
  const readAt = (folder: string): Promise<Desired> =>
    readDesired(args, io, log, join(folder, unit.path), { files: memo, root: folder, config: session.config() });
  const { readCommit } = session.origin;
  return {
    cluster: opened.cluster,
    readFrom: () => readFrom,
    listAsked: () => session.origin.reading(async () => listAsked(unit, await readAt(root))),
    parts: {
      ...(readCommit === undefined
        ? {}
        : {
            readCommit: (commit: string) =>
              readCommit(commit, async (folder) =>
                toState(
                  unit,
                  await readDesired(args, io, log, join(folder, unit.path), { root: folder, config: session.config() }),
                  session,
                  commit,
                ),
              ),
          }),
      readSource: () =>
        session.origin.reading(async () => {
          const read = await readAt(root);
          readFrom = new Set(read.fileIds.map((id) => id.slice(0, id.indexOf('\0'))));
          return toState(unit, read, session);
        }),
      plan: async ({ content }, goes, signal) => {
        const files = content.fileIds.join('\n');
        const known = (world: World): Plan | undefined => (last?.world.deref() === world && last.files === files ? last.plan : undefined);
        const { plan, ...reading } = await session.batches.plan({ unit, desired: content, args, known, goes, signal });
        readings.set(plan, reading);
        if (plan === last?.plan) return plan;
        session.onPlan(unit.name, plan);
        last = isQuiet(plan) ? { plan, world: new WeakRef(reading.reading.world), files } : undefined;
        return plan;
      },
      apply: async (plan, { content }, signal) => {
        const { manifests, defaultNamespace, config } = content;
        const read = (): Reading | undefined => takeFrom(readings, plan);
        const follow: FollowObject = (ref, report) => live.follow(ref, report);
        const carried = { kind: 'manifests', manifests, defaultNamespace, config, read, follow } as const;
        const held = { share: session.share, unit: unit.name, cluster: await writer() };
        const result = await applyHeld(held, (cluster) => carryOut(plan, { ...opened, cluster }, args, { ...io, signal }, log, carried));
        if (stepsOf(plan).length > 0) await live.catchUp(plan, signal);
        return result.conclusion === 'applied' ? checkOthers(unit, content, result, session) : result;
      },
    },
  };
}

/** An object that names no namespace may be one of none, or of the default one. */
function listAsked(unit: Unit, desired: Desired): ReadonlySet<RefKey> {
  const fault = desired.findings.find(({ severity }) => severity === 'error');
  const { incomplete, encrypted } = desired.hidden;
  if (fault !== undefined || incomplete.length > 0)
    throw new KplanError(
      'REFUSED',
      `not all that unit ${unit.name} asks for can be read${fault === undefined ? '' : `: ${tellFault(fault)}`}`,
    );
  const namespace = unit.namespace ?? desired.defaultNamespace;
  const refs = [...desired.manifests.map(({ object }) => refOf(object)), ...encrypted];
  return new Set(refs.flatMap((ref) => [toRefKey(ref), toRefKey({ namespace, ...ref })]));
}

function toState(unit: Unit, desired: Desired, { origin }: UnitSession, at: string | undefined = origin.commit()): SourceState<Desired> {
  const fault = desired.findings.find(({ severity }) => severity === 'error');
  const source =
    at === undefined ? desired.source : { ...desired.source, kind: 'revision' as const, description: at.slice(0, 7), commit: at };
  return {
    revision: sha256([unit.fingerprint, ...desired.fileIds].join('\n')),
    ...(at === undefined ? {} : { commit: at }),
    objectCount: desired.manifests.length,
    ...(fault === undefined ? {} : { fault: tellFault(fault) }),
    content: { ...desired, source, ...(unit.namespace === undefined ? {} : { defaultNamespace: unit.namespace }) },
  };
}

function tellFault(finding: Finding): string {
  return `${finding.code} ${describe(finding)}${finding.source === undefined ? '' : ` (${formatPlace(finding.source)})`}`;
}

/** A plan that does nothing, and what it was made of: of the same it would be made again. It keeps no world alive. */
interface Quiet {
  readonly plan: Plan;
  readonly world: WeakRef<World>;
  readonly files: string;
}

function isQuiet(plan: Plan): boolean {
  return stepsOf(plan).length === 0 && plan.findings.every(({ severity }) => severity !== 'error');
}

type Reading = Omit<UnitPlan, 'plan'>;

function takeFrom<K extends object, V>(map: WeakMap<K, V>, key: K): V | undefined {
  const value = map.get(key);
  map.delete(key);
  return value;
}

/** The unit's own settings in place of the command line's; its files are those of the revision already. */
function toUnitArguments(unit: Unit, args: Arguments): Arguments {
  const texts = new Map([['unit', unit.name]]);
  if (unit.timeout !== undefined) texts.set('timeout', `${unit.timeout}ms`);
  return {
    ...args,
    string: (flag) => (flag === 'ref' ? undefined : (texts.get(flag) ?? args.string(flag))),
    has: (flag) => (flag === 'force-conflicts' && unit.force) || args.has(flag),
  };
}

/** Who writes the unit's objects: the daemon itself, or the ServiceAccount that it stands in for. */
function openWriter(unit: Unit, { opened, args, io, log }: UnitSession): () => Promise<OpenedCluster['cluster']> {
  const { serviceAccount } = unit;
  if (serviceAccount === undefined) return async () => Promise.resolve(opened.cluster);
  let writer: Promise<OpenedCluster> | undefined;
  return async () => {
    if (opened.embedded !== undefined)
      throw new KplanError('USAGE', `unit ${unit.name}: serviceAccount needs a live cluster: an embedded one knows no identities`);
    const user = `system:serviceaccount:${serviceAccount.replace('/', ':')}`;
    writer ??= openLive({ ...args, string: (flag) => (flag === 'as' ? user : args.string(flag)) }, io, log);
    return actAs(opened.cluster, (await writer).cluster, parentRef(unit.name));
  };
}

/** What the unit waits for besides its own objects. */
async function checkOthers(unit: Unit, { config }: Desired, result: ApplyResult, { opened, io }: UnitSession): Promise<ApplyResult> {
  for (const { apiVersion, kind, name, namespace } of unit.healthChecks) {
    const ref = { ...parseApiVersion(apiVersion), kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const custom = config.health === undefined ? {} : { custom: config.health };
    const { status, message } = assessHealth(await opened.cluster.get(ref), { mode: 'strict', now: io.now(), ...custom });
    const subject = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
    if (status !== 'Current') return { ...result, conclusion: 'unhealthy', message: `${subject}: ${message}` };
  }
  return result;
}
