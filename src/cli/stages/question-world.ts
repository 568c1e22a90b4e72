import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWorld } from '../../cluster/index.ts';
import {
  refOf,
  World,
  type Finding,
  type KubernetesObject,
  type Manifest,
  type SchemaCatalog,
  type WorldSource,
} from '../../model/index.ts';
import { planWorlds } from '../../planner/index.ts';
import { getString } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Config } from '../config.ts';
import type { Io, Log } from '../io.ts';
import { readLimit } from '../limit-plan.ts';
import { newSalt } from '../salt.ts';
import { chooseBefore, isOfRevisions, NOTHING, openBefore, toBefore, type Before, type BeforeChoice } from './before.ts';
import { checkPath, chooseVersions, readDesired, readNoManifests, type Desired } from './desired.ts';
import { describeUnread } from './gaps.ts';
import { judgeFiles } from './judge-files.ts';
import { catalogOf, readOwnership, toPlanInput } from './make-plan.ts';
import { todayOf, waiveAll } from './waivers.ts';
import { findGiven, LIVE_FLAGS, openExistingTarget } from './target.ts';

/** The world that a question is asked of, with where it comes from. Nothing is written to answer a question. */
export interface QuestionWorld {
  /** As the API server would store it: what controllers would make of it is not in it yet. */
  readonly world: World;
  /** The world before PATH was applied, where `world` is the one after. */
  readonly base?: World;
  /** Before, or after PATH is applied. */
  readonly which: 'before' | 'after';
  readonly before: WorldSource;
  /** Absent where no manifests were read. */
  readonly after?: WorldSource;
  /** The minor version whose behaviour is asked for. */
  readonly kubernetesVersion: string;
  /** Of the manifests as such: what could not be read, and what the API server would refuse. */
  readonly findings: readonly Finding[];
  /** What is not known, one sentence each. */
  readonly notes: readonly string[];
  readonly config: Config;
  /** The day that waivers are judged on. */
  readonly today: string;
  /** Whether -n and -l ask for an object. */
  readonly isAsked: (object: KubernetesObject) => boolean;
  /** What the kinds of this world are, those of its definitions included. */
  readonly catalog: SchemaCatalog;
  /** What was read of PATH: where objects stand. */
  readonly manifests: readonly Manifest[];
  /** The namespace of manifests that name none. */
  readonly defaultNamespace: string;
}

/** Flags that choose a cluster, or a file of one, as the whole world of a question. */
const WHOLE_WORLDS = ['snapshot', 'embedded', ...LIVE_FLAGS];

/**
 * Reads the world that the flags choose for a question: PATH applied to what is there before, or that alone. Throws
 * `KplanError` for what stops the whole question.
 */
export async function openQuestionWorld(path: string | undefined, args: Arguments, io: Io, log: Log): Promise<QuestionWorld> {
  const isAsked = readLimit(args);
  const which = chooseWorld(path, args);
  const isRead = path !== undefined || which === 'after' || findGiven(args, WHOLE_WORLDS) === undefined;
  if (isRead) checkPath(args, io, path ?? '.');
  const choice = chooseBefore(args, io, log);
  const digester = isOfRevisions(choice) ? judgeFiles(args, io) : undefined;
  const own = digester === undefined ? {} : { digester };
  const desired = isRead ? await readDesired(args, io, log, path ?? '.', own) : await readNoManifests(args, io);
  const before = await openForQuestion(choice, desired, args, io, log);
  try {
    const { config, loaded } = desired;
    const [kubernetesVersion = ''] = chooseVersions(args, config, before.kubernetesVersion);
    const answer = {
      which,
      before: before.source,
      kubernetesVersion,
      notes: [...loaded.notes, ...describeUnread(before.unread ?? [])],
      config,
      today: todayOf(io),
      isAsked,
      catalog: catalogOf(desired, before, args),
      manifests: desired.manifests,
      defaultNamespace: desired.defaultNamespace,
    };
    const versions = chooseVersions(args, config, before.kubernetesVersion);
    const sources = isRead ? { after: { ...desired.source, kubernetesVersions: versions } } : {};
    if (which === 'before') return { ...answer, ...sources, world: withContext(before.world, desired.context), findings: [] };
    return { ...answer, ...sources, ...(await applyManifests(desired, before, args, io, log)) };
  } finally {
    await before.opened?.cluster.close();
  }
}

function chooseWorld(path: string | undefined, args: Arguments): 'before' | 'after' {
  const asked = args.string('world');
  if (asked === 'before' || asked === 'after') return asked;
  return path !== undefined || findGiven(args, WHOLE_WORLDS) === undefined ? 'after' : 'before';
}

/** The world with PATH applied, as a plan would; references are not part of a question. */
async function applyManifests(
  desired: Desired,
  before: Before,
  args: Arguments,
  io: Io,
  log: Log,
): Promise<Pick<QuestionWorld, 'base' | 'findings' | 'world'>> {
  const ownership = await readOwnership(before, desired.unit);
  const options = { ownership, salt: before.salt ?? newSalt(), forceConflicts: false, leavesReferences: true };
  const input = toPlanInput(desired, before, args, io, log, options);
  const { before: base, after } = planWorlds(input);
  return { world: after, base, findings: waiveAll(input.findings, { ...desired, today: todayOf(io) }) };
}

async function openForQuestion(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io, log: Log): Promise<Before> {
  if (isNeverMade(choice, args, io)) {
    log.detail('before: nothing, for there is no embedded cluster yet (--snapshot, --live or --base choose another world)');
    return NOTHING;
  }
  if (choice.kind !== 'live' && choice.kind !== 'embedded') return openBefore(choice, desired, args, io, log);
  const opened = await openExistingTarget(choice, World.EMPTY, args, io, log);
  try {
    const before = toBefore(opened, await readWorld(opened.cluster));
    return choice.kind === 'embedded' && desired.hasNodes ? { ...before, world: withoutNodes(before.world) } : before;
  } catch (error) {
    await opened.cluster.close();
    throw error;
  }
}

// A plan makes the embedded cluster that nobody chose, for it may be applied to; a question leaves nothing behind.
function isNeverMade(choice: BeforeChoice, args: Arguments, io: Io): boolean {
  return choice.kind === 'embedded' && args.string('embedded') === undefined && !existsSync(resolve(io.cwd, choice.directory));
}

// The nodes of an embedded cluster are made up: where some are given, those are the nodes there are.
function withoutNodes(world: World): World {
  const nodes = world.byKind('', 'Node').map(refOf);
  const pods = world.byKind('', 'Pod').filter((pod) => getString(pod, 'spec', 'nodeName') !== undefined);
  return world.without([...nodes, ...pods.map(refOf)]);
}

function withContext(world: World, context: World): World {
  return context.size === 0 ? world : context.with(world.objects());
}
