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
import { getObject, type Path } from '../../std/index.ts';
import type { Limits } from '../limits.ts';
import { hidesObjects } from '../incomplete.ts';
import { beginningOf } from '../tree/disk-fault.ts';
import type { SourceTree } from '../tree/tree.ts';
import { DocumentOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { TextSource } from '../yaml/text-source.ts';
import { locateComplaint } from './complaint.ts';
import type { FieldWriter } from './field-writer.ts';
import { findGenerator, toGeneratorWriter } from './generator-writers.ts';
import type { Kustomization } from './kustomization.ts';
import type { KustomizeUnit } from './kustomize-graph.ts';
import { findSource, ORIGIN_ANNOTATION, readOrigin, readTransformations, TRANSFORMATIONS_ANNOTATION } from './object-match.ts';
import { listPatchWriters } from './patch-writers.ts';
import { listTrail } from './rendered-trail.ts';
import { RenderedOrigin, type Rendering } from './rendered-origin.ts';
import type { Renderer } from './renderer.ts';
import { provideFiles, withScratch } from './scratch.ts';
import type { SourceFiles } from './source-files.ts';
import { listTransformerWriters } from './transformer-writers.ts';

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
      JSON.stringify({ resources: [target], buildMetadata: [...new Set(['originAnnotations', 'transformerAnnotations', ...asked])] }),
    );
    const rendered = await renderer.render(overlay, scratch, signal);
    if (rendered.kind === 'ok') return mapBack(unit, rendered.text, { ...context, root, overlay });
    const reason = rendered.reason
      .replaceAll(`${root}/`, '')
      .replaceAll(overlay, '.')
      .replaceAll(target, unit.directory || '.');
    const data = { program: renderer.name, directory: unit.directory || '.', reason };
    return { manifests: [], findings: [toFinding('KL0031', { source: locateComplaint(rendered.reason, unit, sources), data })] };
  });
}

interface MapContext extends RenderContext {
  readonly root: string;
  readonly overlay: string;
}

function mapBack(unit: KustomizeUnit, text: string, context: MapContext): RenderedUnit {
  const parsed = parseFile(new TextSource(unit.file, text), context.limits);
  const writers = new Map(unit.kustomizations.map((item) => [item, listWriters(item, context)]));
  const asked = unit.kustomizations[0]?.buildMetadata ?? [];
  const unasked = Object.entries(ANNOTATIONS).flatMap(([metadata, annotation]) => (asked.includes(metadata) ? [] : [annotation]));
  const manifests: readonly Manifest[] = parsed.objects.map(({ object }) => {
    const origin = findOrigin(unit, object, writers, { ...context, siblings: () => manifests });
    return { object: withoutAnnotations(object, unasked), ...origin, unit: unit.directory || '.' };
  });
  const sourceFindings = unit.files.flatMap((file) => context.sources.parse(file.path)?.findings ?? []);
  const own = sourceFindings.filter(({ code }) => code !== 'KL0020' && code !== 'KL0021');
  return { manifests, findings: [...own, ...listHidden(unit, parsed.findings, own)] };
}

/** What a kustomization asks for by these names of build metadata. */
const ANNOTATIONS = { originAnnotations: ORIGIN_ANNOTATION, transformerAnnotations: TRANSFORMATIONS_ANNOTATION };

// In the order of kustomize, the last word first: transformers, then patches, then generators.
function listWriters(kustomization: Kustomization, context: RenderContext): readonly FieldWriter[] {
  return [
    ...listTransformerWriters(kustomization),
    ...listPatchWriters(kustomization, context),
    toGeneratorWriter(kustomization, context.sources),
  ];
}

// What the build wrote and cannot be planned, unless a source says so already; prefixes make other names of it.
function listHidden(unit: KustomizeUnit, built: readonly Finding[], own: readonly Finding[]): readonly Finding[] {
  const nameOfFinding = ({ code, ref }: Finding): string => `${code} ${ref === undefined ? '' : toRefKey(ref)}`;
  const told = new Set(own.map(nameOfFinding));
  const hidden = built.filter((finding) => (finding.code === 'KL0022' || hidesObjects(finding)) && !told.has(nameOfFinding(finding)));
  return hidden.map((finding) => ({ ...finding, source: beginningOf(unit.file) }));
}

type Writers = ReadonlyMap<Kustomization, readonly FieldWriter[]>;

function findOrigin(
  unit: KustomizeUnit,
  rendered: KubernetesObject,
  writers: Writers,
  context: MapContext & { readonly siblings: () => readonly Manifest[] },
): Pick<Manifest, 'origin' | 'waivers'> {
  const { path, configuredIn } = readOrigin(rendered);
  const toTree = (text: string): string => relative(context.root, resolve(context.overlay, text)).split(sep).join('/');
  const applied = listApplied(unit, readTransformations(rendered).map(toTree));
  const rendering = {
    writers: applied.flatMap((item) => writers.get(item) ?? []),
    siblings: context.siblings,
    trail: (field: Path) => listTrail(rendered, field, applied, context.sources),
  };
  if (path !== undefined) {
    const file = toTree(path);
    const base = findSource(rendered, context.sources.parse(file)?.objects ?? []);
    const source = context.sources.get(file)?.source;
    if (base !== undefined && source !== undefined) {
      const origin = new DocumentOrigin(source, base.place, context.sources.memo);
      const whole = new RenderedOrigin(rendered, { object: base.object, origin }, rendering);
      return base.waivers.length === 0 ? { origin: whole } : { origin: whole, waivers: base.waivers };
    }
  }
  const directory = configuredIn === undefined ? unit.directory : posix.dirname(toTree(configuredIn));
  const kustomization =
    unit.kustomizations.find((item) => item.directory === (directory === '.' ? '' : directory)) ?? unit.kustomizations[0];
  if (kustomization === undefined) throw new Error('a unit has a kustomization');
  return { origin: originOfGenerated(kustomization, rendered, rendering) };
}

// Those that kustomize says were applied, the last first; all of them where it says nothing. The generator's own is not said.
function listApplied({ kustomizations }: KustomizeUnit, files: readonly string[]): readonly Kustomization[] {
  const rank = new Map(files.map((file, index) => [file, index]));
  const rankOf = ({ origin }: Kustomization): number => rank.get(origin.file) ?? -1;
  return kustomizations.toSorted((a, b) => rankOf(b) - rankOf(a));
}

function originOfGenerated(kustomization: Kustomization, rendered: KubernetesObject, rendering: Rendering): Manifest['origin'] {
  const { origin } = kustomization;
  const range = origin.locate(findGenerator(kustomization, rendered.kind, nameOf(rendered)) ?? []);
  const object: KubernetesObject = { apiVersion: rendered.apiVersion, kind: rendered.kind, metadata: {} };
  const whole = { file: origin.file, document: origin.document, line: range.line, locate: () => range };
  return new RenderedOrigin(rendered, { object, origin: whole }, rendering);
}

function withoutAnnotations(object: KubernetesObject, names: readonly string[]): KubernetesObject {
  const had = annotationsOf(object);
  if (!names.some((name) => had.has(name))) return object;
  const annotations = Object.fromEntries(
    Object.entries(getObject(object.metadata, 'annotations') ?? {}).filter(([key]) => !names.includes(key)),
  );
  return withMetadata(object, { annotations: Object.keys(annotations).length === 0 ? undefined : annotations });
}
