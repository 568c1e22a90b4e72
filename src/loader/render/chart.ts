import { join } from 'node:path';
import { toFinding, type Finding, type KubernetesObject, type Manifest, type Origin, type SourceRange } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { hidesObjects } from '../incomplete.ts';
import { beginningOf } from '../tree/disk-fault.ts';
import type { SourceTree, TreeFile } from '../tree/tree.ts';
import { DocumentOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { splitDocuments } from '../yaml/split.ts';
import { TextSource } from '../yaml/text-source.ts';
import type { RenderContext, RenderedUnit } from './build-kustomization.ts';
import { findSource } from './object-match.ts';
import { TemplateOrigin } from './rendered-origin.ts';
import type { Renderer } from './renderer.ts';
import { provideFiles, withScratch } from './scratch.ts';
import type { SourceFiles } from './source-files.ts';

/** A chart of the tree. */
export interface ChartUnit {
  readonly directory: string;
  /** Its Chart.yaml. */
  readonly file: string;
  readonly files: readonly TreeFile[];
  readonly isLibrary: boolean;
  /** If there are any, it must not be rendered. */
  readonly findings: readonly Finding[];
}

/** Reads Chart.yaml: whether there is anything to render, and whether what the chart depends on is there. */
export function readChart(directory: string, tree: SourceTree, sources: SourceFiles): ChartUnit {
  const inside = directory === '' ? '' : `${directory}/`;
  const file = `${inside}Chart.yaml`;
  const files = tree.files.filter(({ path }) => path.startsWith(inside));
  const { documents, findings } = sources.documents(file);
  const value = documents[0]?.value;
  const missing = getArray(value, 'dependencies')
    .flatMap((dependency) => getString(dependency, 'name') ?? [])
    .filter((name) => !files.some(({ path }) => isDependency(path.slice(inside.length), name)));
  const source = sources.get(file)?.source;
  const place = documents[0]?.place;
  const origin = source === undefined || place === undefined ? undefined : new DocumentOrigin(source, place, sources.memo);
  const faults = findings.filter(({ severity }) => severity === 'error');
  if (missing.length > 0 && origin !== undefined) {
    faults.push(toFinding('KL0037', { source: origin.locate(['dependencies']), data: { names: missing, directory: directory || '.' } }));
  }
  if (tree.escapes.some((path) => path.startsWith(inside))) {
    faults.push(
      toFinding('KL0036', {
        source: beginningOf(file),
        data: { directory: directory || '.', reason: 'a link in it leads out of the tree' },
      }),
    );
  }
  return { directory, file, files, isLibrary: getString(value, 'type') === 'library', findings: faults };
}

function isDependency(path: string, name: string): boolean {
  return path === `charts/${name}/Chart.yaml` || (path.startsWith(`charts/${name}-`) && path.endsWith('.tgz'));
}

/** Renders a chart with its own values, and gives each object the template that wrote it. */
export async function renderChart(chart: ChartUnit, renderer: Renderer, context: RenderContext): Promise<RenderedUnit> {
  return withScratch(context, async (scratch) => {
    const root = provideFiles(
      context.tree,
      chart.files.flatMap((file) => context.sources.get(file.path) ?? []),
      scratch,
    );
    const rendered = await renderer.render(join(root, chart.directory), scratch, context.signal);
    if (rendered.kind === 'ok') return mapBack(chart, rendered.text, context);
    const data = { directory: chart.directory || '.', reason: rendered.reason.replaceAll(`${root}/`, '') };
    return { manifests: [], findings: [toFinding('KL0036', { source: placeOf(chart, rendered.reason), data })] };
  });
}

// helm names the template and the line where it gave up.
function placeOf(chart: ChartUnit, reason: string): SourceRange {
  const [, template = '', line = '1'] = /[\w.-]+\/(templates\/[^\s:]+):(\d+)/.exec(reason) ?? [];
  const path = chart.directory === '' ? template : `${chart.directory}/${template}`;
  if (!chart.files.some((file) => file.path === path)) return beginningOf(chart.file);
  return { ...beginningOf(path), line: Number(line), endLine: Number(line) };
}

function mapBack(chart: ChartUnit, text: string, context: RenderContext): RenderedUnit {
  const manifests: Manifest[] = [];
  const findings: Finding[] = [];
  for (const { start, end } of splitDocuments(text)) {
    const part = text.slice(start, end);
    const template = /^# Source: [^/\n]+\/(.+)$/m.exec(part)?.[1];
    const file = template === undefined ? chart.file : `${chart.directory === '' ? '' : `${chart.directory}/`}${template}`;
    const parsed = parseFile(new TextSource(file, part), context.limits);
    for (const { object } of parsed.objects)
      manifests.push({ object, origin: findOrigin(chart, file, object, context), unit: chart.directory || '.' });
    for (const finding of parsed.findings) {
      if (finding.severity === 'error' || finding.code === 'KL0022' || hidesObjects(finding))
        findings.push({ ...finding, source: beginningOf(file) });
    }
  }
  return { manifests, findings };
}

function findOrigin(chart: ChartUnit, file: string, object: KubernetesObject, { sources }: RenderContext): Origin {
  const source = sources.get(file)?.source ?? sources.get(chart.file)?.source ?? new TextSource(chart.file, '');
  const parsed = source.file === file ? sources.parse(file) : undefined;
  const plain = parsed === undefined || parsed.isTemplated ? undefined : findSource(object, parsed.objects);
  return plain === undefined ? new TemplateOrigin(source, object) : new DocumentOrigin(source, plain.place, sources.memo);
}
