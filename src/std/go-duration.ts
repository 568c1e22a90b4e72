const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
/** 64 bits of nanoseconds, in milliseconds. */
const MOST = 2 ** 63 / 1e6;

/** A duration as Go writes it (`1h30m`, `-1.5s`) in milliseconds, or why it is none, in the words of Go's `time.ParseDuration`. */
export function parseGoDuration(text: string): number | { readonly error: string } {
  const fail = (why: string): { readonly error: string } => ({ error: `time: ${why} ${JSON.stringify(text)}` });
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return 0;
  if (unsigned === '') return fail('invalid duration');
  let sum = 0;
  for (let rest = unsigned; rest !== '';) {
    const [part = '', number = '', unit = ''] = /^(\d*\.?\d*)([^\d.]*)/.exec(rest) ?? [];
    if (!/\d/.test(number)) return fail('invalid duration');
    if (unit === '') return fail('missing unit in duration');
    const size = UNITS.get(unit);
    if (size === undefined) return fail(`unknown unit ${JSON.stringify(unit)} in duration`);
    sum += Number(number) * size;
    if (sum >= MOST) return fail('invalid duration');
    rest = rest.slice(part.length);
  }
  return text.startsWith('-') ? -sum : sum;
}
