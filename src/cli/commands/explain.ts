import { compareStrings, findNearest } from '../../std/index.ts';
import { CATALOG, KplanError } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';

/** `kplan explain CODE`, or `all` for every code with its title. */
export async function runExplain(args: Arguments, io: Io): Promise<number> {
  const code = (args.positionals[0] ?? '').toUpperCase();
  if (code === 'ALL') {
    for (const key of Object.keys(CATALOG).toSorted(compareStrings)) io.out(`${key}  ${CATALOG[key]?.title ?? ''}\n`);
    return 0;
  }
  const entry = CATALOG[code];
  if (entry === undefined) {
    const nearest = findNearest(code, Object.keys(CATALOG));
    throw new KplanError('USAGE', `no code ${code}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`, {
      hint: '`kplan explain all` lists every code',
    });
  }
  const example = entry.example === undefined ? '' : `\nExample:\n${entry.example.replace(/^/gm, '    ')}\n`;
  io.out(
    `${code} (${entry.severity}): ${entry.title}\n\n${entry.message}\n\nWhy it matters: ${entry.why}\n\nWhat to do: ${entry.remedy}\n${example}`,
  );
  return 0;
}
