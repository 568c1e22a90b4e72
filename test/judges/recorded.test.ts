import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringifyJson } from '../../src/std/index.ts';
import { deviationOf } from './fixtures.ts';
import { readRecorded } from './oracle-judge.ts';
import { ORACLE_JUDGES } from './oracle-subjects.ts';

for (const judge of ORACLE_JUDGES) {
  test(`recorded answers of Kubernetes: ${judge.subject}`, () => {
    const shown = new Set<string>();
    for (const { input, answer } of readRecorded(judge.subject)) {
      const comparison = judge.compare(input, answer);
      for (const key of comparison?.coverage ?? []) shown.add(key);
      const difference = comparison?.difference;
      if (difference === undefined || deviationOf(judge.subject, difference.signature, '1.36') !== undefined) continue;
      assert.fail(`${difference.signature}\nours:  ${difference.ours}\nreal:  ${difference.servers}\ncase:  ${stringifyJson(input)}`);
    }
    assert.deepEqual(
      judge.branches.filter((branch) => !shown.has(branch)),
      [],
    );
  });
}
