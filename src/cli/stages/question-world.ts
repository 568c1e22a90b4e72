import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Finding, KubernetesObject, Manifest, SchemaCatalog, World, WorldSource } from '../../model/index.ts';
import { makeWorld } from '../../planner/index.ts';
import { readVerdicts } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Config } from '../config.ts';
import type { Io, Log } from '../io.ts';
import { readLimit } from '../limit-plan.ts';
import { newSalt } from '../salt.ts';
import { asOfApply } from './as-of-apply.ts';
import { chooseBefore, isOfRevisions, NOTHING, type Before, type BeforeChoice } from './before.ts';
import { catalogOf } from './catalog.ts';
import { checkPath, chooseVersions, loadCatalogs, readDesired, readNoManifests, type Desired } from './desired.ts';
import { describeUnread } from './gaps.ts';
import { judgeFiles } from './judge-files.ts';
import { todayOf, waiveAll } from './waivers.ts';
import { findGiven, LIVE_FLAGS } from './target.ts';

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
  const isAlone = choice.kind === 'none' || isNeverMade(choice, args, io);
  const digester = isAlone || isOfRevisions(choice) ? judgeFiles(args, io) : undefined;
  const own = digester === undefined ? {} : { digester };
  const desired = isRead ? await readDesired(args, io, log, path ?? '.', own) : await readNoManifests(args, io);
  const before = isAlone ? NOTHING : await openBefore(choice, desired, args, io, log);
  if (isAlone && choice.kind !== 'none')
    log.detail('before: nothing, for there is no embedded cluster yet (--snapshot, --live or --base choose another)');
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

/** The world that manifests lead to. */
export type AppliedWorld = Pick<QuestionWorld, 'base' | 'findings' | 'world'>;

async function openBefore(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io, log: Log): Promise<Before> {
  const { openForQuestion } = await import('./question-before.ts');
  return openForQuestion(choice, desired, args, io, log);
}

function chooseWorld(path: string | undefined, args: Arguments): 'before' | 'after' {
  const asked = args.string('world');
  if (asked === 'before' || asked === 'after') return asked;
  return path !== undefined || findGiven(args, WHOLE_WORLDS) === undefined ? 'after' : 'before';
}

/** The world with PATH applied, as a plan would; references are not part of a question. */
async function applyManifests(desired: Desired, before: Before, args: Arguments, io: Io, log: Log): Promise<AppliedWorld> {
  const made = before === NOTHING ? makeManifests(desired, args, io) : undefined;
  if (made !== undefined) return made;
  const { applyToWorld } = await import('./question-apply.ts');
  return applyToWorld(desired, before, args, io, log);
}

/** The same where nothing is there before and the objects were judged as they were read: no more than this must be loaded then. */
function makeManifests(desired: Desired, args: Arguments, io: Io): AppliedWorld | undefined {
  const { manifests, config, context, defaultNamespace } = desired;
  const catalogs = loadCatalogs(chooseVersions(args, config, undefined));
  const [catalog] = catalogs;
  const found = readVerdicts(manifests, { catalogs, context, defaultNamespace });
  if (catalog === undefined || found === undefined) return undefined;
  const world = makeWorld({ desired: manifests, context, catalog, defaultNamespace, salt: newSalt() });
  const findings = [...desired.findings, ...found.map(asOfApply)];
  return { world, base: context, findings: waiveAll(findings, { ...desired, today: todayOf(io) }) };
}

// A plan makes the embedded cluster that nobody chose, for it may be applied to; a question leaves nothing behind.
function isNeverMade(choice: BeforeChoice, args: Arguments, io: Io): boolean {
  return choice.kind === 'embedded' && args.string('embedded') === undefined && !existsSync(resolve(io.cwd, choice.directory));
}

function withContext(world: World, context: World): World {
  return context.size === 0 ? world : context.with(world.objects());
}
