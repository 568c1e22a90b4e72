import { compareStrings, findNearest } from '../../std/index.ts';
import { CATALOG, findEngine, KplanError, type CatalogEntry } from '../../model/index.ts';
import { LEFT_OUT } from '../../engine/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';

/** `kplan explain CODE`, `all` for every code with its title, or an engine for its codes and what it does not look at. */
export async function runExplain(args: Arguments, io: Io): Promise<number> {
  io.out(explain(args.positionals[0] ?? ''));
  return 0;
}

function explain(asked: string): string {
  const code = asked.toUpperCase();
  const entry = CATALOG[code];
  if (entry !== undefined) return explainCode(code, entry);
  const codes = Object.keys(CATALOG).toSorted(compareStrings);
  const engine = asked.toLowerCase();
  const own = codes.filter((key) => findEngine(key) === engine);
  if (own.length > 0) return explainEngine(engine, own);
  if (code === 'ALL') return codes.map((key) => `${key}  ${CATALOG[key]?.title ?? ''}\n`).join('');
  const nearest = findNearest(code, codes);
  throw new KplanError('USAGE', `no code ${code}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`, {
    hint: '`kplan explain all` lists every code',
  });
}

function explainEngine(engine: string, codes: readonly string[]): string {
  const says = `The ${engine} engine says:\n${codes.map((code) => `  ${code}  ${CATALOG[code]?.title ?? ''}\n`).join('')}`;
  const leftOut = leftOutOf(engine);
  return leftOut === undefined ? says : `${says}\nIt does not look at:\n${leftOut.map((phrase) => `  - ${phrase}\n`).join('')}`;
}

function leftOutOf(engine: string | undefined): readonly string[] | undefined {
  return Object.entries(LEFT_OUT).find(([name]) => name === engine)?.[1];
}

function explainCode(code: string, entry: CatalogEntry): string {
  const engine = findEngine(code);
  const example = `\nExample:\n${entry.example.replace(/^/gm, '    ')}\n`;
  const more = leftOutOf(engine) === undefined ? '' : `\nWhat the engine does not look at: \`kplan explain ${engine}\`.\n`;
  return `${code} (${entry.severity}): ${entry.title}\n\n${entry.message}\n\nWhy it matters: ${entry.why}\n\nWhat to do: ${entry.remedy}\n${example}${more}`;
}
