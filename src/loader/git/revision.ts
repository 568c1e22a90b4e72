/** A step from a revision to another: `~n`, `^n` or `^{commit}` and `^{}` (which change nothing for commits). */
export type RevisionStep = { readonly kind: 'ancestor'; readonly count: number } | { readonly kind: 'parent'; readonly number: number };

/** A revision taken apart: the name that it starts from, and steps from there. */
export interface Revision {
  readonly base: string;
  readonly steps: readonly RevisionStep[];
}

/** Takes `main~2^2` apart; undefined for what only the git program can read (`@{1}`, `:/text`, `a..b`). */
export function parseRevision(revision: string): Revision | undefined {
  const match = /^([^~^:]*?)((?:~\d*|\^\d*|\^\{(?:commit)?\})*)$/.exec(revision);
  const base = match?.[1] ?? '';
  if (match === null || base === '' || base.includes('@{') || base.includes('..')) return undefined;
  const steps: RevisionStep[] = [];
  for (const [, sign, digits, braces] of (match[2] ?? '').matchAll(/([~^])(\d*)(\{\w*\})?/g)) {
    if (braces !== undefined) continue;
    const number = digits === undefined || digits === '' ? 1 : Number(digits);
    if (sign === '~') steps.push({ kind: 'ancestor', count: number });
    else if (number > 0) steps.push({ kind: 'parent', number });
  }
  return { base: base === '@' ? 'HEAD' : base, steps };
}
