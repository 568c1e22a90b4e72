import { toVisible } from '../std/index.ts';

/** A part of a Markdown report: a table that can be folded. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly string[];
  readonly open: boolean;
}

/** A row of a table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => toVisible(cell.replaceAll('|', '\\|').replaceAll('\n', '<br>'))).join(' | ')} |\n`;
}

/** The text as code: between more backticks than it has in a row. */
export function code(text: string): string {
  const shown = toVisible(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

/** The text as text: nothing in it is markup, and nobody is mentioned. */
export function escape(text: string): string {
  return toVisible(text, { keepsLines: true })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
}
