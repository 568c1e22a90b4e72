import { posix } from 'node:path';
import { toFinding, type Finding, type Manifest } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import { beginningOf } from '../tree/disk-fault.ts';
import { isManifestName, type SourceTree, type TreeFile } from '../tree/tree.ts';
import { buildKustomization, type RenderContext, type RenderedUnit } from './build-kustomization.ts';
import { readChart, renderChart, type ChartUnit } from './chart.ts';
import { isKustomizationName } from './kustomization.ts';
import { directoryOf, KustomizeGraph, type KustomizeUnit } from './kustomize-graph.ts';
import { toNotBuilt, toNotRendered } from './not-rendered.ts';
import type { Renderer, Renderers } from './renderer.ts';
import type { SourceFile } from './source-files.ts';

const AT_ONCE = 2;

/** What kustomizations and charts give, and which files are left to be read as they are. */
export interface RenderedTree {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
  readonly plainFiles: readonly TreeFile[];
  /** The files that kustomizations and charts are made of. */
  readonly sources: readonly SourceFile[];
}

/** Builds every kustomization that no other one names and every chart of the tree. A program that is not there is one finding. */
export async function renderUnits(renderers: Renderers, context: RenderContext): Promise<RenderedTree> {
  const { tree, sources } = context;
  const charts = findDirectories(tree.files, (path) => posix.basename(path) === 'Chart.yaml');
  const outermost = charts.filter((directory) => !charts.some((other) => other !== directory && isWithin(directory, other)));
  const isInChart = (path: string): boolean => outermost.some((directory) => isWithin(path, directory));
  const outside = tree.files.filter((file) => !isInChart(file.path));
  const directories = findDirectories(outside, isKustomizationName);
  if (outermost.length === 0 && directories.length === 0) {
    return { manifests: [], findings: [], plainFiles: outside.filter((file) => isPlain(file, tree)), sources: [] };
  }
  const graph = new KustomizeGraph(tree, sources);
  await graph.read(directories);
  const units = graph.units(directories);
  await sources.load(tree.files.filter((file) => isInChart(file.path)));
  await sources.load(units.flatMap((unit) => unit.files));
  const chartUnits = outermost.map((directory) => readChart(directory, tree, sources)).filter((chart) => !chart.isLibrary);
  const { kustomize, helm } = renderers;
  const rendered = [
    ...(await runAll(units, kustomize, (unit, renderer) => buildKustomization(unit, renderer, context), toNotBuilt)),
    ...(await runAll(chartUnits, helm, (chart, renderer) => renderChart(chart, renderer, context), toNotRendered)),
  ];
  const plain = sortOut(outside, graph);
  const findings = [...sources.findings, ...rendered.flatMap((unit) => unit.findings), ...plain.findings];
  return {
    manifests: rendered.flatMap((unit) => unit.manifests),
    findings: unique(findings),
    plainFiles: plain.files,
    sources: sources.all(),
  };
}

function sortOut(
  files: readonly TreeFile[],
  graph: KustomizeGraph,
): { readonly files: readonly TreeFile[]; readonly findings: readonly Finding[] } {
  const owned = graph.ownedFiles();
  const plain: TreeFile[] = [];
  const findings: Finding[] = [];
  for (const file of files) {
    const isKustomization = isKustomizationName(file.path);
    if (isKustomization && !graph.isKustomized(directoryOf(file.path))) plain.push(file);
    else if (isKustomization || owned.has(file.path) || !isPlainName(file)) continue;
    else if (graph.isBroken(directoryOf(file.path))) continue;
    else if (graph.isKustomized(directoryOf(file.path))) findings.push(toFinding('KL0034', { source: beginningOf(file.path), data: {} }));
    else plain.push(file);
  }
  return { files: plain, findings };
}

/** Whether a file is read for manifests: by its name, or because it is what was asked for. */
function isPlain(file: TreeFile, { prefix }: Pick<SourceTree, 'prefix'>): boolean {
  return file.path === prefix || isPlainName(file);
}

// Files of tools that stand among manifests and are none.
function isPlainName(file: TreeFile): boolean {
  const name = posix.basename(file.path);
  return isManifestName(name) && !/^(?:kplan\.ya?ml|values(?:[-.].*)?\.ya?ml)$/.test(name);
}

async function runAll<Unit extends KustomizeUnit | ChartUnit>(
  units: readonly Unit[],
  renderer: Renderer | undefined,
  render: (unit: Unit, renderer: Renderer) => Promise<RenderedUnit>,
  toMissing: (units: readonly Unit[]) => readonly Finding[],
): Promise<readonly RenderedUnit[]> {
  const refused = units.filter((unit) => unit.findings.length > 0);
  const sound = units.filter((unit) => unit.findings.length === 0);
  const results = refused.map((unit): RenderedUnit => ({ manifests: [], findings: unit.findings }));
  if (renderer === undefined) return [...results, { manifests: [], findings: toMissing(sound) }];
  for (let at = 0; at < sound.length; at += AT_ONCE) {
    results.push(...(await Promise.all(sound.slice(at, at + AT_ONCE).map((unit) => render(unit, renderer)))));
  }
  return results;
}

function findDirectories(files: readonly TreeFile[], isMark: (path: string) => boolean): readonly string[] {
  return [...new Set(files.filter((file) => isMark(file.path)).map((file) => directoryOf(file.path)))].toSorted(compareStrings);
}

function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

// Units share bases, and what is odd in a base is said once.
function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify([finding.code, finding.source, finding.path ?? '']), finding])).values()];
}
