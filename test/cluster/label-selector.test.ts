import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { parseLabelSelector } from '../../src/cluster/index.ts';
import { formatSelector } from '../../src/model/index.ts';

const CASES: readonly { readonly input: string; readonly want: string }[] = [
  { input: '', want: '<all>' },
  { input: 'a=b', want: 'a=b' },
  { input: ' a == b , c != d ', want: 'a=b,c!=d' },
  { input: 'a in (x, y),b notin (z)', want: 'a in (x,y),b!=z' },
  { input: 'a,!b', want: 'a,!b' },
  { input: 'a=,b', want: 'a=,b' },
  { input: 'n>3,n<5', want: 'n>3,n<5' },
  { input: 'app.kubernetes.io/name=web', want: 'app.kubernetes.io/name=web' },
  { input: 'a in ()', want: 'a=' },
];
for (const { input, want } of CASES) {
  test(`reads "${input}"`, () => {
    const selector = parseLabelSelector(input);
    assert.ok(!('error' in selector));
    assert.equal(formatSelector(selector), want);
  });
}

const MALFORMED: readonly { readonly input: string; readonly want: string }[] = [
  { input: '=a', want: "found '=', expected: !, identifier, or 'end of string'" },
  { input: 'a=b,', want: "found '', expected: identifier after ','" },
  { input: 'a b', want: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt" },
  { input: 'a in b', want: "unable to parse requirement: found 'b' expected: '('" },
  { input: 'a in (b', want: "unable to parse requirement: found '', expected: ',' or ')'" },
  { input: '!', want: "unable to parse requirement: found '', expected: identifier" },
  { input: 'a=b c', want: "found 'c', expected: ',' or 'end of string'" },
  { input: 'a==!', want: "unable to parse requirement: found '!', expected: identifier" },
  { input: 'a in (=)', want: "unable to parse requirement: found '=', expected: ',', ')' or identifier" },
  {
    input: 'a>b',
    want: `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
  },
  { input: '-a', want: 'unable to parse requirement: Invalid value: "-a": not the name of a label' },
  { input: 'a/b/c', want: 'unable to parse requirement: Invalid value: "a/b/c": not the name of a label' },
  { input: 'a=b_', want: 'unable to parse requirement: values[0][a]: Invalid value: "b_": not the value of a label' },
];
for (const { input, want } of MALFORMED) {
  test(`refuses "${input}"`, () => {
    assert.deepEqual(parseLabelSelector(input), { error: want });
  });
}
