import type { Random } from './random.ts';

const TOKENS = [
  '\n',
  '\r\n',
  '\r',
  '\t',
  '  ',
  '- ',
  '\n---\n',
  '\n...\n',
  ': ',
  '? ',
  ' #',
  '&a ',
  '*a',
  '&a &b ',
  '<<: *a\n',
  '<<: [*a, *a]\n',
  '!',
  '!!',
  '!!int ',
  '!!str ',
  '!!binary ',
  '!!set ',
  '!!omap ',
  '!!timestamp ',
  '!<x> ',
  '!foo ',
  '|',
  '|+',
  '|-2',
  '>',
  '>9',
  '"',
  "'",
  '\\',
  '\\x',
  '\\u12',
  '\\U00110000',
  '[',
  ']',
  '{',
  '}',
  '[[[[[[[[',
  '{{',
  '}}',
  '{{ .Values.x }}',
  '{%',
  ',',
  '%YAML 1.2\n',
  '%TAG ! x\n',
  '@',
  '`',
  '~',
  'null',
  '.nan',
  '-.inf',
  '0644',
  '0o7',
  '0b1',
  '1e999',
  '1e-999',
  '99999999999999999999',
  '-9223372036854775809',
  '9007199254740993',
  '190:20:30',
  '2001-12-14t21:59:43.10-05:00',
  '0x',
  '1_',
  '_',
  'yes',
  'NO',
  '\0',
  '\uFEFF',
  '\u0085',
  '\u2028',
  '\u007f',
  '\u0001',
  '\u200b',
  '\u202e',
  '\u0300',
  '\ud800',
  '\uffff',
  '\u{10ffff}',
  '😀',
  'é',
  'ſ',
  '__proto__: ',
  '"__proto__": ',
  'constructor: ',
  'toString',
  'hasOwnProperty: ',
  'sops: {mac: x}\n',
  'items:\n',
  'kind: List\n',
  'kind: ',
  'apiVersion: v1\n',
  'metadata:\n',
  'name: x\n',
  'namespace: ',
  'labels: ',
  'spec:\n',
  '# kplan: ignore KV0001\n',
  '# kplan: ignore KV0102 why\n',
  '\u00a0',
  'generateName: a',
  '$patch: delete\n',
  '.metadata.',
  '/',
  '//',
  '~1',
  '~0',
  '%s',
  '%d%n',
  '${x}',
  '$(X)',
  '`x`',
  '\u001b[31m',
  '::error file=x::',
  '</details>',
  '|||',
  '<script>',
  '10Gi',
  '100m',
  '-1',
  '0',
  '1.0',
  '1e3',
  '1e400Gi',
  '0.0000000001n',
  'aHVudGVyMg==',
  '=',
  'a=b',
  'http://[::1',
  '10.0.0.0/33',
  '::/0',
  '0.0.0.0/0',
  '1.2.3',
  '* * * * *',
  '*/0 * * * *',
  '61 25 32 13 8',
  '@every 1ns',
  'TZ=UTC 0 0 * * *',
];

/** The bytes after one to six blows: cut, doubled, spliced, flipped, re-indented, re-ordered, or with something put in between. */
export function mutateBytes(seed: Buffer, other: Buffer, random: Random): Buffer {
  let bytes = seed;
  for (let blows = 1 + random.below(6); blows > 0; blows--) bytes = strike(bytes, other, random);
  return bytes;
}

function strike(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(60));
  switch (random.below(12)) {
    case 0:
      return join(bytes, at, '', end);
    case 1:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 2:
      return join(bytes, at, Buffer.from([random.below(256)]), at + random.below(2));
    case 3:
      return join(bytes, at, (random.pick(TOKENS) ?? '').repeat(1 + random.below(400)), at);
    case 4:
      return bytes.subarray(0, random.once(3) ? at : bytes.length);
    case 5:
      return join(bytes, at, other.subarray(random.below(other.length)).subarray(0, random.below(300)), end);
    case 6:
    case 7:
      return Buffer.from(mutateLines(bytes.toString('latin1').split('\n'), random).join('\n'), 'latin1');
    case 8:
      return random.once(40) ? Buffer.from(grow(bytes.toString('latin1'), random), 'latin1') : join(bytes, at, '\n', at);
    case 9:
      return flip(bytes, random);
    default:
      return join(bytes, at, random.pick(TOKENS) ?? '', at + random.below(4));
  }
}

function join(bytes: Buffer, at: number, middle: string | Buffer, from: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), bytes.subarray(from)]);
}

function flip(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
}

function mutateLines(lines: readonly string[], random: Random): readonly string[] {
  const at = random.below(lines.length);
  const many = 1 + random.below(5);
  const chosen = lines.slice(at, at + many);
  const rest = [...lines.slice(0, at), ...lines.slice(at + many)];
  const to = random.below(rest.length + 1);
  const put = (where: number, what: readonly string[]): string[] => [...rest.slice(0, where), ...what, ...rest.slice(where)];
  switch (random.below(7)) {
    case 0:
      return rest;
    case 1:
      return put(to, chosen);
    case 2:
      return put(at, [...chosen, ...chosen]);
    case 3:
      return put(
        at,
        chosen.map((line) => ' '.repeat(1 + random.below(4)) + line),
      );
    case 4:
      return put(
        at,
        chosen.map((line) => line.replace(/^ {1,2}/, random.once(4) ? '\t' : '')),
      );
    case 5:
      return put(
        at,
        chosen.map((line) => anchor(line, random)),
      );
    default:
      return put(
        at,
        chosen.map((line) => line.replace(/: .*/, `: ${random.pick(TOKENS) ?? ''}`)),
      );
  }
}

/** Lines with an anchor, or with an alias for their value. */
function anchor(line: string, random: Random): string {
  const name = `a${random.below(3)}`;
  return random.once(2) ? line.replace(/: ?/, `: &${name} `) : line.replace(/: .*/, `: *${name}`);
}

/** Something far too large in its own way. */
function grow(text: string, random: Random): string {
  const size = 10 ** (1 + random.below(5));
  const bomb = ['x: &l0 [a, b]', ...Array.from({ length: 30 }, (_, level) => `x${level}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`)];
  switch (random.below(9)) {
    case 0:
      return `${text}\nx: ${'['.repeat(size)}`;
    case 1:
      return `${text}\nx: ${'{a: '.repeat(Math.min(size, 5000))}`;
    case 2:
      return `${text}\n${Array.from({ length: Math.min(size, 2000) }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')}`;
    case 3:
      return `${text}\n${bomb.join('\n')}`;
    case 4:
      return text.replace(/^( *)- .*$/m, (line) => `${line}\n`.repeat(Math.min(size, 10_000)));
    case 5:
      return text.replace(/: ([a-z0-9-]+)$/m, (_, word: string) => `: ${word.repeat(size)}`);
    case 6:
      return `${text}\n---\n`.repeat(Math.min(100, Math.ceil(200_000 / (text.length + 1))));
    case 7:
      return `${text}\n${Array.from({ length: Math.min(size, 10_000) }, (_, key) => `k${key}: v`).join('\n')}`;
    default:
      return `${text}\nx: ${'9'.repeat(size)}`;
  }
}
