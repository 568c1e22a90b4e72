import type { Finding, Manifest } from '../../model/index.ts';
import { countFindings, type ValidateReport } from '../../report/index.ts';
import { validateManifests } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import { waive } from '../config.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure, readBaseline, withoutKnown } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { chooseVersions, loadCatalogs, readDesired, type Desired } from '../stages/desired.ts';

/** `kplan validate [PATH...]`: findings only. */
export async function runValidate(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const paths = args.positionals.length === 0 ? ['.'] : args.positionals;
  const loaded: Desired[] = [];
  for (const path of paths) loaded.push(await readDesired(args, io, log, path));
  const [first] = loaded;
  if (first === undefined) return 0;
  const versions = chooseVersions(args, first.config, undefined);
  const manifests = loaded.flatMap((item) => [...item.manifests]);
  const started = io.now();
  const findings = judge(manifests, loaded, first, versions);
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
  await printReport(report, args, io);
  return isFailure(known, [], args.string('fail-on') ?? first.config.failOn ?? 'error') ? 1 : 0;
}

function judge(
  manifests: readonly Manifest[],
  loaded: readonly Desired[],
  first: Desired,
  versions: readonly string[],
): readonly Finding[] {
  const found = validateManifests(manifests, {
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
