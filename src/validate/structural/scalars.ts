import { quoteGo } from '../../std/index.ts';

/** What `resource.ParseQuantity` says of a text; `zero` for a lone suffix, which it silently takes for nothing at all. */
export function judgeQuantity(text: string): 'fine' | 'zero' | 'wrong format' | 'wrong suffix' {
  const match = /^[+-]?(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/.exec(text);
  if (match === null || text === '') return 'wrong format';
  const [, whole = '', fraction = '', suffix = ''] = match;
  if (!/^(?:[KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d+)$/.test(suffix)) return 'wrong suffix';
  return whole === '' && fraction === '' ? 'zero' : 'fine';
}

const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/** The byte at which Go's base64 decoder (`decodeQuantum`) gives up, or -1. Line breaks are skipped. */
export function findBadBase64(text: string): number {
  if (isPlainBase64(text)) return -1;
  for (let at = 0, digits = 0; ; at++) {
    if (at >= text.length) return digits === 0 ? -1 : text.length - digits;
    const letter = text.charAt(at);
    if (letter === '\r' || letter === '\n') continue;
    if (letter === '=') return judgePadding(text, at, digits);
    if (!/[A-Za-z0-9+/]/.test(letter)) return at;
    digits = (digits + 1) % 4;
  }
}

// A pattern that repeats a group overflows its stack on some megabytes: one that looks for a single letter never does.
function isPlainBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return text.length % 4 === 0 && !NOT_BASE64.test(text.slice(0, text.length - padding));
}

/** Where what begins with a padding character after so many digits of a quantum is wrong, or -1. */
function judgePadding(text: string, at: number, digits: number): number {
  if (digits < 2) return at;
  let next = skipBreaks(text, at + 1);
  if (digits === 2) {
    if (next >= text.length) return text.length;
    if (text.charAt(next) !== '=') return next - 1;
    next = skipBreaks(text, next + 1);
  }
  return next < text.length ? next : -1;
}

function skipBreaks(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === '\r' || text.charAt(at) === '\n') at++;
  return at;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})([.,]\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Whether a text is an RFC 3339 time; `micro` asks for the six decimals of `metav1.MicroTime`. */
export function isTime(text: string, micro: boolean): boolean {
  const match = RFC3339.exec(text);
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (month === undefined || day === undefined || month < 1 || month > 12 || day < 1) return false;
  if (day > new Date(Date.UTC(year ?? 0, month, 0)).getUTCDate()) return false;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return false;
  return !micro || match[7]?.length === 7;
}

interface Element {
  readonly layout: string;
  readonly pattern: RegExp;
  /** What the element is called and the numbers that it may be, where the parser looks at once. */
  readonly range?: readonly [name: string, from: number, to: number];
}

const ELEMENTS: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d{2}/, range: ['month', 1, 12] },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d{2}/ },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d{2}/, range: ['hour', 0, 23] },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d{2}/, range: ['minute', 0, 59] },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d{2}/, range: ['second', 0, 59] },
];
const MICROS: Element = { layout: '.000000', pattern: /^[.,]\d{6}/ };
const ZONE: Element = { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d{2}:\d{2})/ };

/** Why a text is no time, as Go's `time.Parse` puts it: what was left when which element of the layout was wanted. */
export function explainTime(text: string, micro: boolean): string {
  const elements = [...ELEMENTS, ...(micro ? [MICROS] : []), ZONE];
  const quoted = quoteGo(text);
  let rest = text;
  for (const { layout, pattern, range } of elements) {
    if (layout === ZONE.layout && !micro) rest = rest.replace(/^[.,]\d+/, '');
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      const whole = elements.map((element) => element.layout).join('');
      return `parsing time ${quoted} as ${quoteGo(whole)}: cannot parse ${quoteGo(rest)} as ${quoteGo(layout)}`;
    }
    if (range !== undefined && (Number(found) < range[1] || Number(found) > range[2]))
      return `parsing time ${quoted}: ${range[0]} out of range`;
    rest = rest.slice(found.length);
  }
  return `parsing time ${quoted}: ${rest === '' ? 'day out of range' : `extra text: ${quoteGo(rest)}`}`;
}
