import { join } from 'node:path';
import { fingerprint, type Finding, type Manifest } from '../../model/index.ts';
import { countFindings, type ValidateReport } from '../../report/index.ts';
import type { LoadOptions } from '../../loader/index.ts';
import { packId } from '../../model/schema/index.ts';
import { listFixes, redefinesBuiltIn, validateManifests, type ValidateOptions } from '../../validate/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io, type Log } from '../io.ts';
import { describeBaseline, isFailure, readBaseline, withoutKnown } from '../outcome.ts';
import { withoutOverlap } from '../overlap.ts';
import { printReport, readTargets } from '../output.ts';
import { findAdmitted } from '../stages/admission-findings.ts';
import { BUILD, digestFiles } from '../stages/judge-files.ts';
import { mendFiles, type MendedFile } from '../stages/mend-files.ts';
import { replaceFile } from '../stages/replace-file.ts';
import { toPatch } from '../stages/patch.ts';
import { openReferenceMemory } from '../stages/reference-memory.ts';
import { chooseVersions, loadCatalogs, readDesired, type Desired } from '../stages/desired.ts';
import { needsWhole } from '../stages/under-admission.ts';
import { judgeWaivers, todayOf, waiveAll } from '../stages/waivers.ts';

/** `kplan validate [PATH...]`: findings only. */
export async function runValidate(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const paths = args.positionals.length === 0 ? ['.'] : args.positionals;
  checkCanMend(args, paths);
  const digested = await readAll(paths, args, io, log, digestFiles(args, io));
  const readWhole = async (): Promise<readonly Desired[]> => withoutOverlap(await readAll(paths, args, io, log, undefined));
  const isDigested = BUILD !== undefined && !mustBeWhole(digested, args);
  const loaded = isDigested ? withoutOverlap(digested) : await readWhole();
  const [first] = loaded;
  if (first === undefined) return 0;
  const versions = chooseVersions(args, first.config, undefined);
  const manifests = listManifests(loaded);
  const started = io.now();
  const all = [...manifests.map(({ object }) => object), ...first.context.objects()];
  const judged = isDigested && needsWhole(all) ? listManifests(await readWhole()) : manifests;
  const found = judge(manifests, judged, loaded, first, versions, io);
  log.detail(`validated for Kubernetes ${versions.join(', ')} in ${io.now() - started} ms`);
  const baseline = readBaseline(args, io, 'validate');
  const open = withoutKnown(found, baseline);
  const mended = args.has('fix') || args.has('diff') ? mendFiles(findFixes(manifests, first, versions, open), first.root) : [];
  if (args.has('diff')) {
    for (const file of mended) io.out(toPatch(file));
    return 0;
  }
  for (const { file, after } of mended) replaceFile(join(first.root, file), after);
  const gone = new Set(mended.flatMap((item) => item.findings.map(fingerprint)));
  const known = open.filter((finding) => !gone.has(fingerprint(finding)));
  const report: ValidateReport = {
    kind: 'ValidateReport',
    after: { ...first.source, description: paths.join(', '), kubernetesVersions: versions },
    loaded: {
      files: sum(loaded, (item) => item.loaded.files),
      objects: manifests.length,
      notes: loaded.flatMap((item) => [...item.loaded.notes]),
    },
    findings: known,
    notes: [...describeBaseline(baseline, known), ...(args.has('fix') ? [describeMended(mended)] : [])],
    next: nextStep(known, paths),
  };
  await printReport(report, args, io, first.config.failOn);
  return isFailure(known, [], args.string('fail-on') ?? first.config.failOn ?? 'error') ? 1 : 0;
}

async function readAll(
  paths: readonly string[],
  args: Arguments,
  io: Io,
  log: Log,
  digester: LoadOptions['digester'],
): Promise<readonly Desired[]> {
  const loaded: Desired[] = [];
  for (const path of paths) loaded.push(await readDesired(args, io, log, path, digester === undefined ? {} : { digester }));
  return loaded;
}

/** Refuses to mend what is not the files here: a revision, or standard input. */
function checkCanMend(args: Arguments, paths: readonly string[]): void {
  const flag = ['fix', 'diff'].find((name) => args.has(name));
  if (flag === undefined) return;
  if (args.string('ref') !== undefined || paths.includes('-'))
    throw usage(args.command, `--${flag} needs files that can be written: no --ref, and no standard input`);
  if (paths.length > 1) throw usage(args.command, `--${flag} takes one PATH`);
}

/** What mends those of the findings that are open and not waived. */
function findFixes(
  manifests: readonly Manifest[],
  first: Desired,
  versions: readonly string[],
  open: readonly Finding[],
): ReturnType<typeof listFixes> {
  const wanted = new Set(open.filter((finding) => finding.waived === undefined).map(fingerprint));
  return listFixes(manifests, optionsOf(first, versions), (finding) => wanted.has(fingerprint(finding)));
}

function describeMended(mended: readonly MendedFile[]): string {
  const count = sum(mended, (item) => item.findings.length);
  if (count === 0) return 'nothing was mended: none of the findings is safe to mend in place';
  return `mended ${count} finding${count === 1 ? '' : 's'} in ${mended.length} file${mended.length === 1 ? '' : 's'}`;
}

function optionsOf(first: Desired, versions: readonly string[]): ValidateOptions {
  return {
    catalogs: loadCatalogs(versions),
    context: first.context,
    knowsCluster: false,
    defaultNamespace: first.defaultNamespace,
    practices: first.config.practices,
  };
}

function mustBeWhole(loaded: readonly Desired[], args: Arguments): boolean {
  const [first] = loaded;
  if (first === undefined) return false;
  if (first.config.practices !== undefined) return true;
  const catalogs = loadCatalogs(chooseVersions(args, first.config, undefined));
  return redefinesBuiltIn(listManifests(loaded), { catalogs, context: first.context });
}

function listManifests(loaded: readonly Desired[]): readonly Manifest[] {
  return loaded.flatMap((item) => [...item.manifests]);
}

function judge(
  manifests: readonly Manifest[],
  whole: readonly Manifest[],
  loaded: readonly Desired[],
  first: Desired,
  versions: readonly string[],
  io: Io,
): readonly Finding[] {
  const references = BUILD === undefined ? undefined : openReferenceMemory(io, [BUILD, packId(), ...versions].join(' '), loaded);
  const found = validateManifests(manifests, {
    ...optionsOf(first, versions),
    ...(references === undefined ? {} : { references }),
  });
  const all = [...loaded.flatMap((item) => [...item.findings]), ...found, ...findAdmitted(whole, first, versions)];
  const waivers = { manifests, config: first.config, today: todayOf(io) };
  const findings = waiveAll(all, waivers);
  return [...findings, ...judgeWaivers(findings, waivers)];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function nextStep(findings: readonly Finding[], paths: readonly string[]): string {
  const worst =
    findings.find((finding) => finding.waived === undefined && finding.severity === 'error') ??
    findings.find((finding) => finding.waived === undefined && finding.severity === 'warning');
  if (worst !== undefined) return `\`kplan explain ${worst.code}\` says more.`;
  const notes = countFindings(findings).info > 0 ? ' --all shows the notes.' : '';
  return `\`kplan ${paths.join(' ')}\` says what it would change.${notes}`;
}
