const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};

/** The text of a string token; an error in cel-go's words where an escape is none. */
export function readString(token: string): string | { readonly error: string } {
  const points = unescape(token, false);
  if (!Array.isArray(points)) return points;
  let text = '';
  for (const point of points) text += String.fromCodePoint(point);
  return text;
}

/** The bytes of a bytes token, without its leading `b`: escapes stand for bytes, all else for its UTF-8. */
export function readBytes(token: string): Uint8Array | { readonly error: string } {
  const parts = unescape(token, true);
  if (!Array.isArray(parts)) return parts;
  const encoder = new TextEncoder();
  return Uint8Array.from(parts.flatMap((part) => (part < 0 ? [-part - 1] : Array.from(encoder.encode(String.fromCodePoint(part))))));
}

/** Code points; a byte that an escape names is given as its complement, less than 0, where bytes are asked for. */
function unescape(token: string, isBytes: boolean): number[] | { readonly error: string } {
  const normal = token.replace(/\r\n?/g, '\n');
  const isRaw = /^[rR]/.test(normal);
  const quoted = isRaw ? normal.slice(1) : normal;
  const width = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1;
  const body = Array.from(quoted.slice(width, quoted.length - width), (letter) => letter.codePointAt(0) ?? 0);
  if (isRaw) return body;
  const points: number[] = [];
  for (let at = 0; at < body.length;) {
    const step = body[at] === 92 ? readEscape(body, at, isBytes) : { point: body[at] ?? 0, length: 1 };
    if ('error' in step) return step;
    points.push(step.point);
    at += step.length;
  }
  return points;
}

const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

function readEscape(
  body: readonly number[],
  at: number,
  isBytes: boolean,
): { readonly point: number; readonly length: number } | { readonly error: string } {
  const letter = String.fromCodePoint(body[at + 1] ?? 0);
  const simple = SIMPLE[letter];
  if (simple !== undefined) return { point: simple, length: 2 };
  const width = HEXADECIMAL[letter];
  const isOctal = width === undefined;
  const [start, length] = isOctal ? [at + 1, 3] : [at + 2, width];
  const digits = String.fromCodePoint(...body.slice(start, start + length));
  if (isBytes && !isOctal && width > 2) return { error: 'unable to unescape string' };
  const value = Number.parseInt(digits, isOctal ? 8 : 16);
  if (isBytes) return { point: -value - 1, length: start + length - at };
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return { error: 'invalid unicode code point' };
  return { point: value, length: start + length - at };
}
