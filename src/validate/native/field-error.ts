import { printGo, quoteGo, type JsonValue, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';

/** Reports one error of a field, in the form of `apimachinery/pkg/util/validation/field`. `field` is its name where that is not the path. */
export type Fail = (path: Path, problem: string, field?: string) => void;

/** Reports under one code. */
export function failAs(code: string, report: Report): Fail {
  return (path, problem, field) => report({ code, path, data: { field: field ?? toDottedPath(path), problem } });
}

/** `Invalid value: -1: must be greater than or equal to 0`. */
export function invalid(value: JsonValue, reason: string): string {
  return `Invalid value: ${printGo(value)}: ${reason}`;
}

/** `Required value`, or `Required value: and why`. */
export function required(reason?: string): string {
  return reason === undefined ? 'Required value' : `Required value: ${reason}`;
}

/** `Forbidden: and why`. */
export function forbidden(reason: string): string {
  return `Forbidden: ${reason}`;
}

/** `Duplicate value: "a"`. */
export function duplicate(value: JsonValue): string {
  return `Duplicate value: ${printGo(value)}`;
}

/** `Unsupported value: "a": supported values: "b", "c"`. */
export function unsupported(value: JsonValue, supported: readonly string[]): string {
  return `Unsupported value: ${printGo(value)}: supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`;
}

/** `Not found: "a"`. */
export function notFound(value: string): string {
  return `Not found: ${quoteGo(value)}`;
}

export const NON_NEGATIVE = 'must be greater than or equal to 0';
export const PORT_RANGE = 'must be between 1 and 65535, inclusive';

/** Whether a number is a port. */
export function isPort(value: number): boolean {
  return value >= 1 && value <= 65535;
}
