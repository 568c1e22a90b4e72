/** What is wrong with an expression, and where. */
export interface Issue {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
}

/** Told of what is wrong at an offset. */
export type Report = (message: string, at: number) => void;

/** cel-go reports no more. */
const MOST = 100;
const LONGEST = 16_384;

/** The lines of an expression, for turning offsets into places. Offsets and columns count code points. */
export class Source {
  readonly points: readonly string[];
  readonly #lines: readonly string[];
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.points = Array.from(text);
    this.#lines = text.split('\n');
    let start = 0;
    this.#starts = this.#lines.map((line) => {
      const at = start;
      start += Array.from(line).length + 1;
      return at;
    });
  }

  toIssue(message: string, at: number): Issue {
    let line = 0;
    while (line + 1 < this.#starts.length && (this.#starts[line + 1] ?? 0) <= at) line++;
    return { message, line: line + 1, column: at - (this.#starts[line] ?? 0) + 1 };
  }

  /** An issue as cel-go shows it: the message, the line and a mark under the column. */
  show({ message, line, column }: Issue): string {
    const head = `ERROR: <input>:${line}:${column}: ${message}`;
    const text = this.#lines[line - 1];
    if (text === undefined || text.length > LONGEST) return head;
    const snippet = text.replaceAll('\t', ' ');
    const points = Array.from(snippet);
    const dots = points.slice(0, column - 1).map((point) => (isWide(point) ? '．' : '.'));
    return `${head}\n | ${snippet}\n | ${dots.join('')}${isWide(points[column - 1]) ? '＾' : '^'}`;
  }
}

function isWide(point: string | undefined): boolean {
  return point !== undefined && (point.codePointAt(0) ?? 0) >= 0x80;
}

/** All issues in the order of their places, one below the other, as cel-go shows them. */
export function showIssues(source: Source, issues: readonly Issue[]): string {
  const shown = sortIssues(issues)
    .slice(0, MOST)
    .map((issue) => source.show(issue));
  if (issues.length > MOST) shown.push(`${issues.length - MOST} more errors were truncated`);
  return shown.join('\n');
}

/** Issues in the order of their places. */
export function sortIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
