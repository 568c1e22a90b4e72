import { toVisible } from '../../std/index.ts';
import { paint, span, type Span } from './paint.ts';

/** One line of output: what stands left, and a place that stands at the right margin where there is room. */
export interface Line {
  readonly left: readonly Span[];
  readonly right?: string;
  /** Columns that continuation lines are indented by. */
  readonly hang?: number;
}

/** A line of spans. */
export function line(left: readonly Span[], right?: string, hang?: number): Line {
  return { left, ...(right === undefined ? {} : { right: toVisible(right) }), ...(hang === undefined ? {} : { hang }) };
}

/** Where places end on wide terminals: further right, the eye loses the line. */
const WIDEST = 120;

/** Lays lines out: wraps words at the width, puts places at the right margin, or on a line of their own where they do not fit. */
export function layOut(lines: readonly Line[], width: number, color: boolean): string {
  return lines.flatMap((item) => layOutLine(item, width, color)).join('\n') + (lines.length > 0 ? '\n' : '');
}

function layOutLine(item: Line, width: number, color: boolean): string[] {
  const hang = item.hang ?? 4;
  const rows = wrap(item.left, width, hang);
  const painted = rows.map((row) => paint(trimEnd(row), color));
  if (item.right === undefined) return painted;
  const margin = Math.min(width, WIDEST);
  const first = lengthOf(rows[0] ?? []);
  const place = paint([span(item.right, 'path')], color);
  if (first + 2 + item.right.length <= margin) {
    painted[0] = `${paint(rows[0] ?? [], color)}${' '.repeat(margin - first - item.right.length)}${place}`;
    return painted;
  }
  return [...painted, `${' '.repeat(hang)}${place}`];
}

function trimEnd(spans: readonly Span[]): readonly Span[] {
  const last = spans.at(-1);
  if (last === undefined || !last.text.endsWith(' ')) return spans;
  const text = last.text.trimEnd();
  return text === '' ? trimEnd(spans.slice(0, -1)) : [...spans.slice(0, -1), span(text, last.tone)];
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0);
}

/** Breaks spans at spaces so that no row is longer than the width, unless a single word is. */
function wrap(spans: readonly Span[], width: number, hang: number): Span[][] {
  if (lengthOf(spans) <= width) return [[...spans]];
  const rows: Span[][] = [[]];
  let column = 0;
  let fresh = true;
  for (const { text, tone } of spans) {
    for (const piece of text.split(/(?<= )(?! )/)) {
      const row = rows.at(-1);
      if (row !== undefined && !fresh && column + piece.trimEnd().length > width) {
        rows.push([span(' '.repeat(hang)), span(piece, tone)]);
        column = hang + piece.length;
      } else {
        row?.push(span(piece, tone));
        column += piece.length;
      }
      fresh = piece.trim() === '' && fresh;
    }
  }
  return rows;
}
