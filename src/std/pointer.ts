/** A place within a JSON value: object keys and array indexes. */
export type Path = readonly (string | number)[];

/** The JSON pointer (RFC 6901) of a path: `/spec/ports/0`; the empty string for the whole value. */
export function toPointer(path: Path): string {
  return path.map((step) => `/${typeof step === 'number' ? step : step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The steps of a JSON pointer, all as strings: indexes cannot be told from keys without the value. */
export function fromPointer(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The path as the API server writes it in its errors: `spec.containers[0].name`, and `metadata.labels[a/b]` for keys of
 * maps whose keys are data. `isMapKey` says which string steps are such keys; by default those that are not identifiers.
 */
export function toFieldPath(path: Path, isMapKey: (path: Path, index: number) => boolean = hasOddCharacters): string {
  let text = '';
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number' || isMapKey(path, index)) text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

function hasOddCharacters(path: Path, index: number): boolean {
  return !/^[$A-Za-z_][\w$-]*$/.test(String(path[index]));
}
