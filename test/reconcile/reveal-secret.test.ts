import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import { hashSecret } from '../../src/planner/index.ts';
import { revealSecret } from '../../src/reconcile/reveal-secret.ts';
import type { JsonObject } from '../../src/std/index.ts';

const SALT = 'salt';

function secret(fields: JsonObject, annotations: JsonObject = {}): KubernetesObject {
  return { ...fields, apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', annotations } };
}

const CASES: readonly { readonly name: string; readonly source: KubernetesObject; readonly want: JsonObject | RegExp }[] = [
  { name: 'text', source: secret({ stringData: { pw: 'x' } }), want: { pw: 'eA==' } },
  { name: 'encoded text, over lines', source: secret({ data: { pw: 'e\nA==' } }), want: { pw: 'eA==' } },
  { name: 'text over encoded text', source: secret({ data: { pw: 'eQ==' }, stringData: { pw: 'x' } }), want: { pw: 'eA==' } },
  { name: 'empty text', source: secret({ stringData: { pw: '' } }), want: { pw: '' } },
  { name: 'a number for text', source: secret({ stringData: { pw: 5432 } }), want: /"pw" is no text/ },
  { name: 'a number for encoded text', source: secret({ data: { pw: 5432 } }), want: /"pw" is no text/ },
  { name: 'a number over encoded text', source: secret({ data: { pw: 'eA==' }, stringData: { pw: true } }), want: /"pw" is no text/ },
  { name: 'a map', source: secret({ stringData: { pw: { a: 'b' } } }), want: /"pw" is no text/ },
];

for (const { name, source, want } of CASES) {
  test(`the values of a Secret are put back or refused, never emptied: ${name}`, () => {
    const answer = revealSecret(hashSecret(source, SALT), source, SALT);
    if (want instanceof RegExp) assert.match(answer.kind === 'refused' ? answer.reason : 'not refused', want);
    else assert.deepEqual(answer.kind === 'ok' ? answer.object['data'] : answer.reason, want);
  });
}

test('a refusal does not tell the value', () => {
  const source = secret({ stringData: { pw: 5432 } });
  assert.doesNotMatch(JSON.stringify(revealSecret(hashSecret(source, SALT), source, SALT)), /5432/);
});
