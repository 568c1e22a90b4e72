const POSIX: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** Longer texts are not matched: our expressions may need time that grows with a power of the length, Go's do not. */
const LONGEST = 4096;

const compiled = new Map<string, ((text: string) => boolean) | undefined>();

/** A test by a Go regular expression (RE2 syntax), unanchored; undefined for an expression that has no counterpart here. */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, translate(pattern));
  return compiled.get(pattern);
}

function translate(pattern: string): ((text: string) => boolean) | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = (flags === null ? pattern : pattern.slice(flags[0].length))
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('(?P<', '(?<')
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole);
  for (const unicode of ['u', '']) {
    try {
      const expression = new RegExp(body, `${flags?.[1] ?? ''}${unicode}`);
      return (text) => text.length > LONGEST || expression.test(text);
    } catch {
      continue;
    }
  }
  return undefined;
}
