import { posix } from 'node:path';
import { nameOf, type SourceRange } from '../../model/index.ts';
import { getArray, getAt, getString, type JsonValue, type Path } from '../../std/index.ts';
import type { TextSource } from '../yaml/text-source.ts';
import { toWritten, type FieldWriter, type RenderedField } from './field-writer.ts';
import type { Kustomization } from './kustomization.ts';
import type { SourceFiles } from './source-files.ts';

const GENERATORS: Readonly<Record<string, string>> = { ConfigMap: 'configMapGenerator', Secret: 'secretGenerator' };

/**
 * The generators of a kustomization: of a key the literal, the line of the env file or the file that gave it; and of a name that ends in
 * a hash, wherever it is referred to, the generator whose content the hash is of.
 */
export function toGeneratorWriter(kustomization: Kustomization, sources: SourceFiles): FieldWriter {
  return (field) => toWritten(findEntry(field, kustomization, sources) ?? findHashedName(field, kustomization));
}

/** The generator that seems to make an object: its place in the kustomization. */
export function findGenerator({ value }: Pick<Kustomization, 'value'>, kind: string, name: string): Path | undefined {
  const field = GENERATORS[kind];
  if (field === undefined) return undefined;
  const named = getArray(value, field).map((item, index) => ({ index, name: getString(item, 'name') ?? '' }));
  const matching = named.filter((item) => item.name !== '' && name.includes(item.name));
  const [longest] = matching.toSorted((a, b) => b.name.length - a.name.length);
  return longest === undefined ? undefined : [field, longest.index];
}

/** The files that the generator behind a field reads: of the object itself or, where the field names one with a hash, of that. */
export function listGeneratorFiles(
  { rendered, path, value }: RenderedField,
  { value: kustomization, directory }: Kustomization,
): readonly string[] {
  const at = findGenerator({ value: kustomization }, rendered.kind, nameOf(rendered)) ?? findNamed({ value: kustomization }, path, value);
  if (at === undefined) return [];
  const entry = getAt(kustomization, ...at) ?? null;
  const files = getArray(entry, 'files').filter((item) => typeof item === 'string');
  return [...listFiles(entry), ...files].map((text) => posix.join(directory, text.slice(text.indexOf('=') + 1)));
}

function findEntry({ rendered, path, value }: RenderedField, kustomization: Kustomization, sources: SourceFiles): SourceRange | undefined {
  const key = path.length === 2 && (path[0] === 'data' || path[0] === 'binaryData') ? path[1] : undefined;
  const at = findGenerator(kustomization, rendered.kind, nameOf(rendered));
  if (typeof key !== 'string' || at === undefined || typeof value !== 'string') return undefined;
  const isEncoded = rendered.kind === 'Secret' || path[0] === 'binaryData';
  const plain = isEncoded ? Buffer.from(value, 'base64').toString() : value;
  const { origin, directory } = kustomization;
  const [field = '', index = 0] = at;
  const entry = getArray(kustomization.value, String(field))[Number(index)] ?? null;
  const literal = getArray(entry, 'literals').findIndex((text) => typeof text === 'string' && isLiteral(text, key, plain));
  if (literal >= 0) return origin.locate([...at, 'literals', literal]);
  for (const text of listFiles(entry)) {
    const source = sources.get(posix.join(directory, text))?.source;
    const range = source === undefined ? undefined : findLine(source, key, plain);
    if (range !== undefined) return range;
  }
  for (const text of getArray(entry, 'files')) {
    if (typeof text !== 'string' || keyOfFile(text) !== key) continue;
    const source = sources.get(posix.join(directory, text.slice(text.indexOf('=') + 1)))?.source;
    if (source?.text === plain) return source.rangeOf(0, source.text.trimEnd().length);
  }
  return undefined;
}

function isLiteral(text: string, key: string, value: string): boolean {
  const equals = text.indexOf('=');
  return text.slice(0, equals) === key && text.slice(equals + 1).replace(/^(["'])(.*)\1$/s, '$2') === value;
}

function listFiles(entry: JsonValue): readonly string[] {
  const env = getString(entry, 'env');
  return [...getArray(entry, 'envs'), ...(env === undefined ? [] : [env])].filter((item) => typeof item === 'string');
}

function keyOfFile(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? posix.basename(text) : text.slice(0, equals);
}

function findLine(source: TextSource, key: string, value: string): SourceRange | undefined {
  const lines = source.text.split('\n');
  const index = lines.findLastIndex((line) => line.trim() === `${key}=${value}`);
  const start = source.startOfLine(index + 1);
  return index < 0 ? undefined : source.rangeOf(start, start + (lines[index] ?? '').trimEnd().length);
}

// A hash is ten letters and digits.
function findHashedName({ rendered, path, value }: RenderedField, kustomization: Kustomization): SourceRange | undefined {
  const isOwnName = path.length === 2 && path[0] === 'metadata' && path[1] === 'name';
  const kinds = isOwnName ? [rendered.kind] : Object.keys(GENERATORS);
  const at = findNamed(kustomization, path, value, kinds);
  return at === undefined ? undefined : kustomization.origin.locate(at);
}

function findNamed(
  kustomization: Pick<Kustomization, 'value'>,
  path: Path,
  value: JsonValue | undefined,
  kinds: readonly string[] = Object.keys(GENERATORS),
): Path | undefined {
  if (typeof value !== 'string' || path.at(-1) === 'image' || !/-[a-z0-9]{10}$/.test(value)) return undefined;
  return kinds.map((kind) => findGenerator(kustomization, kind, value.slice(0, -11))).find((found) => found !== undefined);
}
