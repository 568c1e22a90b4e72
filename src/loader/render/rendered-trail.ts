import { posix } from 'node:path';
import type { KubernetesObject, SourceRange } from '../../model/index.ts';
import { getAt, type Path } from '../../std/index.ts';
import { listGeneratorFiles } from './generator-writers.ts';
import type { Kustomization } from './kustomization.ts';
import type { SourceFiles } from './source-files.ts';

/**
 * What has a say in a field of a rendered object besides what gave it its value: the files that the generator behind it reads; each
 * kustomization, and the files that it names besides its resources, as wholes.
 */
export function listTrail(
  rendered: KubernetesObject,
  path: Path,
  kustomizations: readonly Kustomization[],
  sources: SourceFiles,
): readonly SourceRange[] {
  const wholeOf = (file: string): readonly SourceRange[] => {
    const source = sources.get(file)?.source;
    return source === undefined ? [] : [source.rangeOf(0, source.text.length)];
  };
  const field = { rendered, base: undefined, path, value: getAt(rendered, ...path) };
  const read = kustomizations.flatMap((item) => listGeneratorFiles(field, item));
  const wholes = kustomizations.flatMap(({ directory, origin, references }) => [
    origin.file,
    ...references.filter(({ isResource }) => !isResource).map(({ text }) => posix.join(directory, text)),
  ]);
  return [...new Set([...read, ...wholes])].flatMap(wholeOf);
}
