import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import {
  annotationsOf,
  nameOf,
  toFinding,
  toRefKey,
  withMetadata,
  type Finding,
  type KubernetesObject,
  type Manifest,
} from '../../model/index.ts';
import { getArray, getObject, getString, isArray } from '../../std/index.ts';
import type { Limits } from '../limits.ts';
import { hidesObjects } from '../incomplete.ts';
import { beginningOf } from '../tree/disk-fault.ts';
import type { SourceTree } from '../tree/tree.ts';
import { DocumentOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { TextSource } from '../yaml/text-source.ts';
import type { Kustomization } from './kustomization.ts';
import type { KustomizeUnit } from './kustomize-graph.ts';
import { findSource, ORIGIN_ANNOTATION, readOrigin } from './object-match.ts';
import { RenderedOrigin, type SourceObject } from './rendered-origin.ts';
import type { Renderer } from './renderer.ts';
import { provideFiles, withScratch } from './scratch.ts';
import type { SourceFiles } from './source-files.ts';

/** What building and mapping back needs. */
export interface RenderContext {
  readonly tree: SourceTree;
  readonly sources: SourceFiles;
  readonly limits: Limits;
  readonly signal?: AbortSignal;
  readonly hold?: () => () => void;
}

/** What a unit renders to. */
export interface RenderedUnit {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/**
 * Builds a kustomization through an overlay of our own that asks for origin annotations, and gives each object the place
 * that it was made from. The user's files are not touched.
 */
export async function buildKustomization(unit: KustomizeUnit, renderer: Renderer, context: RenderContext): Promise<RenderedUnit> {
  const { tree, sources, signal } = context;
  return withScratch(context, async (scratch) => {
    const root = provideFiles(
      tree,
      unit.files.flatMap((file) => sources.get(file.path) ?? []),
      scratch,
    );
    const overlay = join(scratch, 'overlay');
    mkdirSync(overlay);
    const asked = unit.kustomizations[0]?.buildMetadata ?? [];
    const target = relative(overlay, join(root, unit.directory)).split(sep).join('/');
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      JSON.stringify({ resources: [target], buildMetadata: [...new Set(['originAnnotations', ...asked])] }),
    );
    const rendered = await renderer.render(overlay, scratch, signal);
    if (rendered.kind === 'ok') return mapBack(unit, rendered.text, asked.includes('originAnnotations'), { ...context, root, overlay });
    const reason = rendered.reason
      .replaceAll(`${root}/`, '')
      .replaceAll(overlay, '.')
      .replaceAll(target, unit.directory || '.');
    const data = { program: renderer.name, directory: unit.directory || '.', reason };
    return { manifests: [], findings: [toFinding('KL0031', { source: beginningOf(unit.file), data })] };
  });
}

interface MapContext extends RenderContext {
  readonly root: string;
  readonly overlay: string;
}

function mapBack(unit: KustomizeUnit, text: string, keepsAnnotation: boolean, context: MapContext): RenderedUnit {
  const parsed = parseFile(new TextSource(unit.file, text), context.limits);
  const patches = unit.files.flatMap((file) => objectsOf(file.path, context));
  const manifests = parsed.objects.map(({ object }) => {
    const origin = findOrigin(unit, object, patches, context);
    return { object: keepsAnnotation ? object : withoutOrigin(object), ...origin, unit: unit.directory || '.' };
  });
  const sourceFindings = unit.files.flatMap((file) => context.sources.parse(file.path)?.findings ?? []);
  const own = sourceFindings.filter(({ code }) => code !== 'KL0020' && code !== 'KL0021');
  return { manifests, findings: [...own, ...listHidden(unit, parsed.findings, own)] };
}

// What the build wrote and cannot be planned, unless a source says so already; prefixes make other names of it.
function listHidden(unit: KustomizeUnit, built: readonly Finding[], own: readonly Finding[]): readonly Finding[] {
  const nameOfFinding = ({ code, ref }: Finding): string => `${code} ${ref === undefined ? '' : toRefKey(ref)}`;
  const told = new Set(own.map(nameOfFinding));
  const hidden = built.filter((finding) => (finding.code === 'KL0022' || hidesObjects(finding)) && !told.has(nameOfFinding(finding)));
  return hidden.map((finding) => ({ ...finding, source: beginningOf(unit.file) }));
}

function findOrigin(
  unit: KustomizeUnit,
  rendered: KubernetesObject,
  patches: readonly SourceObject[],
  context: MapContext,
): Pick<Manifest, 'origin' | 'waivers'> {
  const { path, configuredIn } = readOrigin(rendered);
  const toTree = (text: string): string => relative(context.root, resolve(context.overlay, text)).split(sep).join('/');
  if (path !== undefined) {
    const file = toTree(path);
    const base = findSource(rendered, context.sources.parse(file)?.objects ?? []);
    const source = context.sources.get(file)?.source;
    if (base !== undefined && source !== undefined) {
      const origin = new DocumentOrigin(source, base.place, context.sources.memo);
      const related = patches.filter(({ object, origin: { file: other } }) => other !== file && isPatchFor(object, base.object));
      const whole = new RenderedOrigin(rendered, { object: base.object, origin }, related);
      return base.waivers.length === 0 ? { origin: whole } : { origin: whole, waivers: base.waivers };
    }
  }
  const directory = configuredIn === undefined ? unit.directory : posix.dirname(toTree(configuredIn));
  const kustomization = unit.kustomizations.find((item) => item.directory === (directory === '.' ? '' : directory));
  return { origin: findGenerator(kustomization ?? unit.kustomizations[0], rendered) };
}

function isPatchFor(patch: KubernetesObject, base: KubernetesObject): boolean {
  return patch.kind === base.kind && nameOf(patch) === nameOf(base);
}

function objectsOf(path: string, { sources }: RenderContext): readonly SourceObject[] {
  const source = sources.get(path)?.source;
  if (source === undefined || !/\.(?:ya?ml|json)$/i.test(path)) return [];
  return (sources.parse(path)?.objects ?? []).map(({ object, place }) => ({
    object,
    origin: new DocumentOrigin(source, place, sources.memo),
  }));
}

function findGenerator(kustomization: Kustomization | undefined, rendered: KubernetesObject): Manifest['origin'] {
  if (kustomization === undefined) throw new Error('a unit has a kustomization');
  const field = rendered.kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator';
  const name = nameOf(rendered);
  const index = getArray(kustomization.value, field).findIndex((item) => name.includes(getString(item, 'name') ?? '\0'));
  const { origin } = kustomization;
  const path = index < 0 || !isArray(kustomization.value[field]) ? [] : [field, index];
  const range = origin.locate(path);
  return { file: origin.file, document: origin.document, line: range.line, locate: () => range };
}

function withoutOrigin(object: KubernetesObject): KubernetesObject {
  if (!annotationsOf(object).has(ORIGIN_ANNOTATION)) return object;
  const annotations = Object.fromEntries(
    Object.entries(getObject(object.metadata, 'annotations') ?? {}).filter(([key]) => key !== ORIGIN_ANNOTATION),
  );
  return withMetadata(object, { annotations: Object.keys(annotations).length === 0 ? undefined : annotations });
}
