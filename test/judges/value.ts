import type { Schema } from '../../src/model/index.ts';
import type { JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const TIME = '2026-01-02T03:04:05Z';

/** A value that a schema allows, as small as may be: what is required, and nothing else. */
export function toMinimal(schema: Schema, random: Random, depth = 0): JsonValue {
  if (schema.enum !== undefined) return random.pick(schema.enum);
  if (schema.quantity === true) return random.pick(['1', '100m', '1Gi', 2]);
  if (schema.intOrString === true) return random.pick([1, '50%', 'http']);
  switch (schema.type) {
    case 'string':
      return toText(schema, random);
    case 'integer':
    case 'number':
      return random.pick([0, 1, 2, 80]);
    case 'boolean':
      return random.once(2);
    case 'array':
      return schema.items === undefined || depth > 6 ? [] : [toMinimal(schema.items, random, depth + 1)];
    default:
      return toFields(schema, random, depth);
  }
}

function toFields(schema: Schema, random: Random, depth: number): JsonValue {
  const { properties = {}, additionalProperties, required = [] } = schema;
  if (typeof additionalProperties === 'object' && Object.keys(properties).length === 0) {
    return random.once(3) ? {} : { a: toMinimal(additionalProperties, random, depth + 1) };
  }
  if (depth > 6) return {};
  const wanted = Object.keys(properties).filter((name) => required.includes(name) || (depth > 0 && random.once(depth + 4)));
  return Object.fromEntries(wanted.map((name) => [name, toMinimal(properties[name] ?? {}, random, depth + 1)]));
}

function toText({ format }: Schema, random: Random): string {
  switch (format) {
    case 'date-time':
      return TIME;
    case 'byte':
      return 'YQ==';
    case 'duration':
      return '1m';
    case 'uuid':
      return '01234567-89ab-cdef-0123-456789abcdef';
    default:
      return random.pick(['a', 'web', 'app.example.com', 'v1', '10.0.0.1', 'TCP']);
  }
}

export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'A',
  'a b',
  '-a',
  'a-',
  'a_b',
  'a.b',
  'a..b',
  'é',
  'a/b',
  '/',
  '%',
  '.',
  '..',
  'a'.repeat(63),
  'a'.repeat(64),
  'a'.repeat(253),
  'a'.repeat(254),
  'x/y/z',
  'example.com/a',
  'Example.com/a',
  '/a',
  'a/',
  '1',
  'true',
  'null',
  '1.5',
  '"quoted"',
  'two\nlines',
  '\u0000',
  '\u{1F600}',
  'a\\b',
  'constructor',
  '__proto__',
];
export const ODD_NUMBERS: readonly JsonValue[] = [
  -1,
  0,
  1.5,
  -0.5,
  65_535,
  65_536,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_649,
  9_007_199_254_740_993n,
  9_223_372_036_854_775_807n,
  9_223_372_036_854_775_808n,
  1e21,
  1e300,
  5e-324,
];
export const ODD_QUANTITIES: readonly JsonValue[] = [
  '',
  '1',
  '-1',
  '+1',
  '1.5',
  '.5',
  '5.',
  '1e3',
  '1E3',
  '1e',
  '12E',
  '1Ei',
  '1 Gi',
  '1gi',
  '1GB',
  'Gi',
  '0x10',
  '1_000',
  '１',
  1,
  1.5,
  1e21,
  'a',
  '1.5.5',
  '100n',
  '1u',
  '1k',
  '1K',
  '1Ki',
  '99999999999999999999',
  '1e100',
  '1m',
  '-',
  '0.0000000001',
  true,
  {},
  [],
  null,
];
export const ODD_TIMES: readonly JsonValue[] = [
  '',
  '2026-01-02',
  TIME,
  '2026-01-02T03:04:05.123456Z',
  '2026-01-02T03:04:05+02:00',
  '2026-01-02 03:04:05Z',
  '2026-13-02T03:04:05Z',
  '2026-02-30T00:00:00Z',
  '2026-01-02T24:00:00Z',
  '2026-01-02t03:04:05z',
  'now',
  5,
  null,
  '2026-01-02T03:04:05',
  '2026-1-2T03:04:05Z',
  '2026-01-02T03:04:60Z',
];
export const ODD_BYTES: readonly JsonValue[] = [
  '',
  'YQ==',
  'YQ',
  'Y',
  'YQ=',
  'YQ==YQ==',
  'Y Q==',
  'YQ==\n',
  '_-8=',
  '!!',
  'é',
  5,
  null,
  [],
];
