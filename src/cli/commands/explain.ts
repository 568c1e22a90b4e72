import { compareStrings, findNearest } from '../../std/index.ts';
import { CATALOG, KplanError, type CatalogEntry } from '../../model/index.ts';
import { LEFT_OUT } from '../../engine/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';

/** `kplan explain CODE`, `all` for every code with its title, or an engine for what it does not look at. */
export async function runExplain(args: Arguments, io: Io): Promise<number> {
  io.out(explain(args.positionals[0] ?? ''));
  return 0;
}

function explain(asked: string): string {
  const code = asked.toUpperCase();
  const entry = CATALOG[code];
  if (entry !== undefined) return explainCode(code, entry);
  const engine = Object.entries(LEFT_OUT).find(([name]) => name === asked.toLowerCase());
  if (engine !== undefined) return `The ${engine[0]} engine does not look at:\n${engine[1].map((phrase) => `  - ${phrase}\n`).join('')}`;
  const codes = Object.keys(CATALOG).toSorted(compareStrings);
  if (code === 'ALL') return codes.map((key) => `${key}  ${CATALOG[key]?.title ?? ''}\n`).join('');
  const nearest = findNearest(code, codes);
  throw new KplanError('USAGE', `no code ${code}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`, {
    hint: '`kplan explain all` lists every code',
  });
}

const ENGINE_OF: Readonly<Record<string, string>> = { KA: 'rbac', KN: 'network', KS: 'scheduler' };

function explainCode(code: string, entry: CatalogEntry): string {
  const engine = ENGINE_OF[code.slice(0, 2)];
  const example = entry.example === undefined ? '' : `\nExample:\n${entry.example.replace(/^/gm, '    ')}\n`;
  const more = engine === undefined ? '' : `\nWhat the engine does not look at: \`kplan explain ${engine}\`.\n`;
  return `${code} (${entry.severity}): ${entry.title}\n\n${entry.message}\n\nWhy it matters: ${entry.why}\n\nWhat to do: ${entry.remedy}\n${example}${more}`;
}
