import { sentenceOf, type Grouped } from '../report/index.ts';

/** An annotation of a line that a change touches, about others of its file that it does not. */
export interface Reference {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

const MOST_LISTED = 20;

/**
 * What a change brings about on lines of a file that it does not touch, which GitHub folds away: said once more at the first line of the
 * file that it does. `changedLines` has the lines of the files that are known to differ.
 */
export function listReferences(
  groups: readonly Grouped[],
  changedLines: ReadonlyMap<string, readonly number[]> = new Map(),
): readonly Reference[] {
  const untouched = new Map<string, Grouped[]>();
  for (const group of groups) {
    const { source } = group.first;
    const lines = source === undefined ? [] : (changedLines.get(source.file) ?? []);
    if (source === undefined || lines.length === 0 || lines.some((line) => line >= source.line && line <= source.endLine)) continue;
    const known = untouched.get(source.file);
    if (known === undefined) untouched.set(source.file, [group]);
    else known.push(group);
  }
  return [...untouched].map(([file, found]) => {
    const listed = found
      .slice(0, MOST_LISTED)
      .map(({ first }) => `\n- line ${first.source?.line ?? 1}: ${first.code} ${sentenceOf(first)}`);
    const left = found.length > MOST_LISTED ? `\n- and ${found.length - MOST_LISTED} more` : '';
    return {
      file,
      line: changedLines.get(file)?.[0] ?? 1,
      title: 'On lines of this file that the change does not touch',
      message: `See also:${listed.join('')}${left}`,
    };
  });
}
