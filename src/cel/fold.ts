import { EntryMap } from './entry-map.ts';
import type { Meter } from './cost.ts';
import { goTypeOf } from './go-type.ts';
import { Growing } from './growing.ts';
import type { Scope } from './scope.ts';
import type { Step } from './step.ts';
import { Failure, isList, isValue, MapValue, takeOut, type Result, type Value } from './value.ts';

/** A loop made ready to be evaluated. */
export interface Loop {
  readonly range: Step;
  readonly variable: string;
  readonly second: string | undefined;
  readonly accumulator: string;
  readonly initial: Step;
  readonly condition: Step;
  readonly step: Step;
  readonly result: Step;
}

/** Evaluates a loop. The first value of the accumulator is only computed when its name is used. */
export function fold(loop: Loop, scope: Scope): Result {
  const range = loop.range.evaluate(scope);
  if (!isValue(range)) return range;
  const folder = new Folder(loop, scope);
  const items = loop.second === undefined ? toItems(range) : toPairs(range);
  if (items instanceof Failure) return items;
  for (const [first, second] of items) if (!folder.next(first, second)) break;
  return folder.finish();
}

type Items = readonly (readonly [Result, Result | undefined])[];

function toItems(range: Value): Items | Failure {
  if (isList(range)) return range.map((item) => [item, undefined]);
  if (range instanceof MapValue) return range.keys().map((key) => [key, undefined]);
  return new Failure(`got '${goTypeOf(range)}', expected iterable type`);
}

function toPairs(range: Value): Items | Failure {
  if (isList(range)) return range.map((item, index) => [BigInt(index), item]);
  if (range instanceof MapValue) return range.keys().map((key) => [key, range.find(key)]);
  return new Failure(`unsupported comprehension range type: ${goTypeOf(range)}`);
}

class Folder implements Scope {
  readonly meter: Meter;
  readonly #loop: Loop;
  readonly #outer: Scope;
  #first: Result | undefined;
  #second: Result | undefined;
  #accumulated: Result | undefined;
  #isFinishing = false;

  constructor(loop: Loop, outer: Scope) {
    this.#loop = loop;
    this.#outer = outer;
    this.meter = outer.meter;
  }

  find(name: string): Result | undefined {
    if (name === this.#loop.accumulator) {
      if (this.#accumulated === undefined) this.#accumulated = toGrowing(this.#loop.initial.evaluate(this.#outer));
      return this.#accumulated;
    }
    if (!this.#isFinishing) {
      if (name === this.#loop.variable) return this.#first;
      if (name === this.#loop.second) return this.#second;
    }
    return this.#outer.find(name);
  }

  /** Evaluates the body for one element. Answers whether the loop goes on. */
  next(first: Result, second: Result | undefined): boolean {
    this.#first = takeOut(first);
    this.#second = second === undefined ? undefined : takeOut(second);
    if (this.#loop.condition.evaluate(this) === false) return false;
    this.#accumulated = this.#loop.step.evaluate(this);
    return true;
  }

  finish(): Result {
    this.#isFinishing = true;
    const result = this.#loop.result.evaluate(this);
    if (result instanceof Growing) return Array.from(result);
    if (result instanceof EntryMap) result.close();
    return result;
  }
}

function toGrowing(initial: Result): Result {
  if (isList(initial) && initial.length === 0) return new Growing();
  return initial instanceof MapValue && initial.size === 0 ? new EntryMap([], true) : initial;
}
