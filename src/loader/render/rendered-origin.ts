import type { KubernetesObject, Origin, SourceRange } from '../../model/index.ts';
import type { Path } from '../../std/index.ts';
import type { TextSource } from '../yaml/text-source.ts';
import { translatePath } from './object-match.ts';

/** An object of the sources: what it holds and where. */
export interface SourceObject {
  readonly object: KubernetesObject;
  readonly origin: Origin;
}

/** The origin of a rendered object: the object it was made from, or the patch that gave a field its value. */
export class RenderedOrigin implements Origin {
  readonly file: string;
  readonly document: number;
  readonly line: number;
  readonly #rendered: KubernetesObject;
  readonly #base: SourceObject;
  readonly #patches: readonly SourceObject[];

  constructor(rendered: KubernetesObject, base: SourceObject, patches: readonly SourceObject[]) {
    this.file = base.origin.file;
    this.document = base.origin.document;
    this.line = base.origin.line;
    this.#rendered = rendered;
    this.#base = base;
    this.#patches = patches;
  }

  locate(path: Path): SourceRange {
    const own = translatePath(this.#rendered, this.#base.object, path);
    if (own.isEqual) return this.#base.origin.locate(own.path);
    for (const patch of this.#patches.toReversed()) {
      const patched = translatePath(this.#rendered, patch.object, path);
      if (patched.isEqual || (patched.isWhole && !own.isWhole)) return patch.origin.locate(patched.path);
    }
    return this.#base.origin.locate(own.path);
  }
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
