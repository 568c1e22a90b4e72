import type { JsonObject } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const TYPES: readonly (readonly [type: string, keys: readonly string[]])[] = [
  ['Opaque', ['a']],
  ['kubernetes.io/basic-auth', ['username', 'password']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
];

const VALUES = [
  '{"auths": {"r.example.com": {"auth": "YTpi", "n": -0.5e+3, "t": [true, false, null]}}}',
  ' {} ',
  '{"a": "\\u00e9\\n\\"", "b": [[], {}]}',
  '',
  'null',
  '[]',
  '"x"',
  '12',
  'true',
  '{"a": 1e999}',
  '{"a": 1,}',
  "{'a': 1}",
  'e30=',
  '{"a" 1}',
  '{"a": "\t"}',
  '{"a": .5}',
  '{"a": 1} {}',
];

const LETTERS = ['{', '}', '[', ']', ',', ':', '"', '\\', "'", 't', 'n', '0', '.', 'e', '-', ' ', '\n', 'é', '\u0001', '/'];

/** A Secret of some type, or a ConfigMap, with values of which a letter may be too many, or missing. */
export function makeDataObject(random: Random, namespace: string): JsonObject {
  const [type, wanted] = random.pick(TYPES);
  const keys = [...(random.once(6) ? wanted.slice(1) : wanted), ...(random.once(4) ? ['more'] : [])];
  const entries = keys.map((key): [string, string] => [key, makeValue(random)]);
  const metadata = { name: 'data', namespace };
  if (random.once(8)) return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: Object.fromEntries(entries) };
  const isWritten = random.once(3);
  const data = Object.fromEntries(entries.map(([key, value]) => [key, isWritten ? value : Buffer.from(value).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, [isWritten ? 'stringData' : 'data']: data };
}

function makeValue(random: Random): string {
  let value = random.pick(VALUES);
  for (let times = random.below(3); times > 0; times--) {
    const at = random.below(value.length + 1);
    value = value.slice(0, at) + (random.once(2) ? random.pick(LETTERS) : '') + value.slice(at + random.below(2));
  }
  return value;
}
