import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocuments } from '../../src/loader/index.ts';
import { formatPlace } from '../../src/model/index.ts';
import { getArray, getString, stringifyJsonInOrder, type Path } from '../../src/std/index.ts';

const values = (text: string): readonly string[] =>
  parseDocuments(text, 'a.yaml').documents.map(({ value }) => stringifyJsonInOrder(value));
const findings = (text: string): readonly string[] =>
  parseDocuments(text, 'a.yaml').findings.map((finding) => {
    assert.ok(finding.source, `${finding.code} has a place`);
    return `${finding.code} ${finding.source.line}:${finding.source.column} ${finding.path ?? ''}`.trimEnd();
  });

const STRUCTURE: readonly {
  readonly name: string;
  readonly input: string;
  readonly want: readonly string[];
  readonly says?: readonly string[];
}[] = [
  { name: 'nothing', input: '', want: [] },
  { name: 'comments and empty documents', input: '# a\n---\n# b\n---\n---\n', want: [] },
  { name: 'several documents', input: 'a: 1\n---\nb: 2\n--- # three\nc: 3\n', want: ['{"a":1}', '{"b":2}', '{"c":3}'] },
  { name: 'a document on the marker line', input: '--- {a: 1}\n', want: ['{"a":1}'], says: ['KL0001 1:5'] },
  { name: 'a comment on the marker line', input: '--- # a\na: 1\n---\t\na: 2\n', want: ['{"a":1}', '{"a":2}'] },
  {
    name: 'JSON objects one after the other',
    input: '{"a": "}"}{"b": [{}]}\n\n{"c": "\\\\"}\n',
    want: ['{"a":"}"}', '{"b":[{}]}', '{"c":"\\\\"}'],
  },
  { name: 'JSON objects, then YAML', input: '{"a": 1}\nb: 2\n---\n{"c": 3}\n', want: ['{"a":1}', '{"b":2}', '{"c":3}'] },
  {
    name: 'objects one after the other where kubectl reads YAML',
    input: '{"a": 1}\n---\n{"b": 2}{"c": 3}\n',
    want: ['{"a":1}'],
    says: ['KL0001 3:9'],
  },
  { name: 'an escaped slash in JSON', input: '{"a": "\\/"}', want: ['{"a":"/"}'] },
  { name: 'an escaped slash in YAML', input: 'a: "\\/"\nb: "\\\\/"\n', want: ['{"a":"/","b":"\\\\/"}'], says: ['KL0001 1:5 /a'] },
  { name: 'an escaped slash in what is nearly JSON', input: '{"a": "\\/",}', want: ['{"a":"/"}'], says: ['KL0001 1:8 /a'] },
  { name: 'an early end', input: 'a: 1\n...\nb: 2\n', want: ['{"a":1}', '{"b":2}'] },
  { name: 'dashes within a block of text', input: 'a: |\n  ---\n  b\nc: |\n  x\n', want: ['{"a":"---\\nb\\n","c":"x\\n"}'] },
  { name: 'a byte order mark', input: '\uFEFFa: 1\n', want: ['{"a":1}'] },
  { name: 'CRLF', input: 'a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n', want: ['{"a":1,"b":"x\\ny\\n"}', '{"c":2}'] },
  { name: 'JSON with tabs', input: '{\n\t"a": [1, "\\u00e9\\/"],\n\t"b": null}', want: ['{"a":[1,"é/"],"b":null}'] },
  { name: 'a list at the indent of its key', input: 'a:\n- 1\n- b: 2\n', want: ['{"a":[1,{"b":2}]}'] },
  {
    name: 'keys that are no strings',
    input: '1: a\n0644: b\n1.5: c\n',
    want: ['{"1":"a","420":"b","1.5":"c"}'],
    says: ['KL0009 2:1 /420'],
  },
  { name: 'a key that becomes a boolean', input: 'on: 1\n', want: ['{"true":1}'], says: ['KL0010 1:1 /true'] },
  { name: 'brackets that close where their key begins', input: 'a: {\n  b: [\n1\n]\n}\nc: {\n}\n', want: ['{"a":{"b":[1]},"c":{}}'] },
  { name: 'an empty line within quotation marks', input: 'a: "b\n\nc"\nd: \'e\nf\'\n', want: ['{"a":"b\\nc","d":"e f"}'] },
  {
    name: 'comments, marks and blocks around such brackets',
    input: 'a: |\n  {\nb: { # "\nc: "d # e" # }\n}\n',
    want: ['{"a":"{\\n","b":{"c":"d # e"}}'],
  },
  { name: 'brackets that nothing closes', input: 'a: {\nb: 1\n', want: [], says: ['KL0001 1:4'] },
  { name: 'a key over two lines', input: 'a: {"b"\n: 1}\n', want: [], says: ['KL0001 2:1'] },
  { name: 'a fault below such brackets', input: 'a: {\nb: 1\n}\nc: @d\n', want: [], says: ['KL0001 4:4'] },
  { name: '__proto__ as a key', input: '__proto__: {a: 1}\n', want: ['{"__proto__":{"a":1}}'] },
  { name: 'a duplicate key: the last wins', input: 'a:\n  b: 1\n  b: 2\n', want: ['{"a":{"b":2}}'], says: ['KL0002 3:3 /a/b'] },
  { name: 'a duplicate key by its string', input: '1: a\n"1": b\n', want: ['{"1":"b"}'], says: ['KL0002 2:1 /1'] },
  { name: 'aliases', input: 'a: &x {b: 1}\nc: *x\nd: [*x]\n', want: ['{"a":{"b":1},"c":{"b":1},"d":[{"b":1}]}'] },
  { name: 'an anchor used again after it is defined anew', input: 'a: &x 1\nb: &x 2\nc: *x\n', want: ['{"a":1,"b":2,"c":2}'] },
  { name: 'a merge', input: 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n', want: ['{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}'] },
  {
    name: 'a merge below a key overrides it',
    input: 'a: &x {c: 2}\nd:\n  c: 3\n  <<: *x\n',
    want: ['{"a":{"c":2},"d":{"c":2}}'],
    says: ['KL0008 4:3 /d/<<'],
  },
  {
    name: 'a merge of several: the first wins',
    input: 'a: &x {c: 1}\nb: &y {c: 2, d: 3}\ne:\n  <<: [*x, *y]\n',
    want: ['{"a":{"c":1},"b":{"c":2,"d":3},"e":{"c":1,"d":3}}'],
  },
  { name: 'a quoted << is a key', input: '"<<": 1\n', want: ['{"<<":1}'] },
  { name: 'an integer of 64 bits', input: 'a: 9007199254740993\n', want: ['{"a":9007199254740993}'] },
  { name: 'octal', input: 'a: 0644\n', want: ['{"a":420}'], says: ['KL0009 1:4 /a'] },
  {
    name: 'a syntax error leaves the other documents',
    input: 'a: 1\n---\nb: [\n---\nc: 3\n',
    want: ['{"a":1}', '{"c":3}'],
    says: ['KL0001 3:4'],
  },
  { name: 'a tab as indentation', input: 'a:\n\tb: 1\n', want: [], says: ['KL0001 2:1'] },
  { name: 'a null key', input: '~: 1\n', want: [], says: ['KL0006 1:1'] },
  { name: 'a map as key', input: '? {a: 1}\n: 2\n', want: [], says: ['KL0006 1:3'] },
  { name: 'infinity', input: 'a: .inf\n', want: [], says: ['KL0007 1:4 /a'] },
  { name: 'a tag that does not fit', input: 'a: !!int x\n', want: [], says: ['KL0007 1:10 /a'] },
  { name: 'an unknown alias', input: 'a: *x\n', want: [], says: ['KL0003 1:4 /a'] },
  { name: 'an alias to itself', input: 'a: &x [*x]\n', want: [], says: ['KL0003 1:8 /a/0'] },
  { name: 'a merge of no map', input: 'a: &x 1\nb: {<<: *x}\n', want: [], says: ['KL0007 2:9 /b/<<'] },
  { name: 'a directive, as kubectl splits the stream first', input: '%YAML 1.1\n---\na: 1\n', want: ['{"a":1}'], says: ['KL0001 1:9'] },
  { name: 'too deep', input: `${'['.repeat(201)}${']'.repeat(201)}`, want: [], says: ['KL0005 1:200'] },
];

for (const { name, input, want, says } of STRUCTURE) {
  test(`documents: ${name}`, () => {
    assert.deepEqual(values(input), want);
    assert.deepEqual(findings(input), says ?? []);
  });
}

test('a bomb of aliases is refused before it is written out', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let n = 1; n < 12; n++) lines.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`);
  assert.deepEqual(values(`${lines.join('\n')}\n`), []);
  assert.match(findings(`${lines.join('\n')}\n`).join(), /^KL0004/);
});

test('long texts repeated by alias are refused', () => {
  const text = `a: &a "${'x'.repeat(100_000)}"\nb: [${Array.from({ length: 400 }, () => '*a').join(', ')}]\n`;
  assert.match(findings(text).join(), /^KL0004/);
});

const PLACES = `# head
apiVersion: v1
kind: Pod
metadata:
  name: "web"
  labels: {a: 'b', "c/d": e}
spec:
  containers:
  - name: one
    command: [sh, -c]
    args:
    - |
      first
      second
  - {name: two}
  nodeName:
`;

const LOCATED: readonly { readonly path: Path; readonly want: string; readonly end: string }[] = [
  { path: [], want: '2:1', end: '16:11' },
  { path: ['kind'], want: '3:1', end: '3:10' },
  { path: ['metadata', 'name'], want: '5:3', end: '5:14' },
  { path: ['metadata', 'labels', 'c/d'], want: '6:20', end: '6:28' },
  { path: ['metadata', 'labels'], want: '6:3', end: '6:28' },
  { path: ['spec', 'containers', 0], want: '9:5', end: '14:13' },
  { path: ['spec', 'containers', 0, 'command', 1], want: '10:19', end: '10:21' },
  { path: ['spec', 'containers', 0, 'args', 0], want: '13:1', end: '14:13' },
  { path: ['spec', 'containers', '1', 'name'], want: '15:6', end: '15:15' },
  { path: ['spec', 'nodeName'], want: '16:3', end: '16:11' },
  { path: ['spec', 'containers', 0, 'image'], want: '9:5', end: '14:13' },
  { path: ['status', 'phase'], want: '2:1', end: '16:11' },
];

for (const { path, want, end } of LOCATED) {
  test(`the place of /${path.join('/')} is ${want}`, () => {
    const range = parseDocuments(PLACES, 'a.yaml').documents[0]?.origin.locate(path);
    assert.ok(range);
    assert.equal(formatPlace(range), `a.yaml:${want}`);
    assert.equal(`${range.endLine}:${range.endColumn}`, end);
  });
}

const SYNTAX: readonly { readonly file: string; readonly text: string; readonly want: string }[] = [
  { file: 'a.json', text: '{"a": 1 "b": 2}\n', want: '1:12 JSON: a comma or a colon is missing before this' },
  { file: 'a.json', text: '{"a": [1\n', want: '1:7 JSON: the bracket [ opened at 1:7 is not closed' },
  { file: 'a.json', text: '{"a": "b\n\n', want: '1:7 JSON: the quotation mark " opened at 1:7 is not closed' },
  { file: 'a.JSON', text: '{"a": 1}}\n', want: '1:9 JSON: there is more after the end of its value' },
  { file: 'a.json', text: '{"a": 1,, "b": 2}\n', want: '1:9 JSON: a value is missing before this comma' },
  { file: 'a.yaml', text: 'a:\n  [1\n', want: '2:3 YAML: the bracket [ opened at 2:3 is not closed' },
  { file: 'a.yaml', text: 'a: [b, c\nd: e\n', want: '1:4 YAML: the bracket [ opened at 1:4 is not closed' },
  { file: 'a.yaml', text: 'x: [1]\na: [b, [c]\nd: e\n', want: '2:4 YAML: the bracket [ opened at 2:4 is not closed' },
  { file: 'a.yaml', text: 'a: [b, {c: d\ne: f\n', want: '1:8 YAML: the bracket { opened at 1:8 is not closed' },
  { file: 'a.yaml', text: 'a: {b: [1, 2}\n', want: '1:8 YAML: the bracket [ opened at 1:8 is not closed' },
  { file: 'a.yaml', text: 'ok: 1\n---\na: [b\n---\nc: 1\n', want: '3:4 YAML: the bracket [ opened at 3:4 is not closed' },
  { file: 'a.yaml', text: 'a: [ # b ]\n  c\nd: e\n', want: '1:4 YAML: the bracket [ opened at 1:4 is not closed' },
  { file: 'a.yaml', text: 'a: [b, "c]\nd: e\n', want: '1:8 YAML: the quotation mark " opened at 1:8 is not closed' },
  { file: 'a.yaml', text: "a: 'b\nc: d\n", want: "1:4 YAML: the quotation mark ' opened at 1:4 is not closed" },
  { file: 'a.yaml', text: 'a: [1, 2]]\n', want: '1:10 YAML: the bracket ] closes nothing' },
  { file: 'a.yaml', text: 'a: {b: 1}}\nc: d\n', want: '1:10 YAML: the bracket } closes nothing' },
  { file: 'a.yaml', text: 'a: ["b" "c"]\n', want: '1:9 YAML: missed comma between flow collection entries' },
  { file: 'a.yaml', text: 'a: it\'s [\nb: "c"\n d: e\n', want: '3:2 YAML: bad indentation of a mapping entry' },
];

for (const { file, text, want } of SYNTAX) {
  test(`what is wrong with ${JSON.stringify(text)} is said in the words of its format, at a place that it has`, () => {
    const [finding] = parseDocuments(text, file).findings;
    const [format, reason] = [getString(finding?.data, 'format'), getString(finding?.data, 'reason')];
    assert.equal(`${finding?.source?.line}:${finding?.source?.column} ${format}: ${reason}`, want);
  });
}

const LONG = 'x'.repeat(12_000_000);
const LONG_TEXTS: readonly { readonly name: string; readonly text: string; readonly want: string }[] = [
  { name: 'in a line of its own', text: `a: "\\n${LONG}"\n`, want: `\n${LONG}` },
  { name: 'in a flow map', text: `a: {b: "${LONG}\\t"}\n`, want: `${LONG}\t` },
  { name: 'of escapes', text: `a: ["${'\\\\\\"'.repeat(3_000_000)}"]\n`, want: '\\"'.repeat(3_000_000) },
  { name: 'that JSON has no escape for', text: `a: ["\\x41${LONG}"]\n`, want: `A${LONG}` },
];

for (const { name, text, want } of LONG_TEXTS) {
  test(`a quoted text of megabytes ${name} is read`, () => {
    const { documents, findings } = parseDocuments(text, 'a.yaml');
    assert.deepEqual(findings, []);
    const value = documents[0]?.value;
    const read = getString(value, 'a') ?? getString(value, 'a', 'b') ?? getArray(value, 'a').find((item) => typeof item === 'string');
    assert.ok(read === want, `${read?.length} characters for ${want.length}`);
  });
}

test('a tag of megabytes is a fault of its document', () => {
  const { documents, findings } = parseDocuments(`a: !${LONG} b\n---\nc: d\n`, 'a.yaml');
  assert.deepEqual([documents.length, findings.map(({ code }) => code)], [1, ['KL0001']]);
});

test('a JSON object has its own lines in a stream of them', () => {
  const { documents } = parseDocuments('{"a": 1}{"b":\n[2]}\n{"c": 3}', 'a.json');
  const places = documents.map(({ origin }) => [origin.document, origin.line, origin.locate(['b', 0]).line, origin.locate(['c']).column]);
  assert.deepEqual(places, [
    [0, 1, 1, 1],
    [1, 1, 2, 9],
    [2, 3, 3, 2],
  ]);
});

test('places within brackets that close where their key begins', () => {
  const [document] = parseDocuments('a: {\n  b: "x\n\ny",\nc: [ # d\n1,\n2]\n}\ne: 5\n', 'a.yaml').documents;
  const placeOf = (...path: Path): string => {
    const { line, column, endLine, endColumn } = document?.origin.locate(path) ?? {};
    return `${line}:${column}-${endLine}:${endColumn}`;
  };
  assert.deepEqual(
    [placeOf('a', 'b'), placeOf('a', 'c', 1), placeOf('a', 'c'), placeOf('e')],
    ['2:3-4:3', '7:1-7:2', '5:1-7:2', '9:1-9:5'],
  );
});

test('a document knows its line and number without being parsed again', () => {
  const { documents } = parseDocuments('# x\n---\n\n# y\na: 1\n---\nb: 2\n', 'a.yaml');
  assert.deepEqual(
    documents.map(({ origin }) => [origin.document, origin.line]),
    [
      [0, 5],
      [1, 7],
    ],
  );
});

test('waivers speak of the next line that is not a comment, and not from within text', () => {
  const text = `a: 1
# kplan: ignore KV0001 the vendor needs it
# kplan: ignore KR0002 known
b: 2
c: |
  # kplan: ignore KV0003 this is text
  x
  # kplan:ignore kv0004
d: 3
`;
  const [document] = parseDocuments(text, 'a.yaml').documents;
  assert.deepEqual(document?.waivers, [
    { code: 'KV0001', reason: 'the vendor needs it', comment: 2, line: 4 },
    { code: 'KR0002', reason: 'known', comment: 3, line: 4 },
  ]);
});

test('a waiver without a reason is said, where it is written', () => {
  assert.deepEqual(findings('# kplan: ignore KV0001\n# more\na: 1\n'), ['KL0028 1:1']);
});

test('a waiver of a code that there is not is said, where it is written, and waives nothing', () => {
  for (const text of ['XX0000', 'KR9999 why', 'KR0O15: why', 'the-probe why']) {
    const { documents, findings: found } = parseDocuments(`b: 2\n# kplan: ignore ${text}\na: 1\n`, 'a.yaml');
    assert.deepEqual([documents[0]?.waivers, found.map(({ code, source }) => `${code} ${source?.line}`)], [[], ['KL0045 2']], text);
  }
  assert.deepEqual(findings('# kplan: ignore kr0015, why\na: 1\n'), []);
});

const UNTIL: readonly (readonly [reason: string, holds: boolean])[] = [
  ['until 2027-01-31 an operator', true],
  ['Until 2028-02-29: an operator', true],
  ['until 2027-01-31', true],
  ['untilled land', true],
  ['an operator, until tomorrow', true],
  ['until', false],
  ['until tomorrow', false],
  ['until: 2027-01-31 an operator', false],
  ['until 2026-31-12 an operator', false],
  ['until 2027-02-29 an operator', false],
  ['until 2027-1-31 an operator', false],
  ['until 31.12.2026', false],
  ['until 2027-01-310', false],
  ['until 2027-01-31T00:00:00Z', false],
];
for (const [reason, holds] of UNTIL)
  test(`a waiver ${reason}: ${holds ? 'holds' : 'is said and waives nothing'}`, () => {
    const { documents, findings: found } = parseDocuments(`b: 2\n# kplan: ignore KV0001 ${reason}\n# more\na: 1\n`, 'a.yaml');
    const said = found.map(({ code, source }) => `${code} ${source?.line}`);
    assert.deepEqual([documents[0]?.waivers.length, said], holds ? [1, []] : [0, ['KL0029 2']]);
  });
