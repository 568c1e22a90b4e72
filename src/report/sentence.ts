import { findUnnamed } from '../model/index.ts';
import type { Remark } from './remark.ts';

/**
 * What is the case; of a finding with its object where it does not name it itself, of what has no place any more with where it stood, and
 * of what is missed at another line with that.
 */
export function sentenceOf({ isEffect, ref, message, stood, missed }: Remark): string {
  const subject = isEffect ? undefined : findUnnamed(ref, message);
  const before = stood === undefined ? '' : ` (before: ${stood.file}:${stood.line})`;
  const at = missed === undefined ? '' : ` (missed at ${missed.file}:${missed.line})`;
  return `${subject === undefined ? '' : `${subject}: `}${message}${before}${at}`;
}
