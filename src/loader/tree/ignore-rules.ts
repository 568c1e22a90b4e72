import ignore from 'ignore';

/** The name of the files that say, in .gitignore's syntax, what kplan does not read. */
export const IGNORE_FILE = '.kplanignore';

type Rules = ReturnType<typeof ignore>;

/** The .kplanignore files of a tree; those of a deeper directory have the last word, as in Git. */
export class IgnoreRules {
  readonly #levels: readonly { readonly directory: string; readonly rules: Rules }[];

  constructor(levels: readonly { readonly directory: string; readonly rules: Rules }[] = []) {
    this.#levels = levels;
  }

  /** These rules and those of a directory's own file. */
  with(directory: string, text: string): IgnoreRules {
    const rules = ignore({ allowRelativePaths: true }).add(text);
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

/** Directories that never hold manifests. */
export function isSkippedDirectory(name: string): boolean {
  return name === '.git' || name === 'node_modules' || name === '.github' || name === '.kplan';
}
