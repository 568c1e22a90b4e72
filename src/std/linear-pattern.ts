import { parsePattern, type PatternNode } from './pattern-syntax.ts';

/** One step of a compiled expression: take a character, go on at two places, hold at a border, or be done. */
type Step =
  | { readonly kind: 'take'; readonly accepts: (point: number) => boolean }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'border'; readonly holds: (before: number, after: number) => boolean }
  | { readonly kind: 'done' };

/** Larger programs (nested counted repetitions) are refused, as RE2 refuses them. */
const LARGEST = 20_000;

/**
 * A test by a regular expression of RE2's syntax (Go's `regexp`), unanchored, in time that grows with the length of the text
 * alone: no expression makes it hang. Undefined for an expression that Go would not compile, or that is too large.
 */
export function compileLinearPattern(pattern: string): ((text: string) => boolean) | undefined {
  const node = parsePattern(pattern);
  if (node === undefined) return undefined;
  const steps: Step[] = [];
  try {
    emit(node, steps);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  steps.push({ kind: 'done' });
  return (text) => run(steps, text);
}

function emit(node: PatternNode, steps: Step[]): void {
  if (steps.length > LARGEST) throw new RangeError('too large');
  switch (node.kind) {
    case 'take':
    case 'border':
      steps.push(node);
      return;
    case 'sequence':
      for (const item of node.items) emit(item, steps);
      return;
    case 'choice':
      return emitChoice(node.items, steps);
    case 'repeat':
      for (let count = 0; count < node.minimum; count++) emit(node.item, steps);
      if (node.maximum === Infinity) return emitLoop(node.item, steps);
      return emitOptional(node.item, node.maximum - node.minimum, steps);
  }
}

function emitChoice(items: readonly PatternNode[], steps: Step[]): void {
  const starts: number[] = [];
  const ends: number[] = [];
  const fork = steps.length;
  steps.push({ kind: 'fork', to: starts });
  for (const item of items) {
    starts.push(steps.length);
    emit(item, steps);
    ends.push(steps.length);
    steps.push({ kind: 'fork', to: [] });
  }
  for (const end of ends) steps[end] = { kind: 'fork', to: [steps.length] };
  steps[fork] = { kind: 'fork', to: starts };
}

function emitLoop(item: PatternNode, steps: Step[]): void {
  const fork = steps.length;
  steps.push({ kind: 'done' });
  emit(item, steps);
  steps.push({ kind: 'fork', to: [fork] });
  steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] };
}

function emitOptional(item: PatternNode, count: number, steps: Step[]): void {
  const forks: number[] = [];
  for (let at = 0; at < count; at++) {
    forks.push(steps.length);
    steps.push({ kind: 'done' });
    emit(item, steps);
  }
  for (const fork of forks) steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] };
}

function run(steps: readonly Step[], text: string): boolean {
  const seen = new Int32Array(steps.length).fill(-1);
  let current: number[] = [];
  let position = 0;
  let before = -1;
  for (const letter of text) {
    const after = letter.codePointAt(0) ?? 0;
    if (follow(steps, [...current, 0], position, { before, after }, seen)) return true;
    const next: number[] = [];
    for (const at of waiting) {
      const step = steps[at];
      if (step?.kind === 'take' && step.accepts(after)) next.push(at + 1);
    }
    current = next;
    before = after;
    position++;
  }
  return follow(steps, [...current, 0], position, { before, after: -1 }, seen);
}

/** The steps that wait for the next character; shared by the calls of `follow` within one run, which does not nest. */
let waiting: number[] = [];

/** Follows forks and borders from some steps; true if that reaches the end of the expression. */
function follow(
  steps: readonly Step[],
  from: number[],
  position: number,
  around: { before: number; after: number },
  seen: Int32Array,
): boolean {
  waiting = [];
  for (let at = from.pop(); at !== undefined; at = from.pop()) {
    if (seen[at] === position) continue;
    seen[at] = position;
    const step = steps[at];
    if (step === undefined) continue;
    if (step.kind === 'done') return true;
    if (step.kind === 'take') waiting.push(at);
    else if (step.kind === 'fork') from.push(...step.to);
    else if (step.holds(around.before, around.after)) from.push(at + 1);
  }
  return false;
}
