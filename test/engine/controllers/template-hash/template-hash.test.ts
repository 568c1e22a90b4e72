import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeRevisionHash, computeTemplateHash } from '../../../../src/engine/controllers/template-hash/template-hash.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

const template = (container: JsonObject = {}, metadata: JsonObject = { labels: { app: 'web' } }): JsonObject => ({
  metadata,
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
});
const memory = (amount: string): JsonObject => template({ resources: { limits: { memory: amount } } });

// What the controllers of each release answer to random templates is in fixtures/judges/recorded/template.jsonl and in docs/parity.md.
const SAME: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  'what is empty is not there': [template(), { ...template({ args: [], env: null, command: [] }), unknown: 1 }],
  'the order of labels': [template({}, { labels: { a: '1', b: '2' } }), template({}, { labels: { b: '2', a: '1' } })],
  'quantities that are written anew': [memory('1024Mi'), memory('1Gi')],
};
const OTHER: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  'an image': [template(), template({ image: 'web:2' })],
  'the same amount in other units': [memory('1Gi'), memory('1073741824')],
  'an annotation': [template(), template({}, { labels: { app: 'web' }, annotations: { a: '' } })],
};

for (const [name, [one, other]] of Object.entries(SAME)) {
  test(`templates with one hash: ${name}`, () => {
    assert.equal(computeTemplateHash(one, '1.36'), computeTemplateHash(other, '1.36'));
  });
}

for (const [name, [one, other]] of Object.entries(OTHER)) {
  test(`templates with two hashes: ${name}`, () => {
    assert.notEqual(computeTemplateHash(one, '1.36'), computeTemplateHash(other, '1.36'));
  });
}

test('releases whose templates have other fields give other hashes, and unknown releases those of the newest', () => {
  const hashes = ['1.32', '1.33', '1.34', '1.35', '1.36'].map((minor) => computeTemplateHash(template({ lifecycle: {} }), minor));
  assert.equal(new Set(hashes).size, 5);
  assert.equal(computeTemplateHash(template({ lifecycle: {} }), '1.99'), hashes.at(-1));
  assert.equal(computeTemplateHash(template({ lifecycle: {} }), undefined), hashes.at(-1));
});

test('a collision counts', () => {
  const hashes = [undefined, 0, 1].map((count) => computeTemplateHash(template(), '1.36', count));
  assert.equal(new Set(hashes).size, 3);
});

test('no hash follows from a template that holds a time', () => {
  assert.equal(computeTemplateHash(template({}, { creationTimestamp: '2026-01-01T00:00:00Z' }), '1.36'), undefined);
});

test('the hash of a revision is of the JSON that Go writes, with the count of collisions', () => {
  const hashes = [template(), template({ image: 'web:2' })].map((of) => computeRevisionHash(of, '1.36', 0));
  assert.equal(new Set(hashes).size, 2);
  assert.equal(computeRevisionHash(template(), undefined, 0), hashes[0]);
  assert.notEqual(computeRevisionHash(template(), '1.36', 1), hashes[0]);
});

test('until 1.33 the time that a template does not have stands in its JSON', () => {
  const hashes = ['1.32', '1.33', '1.34', '1.36'].map((minor) => computeRevisionHash(template(), minor, 0));
  assert.equal(hashes[0], hashes[1]);
  assert.equal(hashes[2], hashes[3]);
  assert.notEqual(hashes[1], hashes[2]);
});
