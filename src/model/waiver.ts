import { isDay } from '../std/index.ts';

/** A comment that waives a finding on the line below it. */
export interface Waiver {
  readonly code: string;
  readonly reason: string;
  /** The line that the comment stands on. */
  readonly comment: number;
  /** The line the waiver speaks of (the one below the comment). */
  readonly line: number;
}

/** The last day that a comment waives, as its reason begins with it (`until 2027-01-31 an operator`); undefined where it names none. */
export function lastDayOf(reason: string): string | undefined {
  const day = /^until[ \t]+(\S+?)[.,:;]?(?:\s|$)/i.exec(reason)?.[1];
  return day !== undefined && isDay(day) ? day : undefined;
}

/** Whether a reason begins with `until`, and no day of the calendar follows: then nothing says how long it is meant to hold. */
export function isMisdated(reason: string): boolean {
  return /^until\b/i.test(reason) && lastDayOf(reason) === undefined;
}
