import type { Finding, Manifest } from '../../model/index.ts';
import { countFindings, type ValidateReport } from '../../report/index.ts';
import type { LoadOptions } from '../../loader/index.ts';
import { packId } from '../../model/schema/index.ts';
import { createDigester, redefinesBuiltIn, validateManifests } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import { waive } from '../config.ts';
import { createLog, type Io, type Log } from '../io.ts';
import { isFailure, readBaseline, withoutKnown } from '../outcome.ts';
import { withoutOverlap } from '../overlap.ts';
import { printReport, readTargets } from '../output.ts';
import { readConfig } from '../stages/config-file.ts';
import { openReferenceMemory } from '../stages/reference-memory.ts';
import { chooseVersions, loadCatalogs, readDesired, type Desired } from '../stages/desired.ts';

/** `kplan validate [PATH...]`: findings only. */
export async function runValidate(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const paths = args.positionals.length === 0 ? ['.'] : args.positionals;
  const digested = await readAll(paths, args, io, log, chooseDigester(args, io));
  const loaded = withoutOverlap(mustBeWhole(digested, args) ? await readAll(paths, args, io, log, undefined) : digested);
  const [first] = loaded;
  if (first === undefined) return 0;
  const versions = chooseVersions(args, first.config, undefined);
  const manifests = loaded.flatMap((item) => [...item.manifests]);
  const started = io.now();
  const findings = judge(manifests, loaded, first, versions, io);
  log.detail(`validated for Kubernetes ${versions.join(', ')} in ${io.now() - started} ms`);
  const known = withoutKnown(findings, readBaseline(args, io));
  const report: ValidateReport = {
    kind: 'ValidateReport',
    after: { ...first.source, description: paths.join(', '), kubernetesVersions: versions },
    loaded: {
      files: sum(loaded, (item) => item.loaded.files),
      objects: manifests.length,
      notes: loaded.flatMap((item) => [...item.loaded.notes]),
    },
    findings: known,
    notes: [],
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

/** The hash in a bundle's name covers all that it imports; none when run from source. */
const BUILD = /-([A-Z0-9]{8})\.js$/.exec(import.meta.url)?.[1];

/** A judge of objects as they are read, so that those of unchanged files need not be judged again. */
function chooseDigester(args: Arguments, io: Io): LoadOptions['digester'] {
  if (BUILD === undefined) return undefined;
  let versions: readonly string[] | undefined;
  return async (root) => {
    const chosen = (versions ??= chooseVersions(args, await readConfig(args, io, root), undefined));
    return createDigester([BUILD, packId(), ...chosen].join(' '), () => loadCatalogs(chosen));
  };
}

function mustBeWhole(loaded: readonly Desired[], args: Arguments): boolean {
  const [first] = loaded;
  if (BUILD === undefined || first === undefined) return false;
  const catalogs = loadCatalogs(chooseVersions(args, first.config, undefined));
  return redefinesBuiltIn(
    loaded.flatMap((item) => [...item.manifests]),
    { catalogs, context: first.context },
  );
}

function judge(
  manifests: readonly Manifest[],
  loaded: readonly Desired[],
  first: Desired,
  versions: readonly string[],
  io: Io,
): readonly Finding[] {
  const references = BUILD === undefined ? undefined : openReferenceMemory(io, [BUILD, packId(), ...versions].join(' '), loaded);
  const found = validateManifests(manifests, {
    ...(references === undefined ? {} : { references }),
    catalogs: loadCatalogs(versions),
    context: first.context,
    knowsCluster: false,
    defaultNamespace: first.defaultNamespace,
  });
  return waive([...loaded.flatMap((item) => [...item.findings]), ...found], first.config.ignore);
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
