import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskEnvironment, maskManifest } from '../../../src/cli/stages/mask-lines.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';

const SECRET: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop', annotations: { note: 'hunter2' } },
  data: { 'tls.crt': 'hunter2' },
  stringData: { password: 'hunter2', name: 'db' },
};

const cases: readonly { readonly name: string; readonly lines: readonly string[]; readonly want: readonly string[] | undefined }[] = [
  {
    name: 'a plain manifest',
    lines: ['apiVersion: v1', 'kind: Secret', 'metadata:', '  namespace: "shop"', 'stringData:', '  password: hunter2', ''],
    want: ['apiVersion: v1', 'kind: Secret', 'metadata:', '  namespace: "shop"', 'stringData:', '  password: (secret)', ''],
  },
  {
    name: 'a value over several lines, one of which looks like a key',
    lines: ['data:', '  "tls.crt": |', '    hunter2', '    hunter2: x', '    password: y'],
    want: ['data:', '  "tls.crt": (secret)', '    (secret)', '    (secret)', '    password: (secret)'],
  },
  {
    name: 'all in one line, and a comment',
    lines: ['stringData: {password: hunter2} # hunter2', '# hunter2', 'type: hunter2', 'immutable: hunter2', 'kind: secret # hunter2'],
    want: ['stringData: (secret)', '(secret)', 'type: (secret)', 'immutable: (secret)', 'kind: (secret)'],
  },
  {
    name: 'a value that is the name of the object',
    lines: ['  name: db', '  note: hunter2'],
    want: ['  name: (secret)', '  note: (secret)'],
  },
  { name: 'nothing that is known', lines: ['hunter2', '- hunter2'], want: undefined },
];
for (const { name, lines, want } of cases) {
  test(`of a Secret with its values hidden: ${name}`, () => assert.deepEqual(maskManifest(lines, SECRET), want));
}

test('of a file that Secrets are made of, the keys', () => {
  const lines = ['# hunter2', 'password=hunter2=3', 'tls.crt = hunter2', 'other=hunter2', ''];
  assert.deepEqual(maskEnvironment(lines, [SECRET]), ['(secret)', 'password=(secret)', 'tls.crt =(secret)', '(secret)', '']);
  assert.equal(maskEnvironment(['other=hunter2'], [SECRET]), undefined);
});

test('however a value is written, no byte of it is shown', () => {
  const piece = fc.constantFrom(
    'hunter2',
    'password',
    'kind',
    ':',
    '=',
    ' ',
    '"',
    "'",
    '#',
    '|',
    '{',
    '}',
    '- ',
    '\t',
    'name',
    'Secret',
    '\u00a0',
  );
  const text = fc.array(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(text, (lines) => {
      for (const masked of [maskManifest(lines, SECRET), maskEnvironment(lines, [SECRET])])
        assert.doesNotMatch((masked ?? []).join('\n'), /hunter2/);
    }),
    { numRuns: 500 },
  );
});
