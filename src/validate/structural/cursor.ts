import type { FindingData, Severity } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';
import type { Problem } from '../problem.ts';

/** Judges one value of an object; what is wrong goes to the cursor. */
export type Check = (value: JsonValue, at: Cursor) => void;

/** Where a check stands within an object. The path is pushed and popped in place: it is copied only for a problem. */
export class Cursor {
  readonly path: (string | number)[] = [];
  readonly problems: Problem[] = [];
  /** The Go struct that the value is a field of, for the words of the decoder. */
  struct = '';
  /** The depths of the path at which keys of maps stand, innermost last. */
  readonly maps: number[] = [];
  /** The depth of the path at which the decoder has begun: metadata of custom resources is decoded for itself. */
  root = 0;

  report(code: string, data: FindingData, severity?: Severity): void {
    const problem = { code, path: [...this.path], data };
    this.problems.push(severity === undefined ? problem : { ...problem, severity });
  }

  /** Reports at a field of the value that the cursor stands at. */
  reportAt(step: string | number, code: string, data: FindingData, severity?: Severity): void {
    this.path.push(step);
    this.report(code, data, severity);
    this.path.pop();
  }

  /** The path as strict decoding and OpenAPI validation write it: `spec.containers[0].name`, keys of maps after a dot. */
  get field(): string {
    return toDottedPath(this.path);
  }

  /** The path as the JSON decoder writes it: neither indexes nor keys of maps. */
  get structField(): string {
    return this.path.filter((step, depth) => depth >= this.root && typeof step === 'string' && !this.maps.includes(depth)).join('.');
  }
}

/** A path with its indexes in brackets and everything else after dots. */
export function toDottedPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
