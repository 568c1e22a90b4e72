import { parsePattern, type PatternNode } from '../std/index.ts';
import { Failure } from './value.ts';

/** One step of a compiled expression; of the two ways of a fork the first is preferred. */
type Step =
  | { readonly kind: 'take'; readonly accepts: (point: number) => boolean }
  | { readonly kind: 'fork'; readonly first: number; readonly second: number }
  | { readonly kind: 'border'; readonly holds: (before: number, after: number) => boolean }
  | { readonly kind: 'done' };

/** Larger programs are refused, as RE2 refuses them. */
const LARGEST = 20_000;

/** A compiled regular expression of RE2's syntax. Its time grows with the text's length alone. */
export interface Pattern {
  test(text: string): boolean;
  /** The matches in order, none within another, at most so many; all if the number is less than 0. */
  findAll(text: string, most: number): readonly string[];
}

const known = new Map<string, Pattern | Failure>();
const MANY = 500;

/** Compiles an expression; a failure in the words of Go's `regexp` for what it would not compile. */
export function compilePattern(pattern: string): Pattern | Failure {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const compiled = compile(pattern);
  if (known.size >= MANY) known.clear();
  known.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): Pattern | Failure {
  const node = parsePattern(pattern);
  const steps: Step[] = [];
  if (node === undefined || !emit(node, steps)) return new Failure(`error parsing regexp: ${explain(pattern)}`);
  steps.push({ kind: 'done' });
  return {
    test: (text) => search(steps, Array.from(text, toPoint), 0, true) !== undefined,
    findAll: (text, most) => findAll(steps, text, most),
  };
}

function toPoint(letter: string): number {
  return letter.codePointAt(0) ?? 0;
}

