import { comparePaths, compareRights, listChecks, listDenied, listPaths, listRights, type Holding } from '../../engine/rbac/index.ts';
import { labelsOf, World, type Fact } from '../../model/index.ts';
import {
  toPathsDot,
  toPathsPicture,
  type PathChanges,
  type PrincipalEntry,
  type RbacReport,
  type RightsChangeEntry,
} from '../../report/index.ts';
import { createReferenceEngine } from '../../validate/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { readAuditLog, type AuditLog } from '../stages/audit-log.ts';
import { waiveAll } from '../stages/waivers.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { toFinding } from '../stages/fact-finding.ts';
import { toLocate, type Locate } from '../stages/locate.ts';
import { toPathEntry, toRightEntries, toRightsChangeEntry } from '../stages/right-entries.ts';
import { openRightsWorld } from '../stages/rights-world.ts';
import { describeGaps, toUsageEntry } from '../stages/usage-entries.ts';
import { printLeastRights } from './least-rights.ts';
import { toSvg } from './picture.ts';

/** Flags that say how the least Roles are written. */
const OF_LEAST_RIGHTS = ['daemon', 'adopt', 'service-account'];

/** The paths of escalation alone, as a graph. */
const OWN_FORMATS = ['dot', 'svg'];

const DANGLING: ReadonlySet<string> = new Set(['KR0018', 'KR0019']);

/** `kplan rbac [PATH]`: who may do what, and what of that the manifests change; with --for-kapply the least Roles. */
export async function runRbac(args: Arguments, io: Io): Promise<number> {
  if (args.has('for-kapply')) return printLeastRights(args, io);
  const stray = OF_LEAST_RIGHTS.find((flag) => args.has(flag));
  if (stray !== undefined) throw usage(args.command, `--${stray} is of use with --for-kapply`);
  const isPicture = readTargets(args, OWN_FORMATS).every(({ format }) => OWN_FORMATS.includes(format));
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openRightsWorld(args.positionals[0], args, io, log);
  const started = io.now();
  const audit = args.string('audit');
  const used = audit === undefined ? undefined : { file: audit, log: await readAuditLog(audit, io) };
  const report = toReport(question, isPicture ? NO_RIGHTS : listAsked(question, args), used);
  log.detail(`compared rights in ${io.now() - started} ms`);
  await printReport(report, args, io, undefined, { dot: () => toPathsDot(report), svg: () => toSvg(toPathsPicture(report)) });
  return isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

/** What is told of whom, and of what changes for whom. */
type Told = Pick<RbacReport, 'changes' | 'principals'>;

/** A picture is of the paths alone: what everybody may do is not put together for it. */
const NO_RIGHTS: Told = { principals: [] };

function listAsked(question: QuestionWorld, args: Arguments): Told {
  const isAsked = readNamespaces(args);
  const locate = toLocateOf(question);
  const principals = listRights(question.world).flatMap(({ principal, holdings }): readonly PrincipalEntry[] => {
    const asked = holdings.filter(isAsked);
    const groups = principal.groups.map((key) => key.slice('group '.length));
    return asked.length === 0 ? [] : [{ subject: principal.subject, groups, rights: toRightEntries(asked, locate) }];
  });
  const base = toBase(question);
  return base === undefined ? { principals } : { principals, changes: listChanges(base, question, isAsked) };
}

/** The world to compare with; undefined where there is none. */
function toBase({ base, before }: QuestionWorld): World | undefined {
  return before.kind === 'none' ? undefined : base;
}

/** Where things stand in the manifests, of the world that they were put into. */
function toLocateOf(question: QuestionWorld): Locate {
  return question.which === 'after' ? toLocate(question) : () => undefined;
}

function toReport(question: QuestionWorld, told: Told, audit?: { readonly file: string; readonly log: AuditLog }): RbacReport {
  const { which, before, after, findings, world } = question;
  const notes = [...question.notes, ...(audit === undefined ? [] : describeGaps(audit.log))];
  const locate = toLocateOf(question);
  const base = toBase(question);
  const facts = [...listDenied(world, question.config.deny), ...listChecks(world, question.catalog), ...listDangling(world)];
  const found = facts.map((fact) => toFinding(fact, locate));
  return {
    kind: 'RbacReport',
    which,
    before,
    ...(after === undefined ? {} : { after }),
    ...told,
    paths: listPaths(world).map((path) => toPathEntry(path, locate)),
    ...(base === undefined ? {} : { pathChanges: listPathChanges(base, world, locate) }),
    ...(audit === undefined ? {} : { usage: toUsageEntry(audit.file, audit.log, world, locate) }),
    findings: [...findings, ...waiveAll(found, question)],
    notes,
    next:
      audit === undefined
        ? '`kplan who-can` asks for one right, `kplan can-i` for one subject; `-o json` names every binding and rule.'
        : 'Only what the log saw counts as used: rights for rare work may be missing from it. `-o json` has the roles to apply.',
  };
}

/** Bindings to roles and ServiceAccounts that do not exist; elsewhere than in this world they may. */
function listDangling(world: World): readonly Fact[] {
  const references = createReferenceEngine({ knowsAll: false }).compare(World.EMPTY, world);
  return references.flatMap(({ fact }) => (DANGLING.has(fact.code) && !isDefault(fact, world) ? [fact] : []));
}

/** Whether it is about the roles and bindings that every API server makes: their subjects come and go with controllers. */
function isDefault({ objects }: Fact, world: World): boolean {
  return objects.every(({ ref }) => {
    const object = world.get(ref);
    return object !== undefined && labelsOf(object).has('kubernetes.io/bootstrapping');
  });
}

function listChanges(base: World, question: QuestionWorld, isAsked: (holding: Holding) => boolean): readonly RightsChangeEntry[] {
  const worlds = { before: base, after: question.world, locate: toLocate(question) };
  return compareRights(base, question.world).flatMap(({ principal, gained, lost }) => {
    const asked = { principal, gained: gained.filter(isAsked), lost: lost.filter(isAsked) };
    return asked.gained.length + asked.lost.length === 0 ? [] : [toRightsChangeEntry(asked, worlds)];
  });
}

/** A path that is closed has no place in the manifests. */
function listPathChanges(base: World, world: World, locate: Locate): PathChanges {
  const { opened, closed } = comparePaths(base, world);
  return { opened: opened.map((path) => toPathEntry(path, locate)), closed: closed.map((path) => toPathEntry(path)) };
}

/** Whether a right is asked for: with -n one that holds in these namespaces, or everywhere. */
function readNamespaces(args: Arguments): (holding: Holding) => boolean {
  const namespaces = args.list('namespace');
  return ({ namespace }) => namespaces.length === 0 || namespace === '' || namespaces.includes(namespace);
}
