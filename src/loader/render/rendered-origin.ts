import { compareSourceRanges, nameOf, type KubernetesObject, type Manifest, type Origin, type SourceRange } from '../../model/index.ts';
import { getAt, getString, isArray, isObject, type JsonValue, type Path } from '../../std/index.ts';
import type { TextSource } from '../yaml/text-source.ts';
import { findField } from './field-path.ts';
import type { FieldWriter, Written } from './field-writer.ts';
import { translatePath } from './object-match.ts';

/** An object of the sources: what it holds and where. */
export interface SourceObject {
  readonly object: KubernetesObject;
  readonly origin: Origin;
}

/** What made a rendered object of its source. */
export interface Rendering {
  /** Asked in turn, the one with the last word first. */
  readonly writers: readonly FieldWriter[];
  /** The objects that were rendered with it. */
  readonly siblings: () => readonly Manifest[];
  /** What else has a say in a field, the nearest first. */
  readonly trail: (path: Path) => readonly SourceRange[];
}

/** So many differing fields of a whole are looked at for the one place that wrote them. */
const MOST_PARTS = 16;

/**
 * The origin of a rendered object: the object it was made from, or what gave a field its value (a patch, an image, a generator's entry).
 */
export class RenderedOrigin implements Origin {
  readonly file: string;
  readonly document: number;
  readonly line: number;
  readonly #rendered: KubernetesObject;
  readonly #base: SourceObject;
  readonly #writers: readonly FieldWriter[];
  readonly #siblings: () => readonly Manifest[];
  readonly #trail: (path: Path) => readonly SourceRange[];

  constructor(rendered: KubernetesObject, base: SourceObject, { writers, siblings, trail }: Rendering) {
    this.file = base.origin.file;
    this.document = base.origin.document;
    this.line = base.origin.line;
    this.#rendered = rendered;
    this.#base = base;
    this.#writers = writers;
    this.#siblings = siblings;
    this.#trail = trail;
  }

  locate(path: Path): SourceRange {
    const own = translatePath(this.#rendered, this.#base.object, path);
    const written = own.isEqual || path.length === 0 ? undefined : (this.#findWritten(path)?.range ?? this.#findWriterOfAll(path));
    return written ?? this.#base.origin.locate(own.path);
  }

  copiedFrom(path: Path): ReturnType<NonNullable<Origin['copiedFrom']>> {
    if (path.length === 0 || translatePath(this.#rendered, this.#base.object, path).isEqual) return undefined;
    const copied = this.#findWritten(path)?.copied;
    const source = copied === undefined ? undefined : findCopied(copied, this.#siblings());
    const field = source === undefined ? undefined : findField(getString(copied, 'fieldPath') ?? 'metadata.name', source.object);
    return source === undefined || field === undefined ? undefined : { origin: source.origin, path: field };
  }

  trail(path: Path): readonly SourceRange[] {
    return this.#trail(path);
  }

  #findWritten(path: Path): Written | undefined {
    const field = { rendered: this.#rendered, base: this.#base.object, path, value: getAt(this.#rendered, ...path) };
    for (const write of this.#writers) {
      const written = write(field);
      if (written !== undefined) return written;
    }
    return undefined;
  }

  /** The one place that wrote all that differs within a whole; undefined where there are several. */
  #findWriterOfAll(path: Path): SourceRange | undefined {
    const leaves = listLeaves(getAt(this.#rendered, ...path), path);
    const differing = leaves.filter((leaf) => !translatePath(this.#rendered, this.#base.object, leaf).isEqual);
    if (differing.length === 0 || differing.length > MOST_PARTS) return undefined;
    const ranges = differing.map((leaf) => this.#findWritten(leaf)?.range);
    const [first] = ranges;
    return first !== undefined && ranges.every((range) => isEqualRange(range, first)) ? first : undefined;
  }
}

/** The object that a replacement's `source` selects: by its name, or the name that a prefix and suffix were put around. */
function findCopied(selector: JsonValue, objects: readonly Manifest[]): Manifest | undefined {
  const [kind, name = ''] = [getString(selector, 'kind'), getString(selector, 'name')];
  const ofKind = objects.filter(({ object }) => kind === undefined || kind === object.kind);
  return ofKind.find(({ object }) => name === nameOf(object)) ?? ofKind.find(({ object }) => nameOf(object).includes(name));
}

function listLeaves(value: JsonValue | undefined, path: Path): readonly Path[] {
  if (isArray(value)) return value.flatMap((item, index) => listLeaves(item, [...path, index]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => listLeaves(item, [...path, key]));
  return [path];
}

function isEqualRange(a: SourceRange | undefined, b: SourceRange): boolean {
  return a !== undefined && compareSourceRanges(a, b) === 0;
}

/** The origin of an object that a template made: the lines of the template that seem to write the fields of a path. */
export class TemplateOrigin implements Origin {
  readonly file: string;
  readonly document = 0;
  readonly line: number;
  readonly #source: TextSource;

  constructor(source: TextSource, object: KubernetesObject) {
    this.file = source.file;
    this.#source = source;
    const at = new RegExp(`^kind:\\s*["']?${escape(object.kind)}(?![\\w.-])`, 'm').exec(source.text);
    this.line = at === null ? 1 : startOfDocument(source, source.lineOf(at.index));
  }

  locate(path: Path): SourceRange {
    const { text } = this.#source;
    let at = this.#source.startOfLine(this.line);
    let found = this.line;
    for (const step of path) {
      if (typeof step === 'number') continue;
      const key = new RegExp(`^[ \\t-]*["']?${escape(step)}["']?:`, 'm').exec(text.slice(at));
      if (key === null) break;
      at += key.index;
      found = this.#source.lineOf(at);
      at += key[0].length;
    }
    const start = this.#source.startOfLine(found);
    const line = text.slice(start, this.#source.startOfLine(found + 1)).trimEnd();
    return this.#source.rangeOf(start + (line.length - line.trimStart().length), start + line.length);
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function startOfDocument(source: TextSource, line: number): number {
  for (let at = line; at > 1; at--) {
    if (source.text.startsWith('---', source.startOfLine(at - 1))) return at;
  }
  return line;
}