/** What is wrong with an expression, as far as its outside shows. */
function explain(pattern: string): string {
  const bare = pattern.replace(/\\./gsu, '').replace(/\[\^?\]?[^\]]*\]/gu, '');
  if (/\[/.test(bare)) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``;
  const [opened, closed] = [bare.split('(').length, bare.split(')').length];
  if (opened > closed) return `missing closing ): \`${pattern}\``;
  if (closed > opened) return `unexpected ): \`${pattern}\``;
  const nested = /[*+?]\??[*+]|[*+?]\?\?/.exec(bare);
  if (nested !== null) return `invalid nested repetition operator: \`${nested[0]}\``;
  const dangling = /^[*+?]|[(|][*+?]/.exec(bare);
  if (dangling !== null) return `missing argument to repetition operator: \`${dangling[0].slice(-1)}\``;
  const look = /\(\?[=!<]{1,2}/.exec(pattern);
  if (look !== null) return `invalid or unsupported Perl syntax: \`${look[0].slice(0, 3)}\``;
  if (pattern.endsWith('\\')) return 'trailing backslash at end of expression: ``';
  const escape = /\\[1-9A-Za-z]/.exec(pattern);
  return escape === null ? `invalid syntax: \`${pattern}\`` : `invalid escape sequence: \`${escape[0]}\``;
}

function emit(node: PatternNode, steps: Step[]): boolean {
  if (steps.length > LARGEST) return false;
  switch (node.kind) {
    case 'take':
    case 'border':
      steps.push(node);
      return true;
    case 'sequence':
      return node.items.every((item) => emit(item, steps));
    case 'choice':
      return emitChoice(node.items, steps);
    case 'repeat': {
      for (let count = 0; count < node.minimum; count++) if (!emit(node.item, steps)) return false;
      if (node.maximum === Infinity) return emitLoop(node.item, steps, node.isLazy);
      return emitOptional(node.item, node.maximum - node.minimum, steps, node.isLazy);
    }
  }
}

function emitChoice(items: readonly PatternNode[], steps: Step[]): boolean {
  const ends: number[] = [];
  for (const [index, item] of items.entries()) {
    const fork = steps.length;
    const isLast = index === items.length - 1;
    if (!isLast) steps.push({ kind: 'done' });
    if (!emit(item, steps)) return false;
    if (isLast) break;
    ends.push(steps.length);
    steps.push({ kind: 'done' });
    steps[fork] = { kind: 'fork', first: fork + 1, second: steps.length };
  }
  for (const end of ends) steps[end] = { kind: 'fork', first: steps.length, second: steps.length };
  return true;
}

function toFork(inside: number, outside: number, isLazy: boolean): Step {
  return isLazy ? { kind: 'fork', first: outside, second: inside } : { kind: 'fork', first: inside, second: outside };
}

function emitLoop(item: PatternNode, steps: Step[], isLazy: boolean): boolean {
  const fork = steps.length;
  steps.push({ kind: 'done' });
  if (!emit(item, steps)) return false;
  steps.push({ kind: 'fork', first: fork, second: fork });
  steps[fork] = toFork(fork + 1, steps.length, isLazy);
  return true;
}

function emitOptional(item: PatternNode, count: number, steps: Step[], isLazy: boolean): boolean {
  const forks: number[] = [];
  for (let at = 0; at < count; at++) {
    forks.push(steps.length);
    steps.push({ kind: 'done' });
    if (!emit(item, steps)) return false;
  }
  for (const fork of forks) steps[fork] = toFork(fork + 1, steps.length, isLazy);
  return true;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Threads in the order in which they are preferred, each with the place where its match began. */
interface Threads {
  readonly steps: number[];
  readonly starts: number[];
}

/** The leftmost match from a place on, the preferred one of those that begin there; or any, if only that counts. */
function search(steps: readonly Step[], points: readonly number[], from: number, anyWillDo: boolean): Span | undefined {
  const seen = new Int32Array(steps.length).fill(-1);
  let current: Threads = { steps: [], starts: [] };
  let best: Span | undefined;
  for (let at = from; at <= points.length; at++) {
    const seeds: Threads = best === undefined ? { steps: [...current.steps, 0], starts: [...current.starts, at] } : current;
    if (seeds.steps.length === 0) return best;
    const around = { before: at === 0 ? -1 : (points[at - 1] ?? -1), after: points[at] ?? -1, at };
    const next: Threads = { steps: [], starts: [] };
    const done = advance(steps, seeds, around, seen, next);
    if (done !== undefined) best = { start: done, end: at };
    if (best !== undefined && anyWillDo) return best;
    current = next;
  }
  return best;
}

/** Moves all threads over one character. Answers where a match that ends here began; what is less preferred is dropped then. */
function advance(
  steps: readonly Step[],
  threads: Threads,
  around: { readonly before: number; readonly after: number; readonly at: number },
  seen: Int32Array,
  next: Threads,
): number | undefined {
  for (const [index, first] of threads.steps.entries()) {
    const start = threads.starts[index] ?? 0;
    const pending = [first];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen[at] === around.at) continue;
      seen[at] = around.at;
      const step = steps[at];
      if (step === undefined) continue;
      if (step.kind === 'done') return start;
      if (step.kind === 'fork') pending.push(step.second, step.first);
      else if (step.kind === 'border') {
        if (step.holds(around.before, around.after)) pending.push(at + 1);
      } else if (around.after >= 0 && step.accepts(around.after)) {
        next.steps.push(at + 1);
        next.starts.push(start);
      }
    }
  }
  return undefined;
}

function findAll(steps: readonly Step[], text: string, most: number): readonly string[] {
  const letters = Array.from(text);
  const points = letters.map(toPoint);
  const found: string[] = [];
  let previous = -1;
  const limit = most < 0 ? Infinity : most;
  for (let from = 0; from <= points.length && found.length < limit;) {
    const span = search(steps, points, from, false);
    if (span === undefined) break;
    const isEmpty = span.start === span.end;
    if (!(isEmpty && span.start === previous)) found.push(letters.slice(span.start, span.end).join(''));
    previous = span.end;
    from = isEmpty ? span.end + 1 : span.end;
  }
  return found;
}
