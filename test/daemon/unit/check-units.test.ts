import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkUnits } from '../../../src/daemon/unit/check-units.ts';

interface Listed {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly context?: string;
}

const unit = (name: string, ...dependsOn: readonly string[]): Listed => ({
  name,
  dependsOn,
});

describe('checkUnits', () => {
  const cases: readonly { name: string; input: readonly Listed[]; want: Readonly<Record<number, string>> }[] = [
    { name: 'an order is no fault', input: [unit('web', 'db', 'net'), unit('db', 'net'), unit('net')], want: {} },
    { name: 'a unit that is not listed', input: [unit('web', 'db'), unit('net')], want: { 0: 'depends on db, which is not listed' } },
    { name: 'a name twice: the first has it', input: [unit('web'), unit('web')], want: { 1: 'the name web is that of an earlier unit' } },
    { name: 'a unit that waits for itself', input: [unit('web', 'web')], want: { 0: 'depends on itself: web -> web' } },
    {
      name: 'circles apart, each named, and those who only wait for them left out',
      input: [unit('a', 'b'), unit('b', 'a'), unit('c', 'd'), unit('d', 'c'), unit('e', 'a'), unit('f')],
      want: {
        0: 'depends on itself: a -> b -> a',
        1: 'depends on itself: a -> b -> a',
        2: 'depends on itself: c -> d -> c',
        3: 'depends on itself: c -> d -> c',
      },
    },
  ];
  for (const { name, input, want } of cases) it(name, () => assert.deepEqual(Object.fromEntries(checkUnits(input)), want));
});
