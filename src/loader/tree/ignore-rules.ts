import ignore from 'ignore';
import { toFinding, type Finding } from '../../model/index.ts';

/** The name of the files that say, in .gitignore's syntax, what kplan does not read. */
export const IGNORE_FILE = '.kplanignore';

type Rules = ReturnType<typeof ignore>;

/**
 * Rules become regular expressions, which try the stars of one name in all combinations: three of them on a name of 255
 * characters are matched in milliseconds, ten never.
 */
const MOST_STARS = 3;
const MOST_DIRECTORY_STARS = 2;
const LONGEST_RULE = 1000;

/** The .kplanignore files of a tree; those of a deeper directory have the last word, as in Git. */
export class IgnoreRules {
  readonly #levels: readonly { readonly directory: string; readonly rules: Rules }[];

  constructor(levels: readonly { readonly directory: string; readonly rules: Rules }[] = []) {
    this.#levels = levels;
  }

  /** These rules and those of a directory's own file. */
  with(directory: string, text: string): IgnoreRules {
    const usable = linesOf(text).filter(isUsable);
    const rules = ignore({ allowRelativePaths: true }).add(usable);
    return new IgnoreRules([{ directory: directory === '' ? '' : `${directory}/`, rules }, ...this.#levels]);
  }

  /** True for a path that is not to be read; the path of a directory ends with `/`. */
  ignores(path: string): boolean {
    for (const { directory, rules } of this.#levels) {
      const verdict = rules.test(path.slice(directory.length));
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  }
}

/** The rules of a file that are not used, for what matching them could cost. */
export function listUnusableRules(file: string, text: string): readonly Finding[] {
  return linesOf(text).flatMap((rule, index) => {
    if (isUsable(rule)) return [];
    const source = { file, line: index + 1, column: 1, endLine: index + 1, endColumn: rule.length + 1 };
    return [toFinding('KL0038', { source, data: { length: LONGEST_RULE, stars: MOST_STARS } })];
  });
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

function isUsable(rule: string): boolean {
  if (rule.startsWith('#')) return true;
  if (rule.length > LONGEST_RULE) return false;
  const steps = rule.split('/');
  const starsOf = (step: string): number => step.match(/\*+/g)?.length ?? 0;
  return steps.filter((step) => step === '**').length <= MOST_DIRECTORY_STARS && steps.every((step) => starsOf(step) <= MOST_STARS);
}

/** Directories that never hold manifests. */
export function isSkippedDirectory(name: string): boolean {
  return name === '.git' || name === 'node_modules' || name === '.github' || name === '.kplan';
}
