import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocuments } from '../../../src/loader/index.ts';
import { readJsonList } from '../../../src/cli/stages/json-list.ts';
import { getArray } from '../../../src/std/index.ts';

const object = (fields: string): string => `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}${fields}}`;
const list = (...items: readonly string[]): string => `{"kind": "List", "apiVersion": "v1", "items": [${items.join(', ')}]}`;

const lists: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'no objects', text: list() },
  { name: 'texts of every sort', text: list(object(', "data": {"a": "\\u00e9\\n\\"", "b": "yes", "c": "012"}'), object('')) },
  { name: 'numbers of every size', text: list(object(', "x": [0, -1, 1.5, 1e3, 9007199254740993]')) },
];

for (const { name, text } of lists) {
  test(`a List in JSON is what the loader makes of it: ${name}`, () => {
    const { documents, findings } = parseDocuments(text, 'list.json');
    assert.deepEqual(findings, []);
    assert.deepEqual(readJsonList(Buffer.from(text)), getArray(documents[0]?.value, 'items'));
  });
}

const others: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'one object', text: object('') },
  { name: 'YAML', text: '{kind: List, apiVersion: v1, items: []}' },
  { name: 'several documents', text: `${list()}\n${list()}` },
  { name: 'a broken text', text: list(object('')).slice(0, -1) },
  { name: 'an item that is no object', text: list('{}') },
  { name: 'a List in a List', text: list(list()) },
  { name: 'nested without end', text: list(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) },
];

for (const { name, text } of others) {
  test(`the loader reads ${name}`, () => assert.equal(readJsonList(Buffer.from(text)), undefined));
}
