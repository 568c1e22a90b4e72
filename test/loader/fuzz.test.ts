import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from '../../src/loader/decode.ts';
import { DEFAULT_LIMITS } from '../../src/loader/index.ts';
import { construct } from '../../src/loader/yaml/construct.ts';
import { isFault, startOf } from '../../src/loader/yaml/events.ts';
import { readEvents } from '../../src/loader/yaml/read-events.ts';
import { DocumentOrigin, EventMemo } from '../../src/loader/yaml/origin.ts';
import { parseFile } from '../../src/loader/yaml/parse-file.ts';
import { pathTo } from '../../src/loader/yaml/place.ts';
import { mayBeSimple, readSimple } from '../../src/loader/yaml/simple-block.ts';
import { splitDocuments } from '../../src/loader/yaml/split.ts';
import { TextSource } from '../../src/loader/yaml/text-source.ts';
import { CATALOG } from '../../src/model/index.ts';
import { isArray, isObject, stringifyJson, stringifyJsonInOrder, toPointer, type JsonValue, type Path } from '../../src/std/index.ts';

// KPLAN_FUZZ_COUNT=100000 is the long run; KPLAN_SEED repeats one that failed.
const COUNT = Number(process.env['KPLAN_FUZZ_COUNT'] ?? 2000);
const SEED = Number(process.env['KPLAN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const HANG_MILLISECONDS = 1000;

type Random = (below: number) => number;

/** mulberry32: the same numbers for the same seed. */
function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const SEEDS: readonly string[] = [
  "apiVersion: v1\nkind: Service\nmetadata:\n  name: web # why\n  annotations: {a: b, c.d/e: \"f g\", h: [1, 'i', {j: k}]}\nspec:\n  ports:\n  - port: 80\n    name: http\n  - port: 0644\n  list:\n    - a\n    - --flag=1\n    -\n      deep: 1.5\n  text: |\n    one\n      two\n\n    three\n\n  strip: |-\n    x\n  folded: >\n    one two\n    three\n\n\n    four\n  short: >-\n    a\n\n    b\n  f:metadata:\n    f:name: {}\n    'k:{\"a\":80}':\n      .: {}\n      'it''s': 1\n    k:{\"port\":443,\"protocol\":\"TCP\"}:\n      v:[]: {}\n  'q': { 'r s': 1, f:t: 2, u:v: w }\n  empty:\n  url: http://x:80/y#z\n  q: 'it''s'\n  d: \"a\\n\\\"b\"\n---\n# next\na: yes\nb: [x, y z, -1]\n",
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {a: b, "c/d": \'e\'}\nspec:\n  containers:\n  - name: c\n    image: x:1\n    args: [a, "b\\n", \'c\']\n    command:\n    - |\n      text\n      more\n    - >-\n      folded\n      text\n',
  'base: &b {a: 1, b: [1, 2]}\nmore: &m\n  <<: *b\n  c: *b\nlist: [*b, *m]\n---\n# kplan: ignore KV0001 x\nkind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n...\n---\n',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j","annotations":{"a":"\\u00e9\\ud83d\\ude00"}},"data":{"n":"1","m":null}}',
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "é 😀"\ndata:\n  0644: 0644\n  on: .inf\n  ? complex\n  : !!binary aGVsbG8=\n  "k": !foo bar\r\n  t: \tx\n',
];

const TOKENS = [
  '\n',
  '\r\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '-',
  '- ',
  '---',
  '\n---\n',
  '...',
  ':',
  ': ',
  '?',
  '? ',
  '#',
  ' #',
  '&a',
  '*a',
  '&a &b',
  '<<: *a',
  '!',
  '!!',
  '!!int',
  '!!binary',
  '!<x>',
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
  ',',
  '%',
  '%YAML 1.2',
  '%TAG ! x',
  '@',
  '`',
  '=',
  '~',
  'null',
  '.nan',
  '-.inf',
  '0644',
  '1e999',
  '99999999999999999999',
  '0x',
  '1_',
  'yes',
  '\0',
  '\uFEFF',
  '\u0085',
  '\u2028',
  '\u007f',
  '\ud800',
  '😀',
  'é',
  '__proto__',
  'constructor',
  'sops: {mac: x}',
  'items:',
  'kind: List',
  'apiVersion: v1',
  'metadata:',
  'name: x',
  '# kplan: ignore KV0001',
  '\u00a0',
];

function mutate(seed: Buffer, random: Random): Buffer {
  let bytes = seed;
  for (let n = 1 + random(6); n > 0; n--) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + random(40));
    const token = Buffer.from(TOKENS[random(TOKENS.length)] ?? '');
    switch (random(8)) {
      case 0:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(token.toString().repeat(random(300))), bytes.subarray(at)]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)]);
    }
  }
  return bytes;
}

