import { toVisible } from '../../std/index.ts';

/** What a stretch of text is, whatever colour that has. */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'warn' | 'note' | 'path';

const CODES: Readonly<Record<Exclude<Tone, 'plain'>, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  note: [34, 39],
  path: [36, 39],
};

/** A stretch of text of one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A span of a tone. Whatever the text is made of, it cannot steer the terminal. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: toVisible(text), tone };
}

/** The spans as text, with ANSI colours of the terminal's own palette (readable on light and dark) if `color`. */
export function paint(spans: readonly Span[], color: boolean): string {
  if (!color) return spans.map(({ text }) => text).join('');
  const joined: Span[] = [];
  for (const item of spans) {
    const last = joined.at(-1);
    if (last?.tone === item.tone) joined[joined.length - 1] = span(last.text + item.text, item.tone);
    else if (item.text !== '') joined.push(item);
  }
  return joined.map(({ text, tone }) => (tone === 'plain' ? text : `\u001b[${CODES[tone][0]}m${text}\u001b[${CODES[tone][1]}m`)).join('');
}
