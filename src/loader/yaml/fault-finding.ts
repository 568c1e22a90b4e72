import { toFinding, type Finding, type SourceRange } from '../../model/index.ts';
import type { Limits } from '../limits.ts';
import type { SyntaxFault } from './events.ts';
import type { Stretch } from './place.ts';
import type { TextSource } from './text-source.ts';

/** What the YAML parser says of brackets, in words for those who wrote JSON. */
const JSON_WORDS: Readonly<Record<string, string>> = {
  'end of the stream or a document separator is expected': 'there is more after the end of its value',
  "expected the node content, but found ','": 'a value is missing before this comma',
  'missed comma between flow collection entries': 'a comma or a colon is missing before this',
};

/** Says that a part of a file could not be read, and where: at its last character if it ends too early. */
export function toFaultFinding(source: TextSource, part: Stretch, fault: SyntaxFault, limits: Limits): Finding {
  const last = part.start + source.text.slice(part.start, part.end).trimEnd().length;
  const at = Math.max(part.start, Math.min(part.start + fault.offset, last - 1));
  if (fault.isTooDeep) return toFinding('KL0005', { source: source.rangeOf(at, at), data: { limit: limits.depth } });
  const place = source.rangeOf(at, at);
  const character = source.text.charAt(at);
  const reason = fault.isUnclosed === true ? describeUnclosed(character, place) : (describeUnopened(character, fault) ?? fault.reason);
  return toFinding('KL0001', { source: place, data: toSyntaxData(source.file, reason) });
}

function describeUnclosed(opening: string, { line, column }: SourceRange): string {
  const what = opening === '[' || opening === '{' ? 'bracket' : 'quotation mark';
  return `the ${what} ${opening} opened at ${line}:${column} is not closed`;
}

/** A bracket too many, which the parser takes for an entry in the wrong place. */
function describeUnopened(closing: string, { reason }: SyntaxFault): string | undefined {
  return /^[\]}]$/.test(closing) && reason.startsWith('bad indentation') ? `the bracket ${closing} closes nothing` : undefined;
}

/** The data of a finding about syntax, in the words of the file's format. */
export function toSyntaxData(file: string, reason: string): Finding['data'] {
  return /\.json$/i.test(file) ? { format: 'JSON', reason: JSON_WORDS[reason] ?? reason } : { format: 'YAML', reason };
}

const SEPARATOR = /^---[ \t]+(?=[^\s#])/;

/** What kubectl says of a document that begins on the line of its separator: it reads such a line as nothing else (apimachinery's YAMLReader). */
export function listSeparatorFaults(source: TextSource, part: Stretch): readonly Finding[] {
  const separator = SEPARATOR.exec(source.text.slice(part.start, part.start + 1000));
  if (separator === null) return [];
  const at = part.start + separator[0].length;
  const data = { format: 'YAML', reason: 'the line of a document separator can hold nothing else' };
  return [toFinding('KL0001', { source: source.rangeOf(at, at), data })];
}
