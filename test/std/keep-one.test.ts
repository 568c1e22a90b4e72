import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepOne } from '../../src/std/index.ts';

const CASES: readonly {
  readonly name: string;
  readonly there: readonly string[];
  readonly begins: boolean;
  /** What another writer adds while one is created. */
  readonly meanwhile?: string;
  readonly want: readonly string[];
  readonly kept: string | undefined;
}[] = [
  { name: 'none, and none to begin', there: [], begins: false, want: [], kept: undefined },
  { name: 'none, and one to begin', there: [], begins: true, want: ['own!'], kept: 'own' },
  { name: 'one', there: ['a'], begins: false, want: ['a!'], kept: 'a' },
  { name: 'several', there: ['a', 'b', 'c'], begins: true, want: ['a!'], kept: 'a' },
  { name: 'another writer was faster', there: [], begins: true, meanwhile: 'b', want: ['b!'], kept: 'b' },
];

for (const { name, there, begins, meanwhile, want, kept } of CASES)
  test(`one entry is kept: ${name}`, async () => {
    let entries = [...there];
    const answer = await keepOne<string>(
      {
        list: () => Promise.resolve([...entries]),
        create: () => {
          entries.push(...(meanwhile === undefined ? [] : [meanwhile]), 'own');
          return Promise.resolve();
        },
        update: (entry) => {
          entries = entries.map((item) => (item === entry ? `${item}!` : item));
          return Promise.resolve();
        },
        remove: (entry) => {
          entries = entries.filter((item) => item !== entry);
          return Promise.resolve();
        },
      },
      { begins },
    );
    assert.equal(answer, kept);
    assert.deepEqual(entries, want);
  });
