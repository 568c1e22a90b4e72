import { formatRef } from '../model/index.ts';
import type { Remark } from '../report/index.ts';

/** What is the case; of a finding with its object, of what has no place any more with where it stood, and of what is missed with where. */
export function sentenceOf({ isEffect, ref, message, stood, missed }: Remark): string {
  const subject = isEffect || ref === undefined ? '' : `${formatRef(ref)}: `;
  const before = stood === undefined ? '' : ` (before: ${stood.file}:${stood.line})`;
  const at = missed === undefined ? '' : ` (missed at ${missed.file}:${missed.line})`;
  return `${subject}${message}${before}${at}`;
}
