/** What `resource.ParseQuantity` says of a text; `zero` for a lone suffix, which it silently takes for nothing at all. */
export function judgeQuantity(text: string): 'fine' | 'zero' | 'wrong format' | 'wrong suffix' {
  const match = /^[+-]?(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/.exec(text);
  if (match === null || text === '') return 'wrong format';
  const [, whole = '', fraction = '', suffix = ''] = match;
  if (!/^(?:[KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d+)$/.test(suffix)) return 'wrong suffix';
  return whole === '' && fraction === '' ? 'zero' : 'fine';
}

/** The byte at which Go's base64 decoder gives up, or -1. Line breaks are skipped. */
export function findBadBase64(text: string): number {
  const clean = text.replace(/[\r\n]/g, '');
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(clean)) return -1;
  const bad = /[^A-Za-z0-9+/]/.exec(clean);
  const at = bad === null ? clean.length - (clean.length % 4) : bad.index;
  return bad !== null && bad[0] === '=' && at % 4 >= 2 ? at + 1 : at;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})([.,]\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

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

const ELEMENTS: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}/],
];
const MICROS: readonly [string, RegExp] = ['.000000', /^\.\d{6}/];
const ZONE: readonly [string, RegExp] = ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/];

/** Why a text is no time, as Go's `time.Parse` puts it: what was left when which element of the layout was wanted. */
export function explainTime(text: string, micro: boolean): string {
  const elements = [...ELEMENTS, ...(micro ? [MICROS] : []), ZONE];
  const prefix = `parsing time ${JSON.stringify(text)} as ${JSON.stringify(elements.map(([layout]) => layout).join(''))}`;
  let rest = text;
  for (const [layout, pattern] of elements) {
    const found = pattern.exec(layout === 'Z07:00' && !micro ? (rest = rest.replace(/^[.,]\d+/, '')) : rest);
    if (found === null) return `${prefix}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`;
    rest = rest.slice(found[0].length);
  }
  return rest === ''
    ? `parsing time ${JSON.stringify(text)}: ${nameRange(text)} out of range`
    : `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
}

function nameRange(text: string): string {
  const [month, hour, minute] = [text.slice(5, 7), text.slice(11, 13), text.slice(14, 16)].map(Number);
  if (month === 0 || (month ?? 0) > 12) return 'month';
  if ((hour ?? 0) > 23) return 'hour';
  if ((minute ?? 0) > 59) return 'minute';
  return Number(text.slice(17, 19)) > 59 ? 'second' : 'day';
}