function fixtures(): readonly Buffer[] {
  const root = join(import.meta.dirname, '../../fixtures/shop');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => readFileSync(join(root, name))).filter((bytes) => bytes.length < 20_000);
}

/** What must hold of every input: no exception, a place within the file for every finding, places for all fields, a finite value. */
function check(bytes: Buffer): void {
  const decoded = decode(bytes);
  if (decoded.kind !== 'text') return;
  compareReaders(decoded.text);
  const source = new TextSource('f.yaml', decoded.text);
  const parsed = parseFile(source, DEFAULT_LIMITS);
  const lines = decoded.text.split('\n').length;
  for (const { code, source: range } of parsed.findings) {
    assert.ok(CATALOG[code], code);
    assert.ok(range !== undefined && range.line >= 1 && range.line <= lines && range.column >= 1, `${code} has a place`);
  }
  const memo = new EventMemo(DEFAULT_LIMITS.depth);
  for (const { object, place } of parsed.objects) {
    const origin = new DocumentOrigin(source, place, memo);
    assert.ok(stringifyJson(object).length > 0);
    for (const path of pathsOf(object, 12)) {
      const range = origin.locate(path);
      assert.ok(range.line >= origin.line && range.line <= lines && range.endLine >= range.line, `/${path.join('/')} has a place`);
    }
  }
}

/** Where the quick reader does not give up, it says what js-yaml's events say. */
function compareReaders(text: string): void {
  for (const { start, end } of splitDocuments(text)) {
    const simple = mayBeSimple(text) ? readSimple(text, start, end) : undefined;
    if (simple === undefined) continue;
    const chunk = text.slice(start, end);
    const events = readEvents(chunk, DEFAULT_LIMITS.depth);
    assert.ok(!isFault(events), `js-yaml refuses: ${JSON.stringify(chunk)}`);
    if (events.length === 0) {
      assert.equal(simple.value, null);
      continue;
    }
    const made = construct(chunk, events, 0, DEFAULT_LIMITS.aliasedCharacters);
    assert.equal(made.failure, undefined);
    assert.equal(made.next, events.length, 'one document');
    assert.equal(stringifyJsonInOrder(simple.value), stringifyJsonInOrder(made.value), JSON.stringify(chunk));
    const [, first] = events;
    if (made.value !== null && first !== undefined) assert.equal(simple.start, start + startOf(first));
    assert.deepEqual(
      simple.oddities.map(({ offset, text: odd, path }) => [offset - start, odd, toPointer(path)]),
      made.issues.map(({ offset, data }) => [offset, data['text'], toPointer(pathTo(chunk, events, 0, offset))]),
    );
  }
}

function pathsOf(value: JsonValue, most: number): readonly Path[] {
  const paths: Path[] = [[]];
  const queue: (readonly [JsonValue, Path])[] = [[value, []]];
  for (let next = queue.shift(); next !== undefined && paths.length < most; next = queue.shift()) {
    const [at, path] = next;
    const children = isArray(at) ? [...at.entries()] : isObject(at) ? Object.entries(at) : [];
    for (const [step, child] of children) {
      paths.push([...path, step]);
      queue.push([child, [...path, step]]);
    }
  }
  return paths;
}

test(`${COUNT} mutated documents (KPLAN_SEED=${SEED}): no crash, no hang, no finding without a place`, () => {
  const random = makeRandom(SEED);
  const seeds = [...SEEDS.map((text) => Buffer.from(text)), ...fixtures()];
  for (let n = 0; n < COUNT; n++) {
    const bytes = mutate(seeds[random(seeds.length)] ?? Buffer.alloc(0), random);
    const start = process.hrtime.bigint();
    try {
      check(bytes);
    } catch (error) {
      throw new Error(`document ${n} of seed ${SEED}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2000))}`, { cause: error });
    }
    const milliseconds = Number((process.hrtime.bigint() - start) / 1_000_000n);
    assert.ok(milliseconds < HANG_MILLISECONDS, `document ${n} of seed ${SEED} took ${milliseconds} ms`);
  }
});
