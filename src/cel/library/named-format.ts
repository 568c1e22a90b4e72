import { parseTimestamp } from '../time.ts';
import { parseRequestUrl } from './go-url.ts';

/** A format that texts may have, and what is wrong with one that has not. */
export interface NamedFormat {
  readonly name: string;
  /** How long its regular expression counts for the cost. */
  readonly cost: number;
  validate(text: string): readonly string[];
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_MESSAGE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const OLD_LABEL_MESSAGE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const OLD_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_MESSAGE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function explain(message: string, examples: readonly string[], pattern: string): string {
  const listed = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (e.g. ${listed}, regex used for validation is '${pattern}')`;
}

function matchAll(text: string, most: number, pattern: string, message: string, unit = 'characters'): readonly string[] {
  const problems: string[] = [];
  if (new TextEncoder().encode(text).length > most) problems.push(`must be no more than ${most} ${unit}`);
  if (!new RegExp(`^(?:${pattern})$`, 'u').test(text)) problems.push(message);
  return problems;
}

function label(text: string): readonly string[] {
  // What is no label but a subdomain has dots.
  const isDotted = new RegExp(`^(?:${SUBDOMAIN})$`, 'u').test(text);
  const message = isDotted ? 'must not contain dots' : explain(LABEL_MESSAGE, ['my-name', '123-abc'], LABEL);
  return matchAll(text, 63, LABEL, message);
}

const subdomain = (text: string, unit?: string): readonly string[] =>
  matchAll(text, 253, SUBDOMAIN, explain(SUBDOMAIN_MESSAGE, ['example.com'], SUBDOMAIN), unit);
const oldLabel = (text: string): readonly string[] =>
  matchAll(text, 63, OLD_LABEL, explain(OLD_LABEL_MESSAGE, ['my-name', 'abc-123'], OLD_LABEL));

function labelValue(text: string): readonly string[] {
  const pattern = `(${NAME})?`;
  const message = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;
  return matchAll(text, 63, pattern, explain(message, ['MyValue', 'my_value', '12345'], `(${NAME})?`), 'bytes');
}

function qualifiedName(text: string): readonly string[] {
  const message = explain(NAME_MESSAGE, ['MyName', 'my.name', '123-abc'], NAME);
  const parts = text.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) return [`a valid label key ${message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const problems: string[] = [];
  if (second !== undefined) {
    if (first === '') problems.push('prefix part must be non-empty');
    else problems.push(...subdomain(first, 'bytes').map((problem) => `prefix part ${problem}`));
  }
  const name = second ?? first;
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!new RegExp(`^(?:${NAME})$`, 'u').test(name)) problems.push(`name part ${message}`);
  return problems;
}

/** A name with something to follow: what it must end with does not count yet. */
function prefixOf(validate: (text: string) => readonly string[]): (text: string) => readonly string[] {
  return (text) => validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function test(message: string, holds: (text: string) => boolean): (text: string) => readonly string[] {
  return (text) => (holds(text) ? [] : [message]);
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
// An empty text is none, though it decodes.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

const CLOCK = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/;

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  const match = time === undefined ? null : CLOCK.exec(time);
  if (match === null || !isDate(date)) return false;
  const [, hours = '', minutes = '', seconds = ''] = match;
  return hours <= '23' && minutes <= '59' && seconds <= '59';
}

function uri(text: string): readonly string[] {
  const url = parseRequestUrl(text);
  return 'error' in url ? [url.error] : [];
}

/** By the names that `format.named` knows (`k8s.io/apiserver/pkg/cel/library/format.go`). */
export const FORMATS: ReadonlyMap<string, NamedFormat> = new Map<string, NamedFormat>([
  ['byte', { name: 'byte', cost: 84, validate: test('invalid base64', (text) => BASE64.test(text)) }],
  ['date', { name: 'date', cost: 71, validate: test('invalid date', isDate) }],
  ['datetime', { name: 'datetime', cost: 71, validate: test('invalid datetime', isDateTime) }],
  ['dns1035Label', { name: 'DNS1035Label', cost: 30, validate: oldLabel }],
  ['dns1035LabelPrefix', { name: 'DNS1035LabelPrefix', cost: 30, validate: prefixOf(oldLabel) }],
  ['dns1123Label', { name: 'DNS1123Label', cost: 30, validate: label }],
  ['dns1123LabelPrefix', { name: 'DNS1123LabelPrefix', cost: 30, validate: prefixOf(label) }],
  ['dns1123Subdomain', { name: 'DNS1123Subdomain', cost: 60, validate: (text) => subdomain(text) }],
  ['dns1123SubdomainPrefix', { name: 'DNS1123SubdomainPrefix', cost: 60, validate: prefixOf((text) => subdomain(text)) }],
  ['labelValue', { name: 'LabelValue', cost: 40, validate: labelValue }],
  ['qualifiedName', { name: 'QualifiedName', cost: 60, validate: qualifiedName }],
  ['uri', { name: 'URI', cost: 1103, validate: uri }],
  ['uuid', { name: 'uuid', cost: 70, validate: test('does not match the UUID format', (text) => UUID.test(text)) }],
]);
