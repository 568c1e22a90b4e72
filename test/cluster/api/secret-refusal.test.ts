import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutQuotes } from '../../../src/cluster/api/secret-refusal.ts';
import type { StatusError } from '../../../src/cluster/index.ts';

const HIDDEN = '(the words are left out, since they may quote the Secret)';
const error = (reason: StatusError['reason'], message: string, causes: StatusError['causes'] = []): StatusError => ({
  kind: 'error',
  code: 400,
  reason,
  message,
  causes,
});

const CASES: readonly { readonly name: string; readonly given: StatusError; readonly want: string }[] = [
  {
    name: 'a conflict of field managers, which names fields',
    given: error('Conflict', 'Apply failed with 1 conflict: conflict with "kubectl": .data.a', [
      { reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.data.a' },
    ]),
    want: 'Apply failed with 1 conflict: conflict with "kubectl": .data.a',
  },
  {
    name: 'a right that is lacking',
    given: error('Forbidden', 'secrets "a" is forbidden: User "u" cannot patch resource "secrets"'),
    want: 'secrets "a" is forbidden: User "u" cannot patch resource "secrets"',
  },
  { name: 'a lost race', given: error('Conflict', 'the object has been modified'), want: 'the object has been modified' },
  {
    name: 'an admission policy',
    given: error('Invalid', 'secrets "a" is forbidden: ValidatingAdmissionPolicy \'p\' denied request: hunter2'),
    want: HIDDEN,
  },
  {
    name: 'a webhook that names a harmless reason',
    given: error('NotFound', 'admission webhook "w" denied the request: hunter2'),
    want: HIDDEN,
  },
  {
    name: 'validation, whose field is named without keys that may be values',
    given: error('Invalid', 'Secret "a" is invalid', [
      { reason: 'FieldValueInvalid', message: 'Invalid value: "hunter2"', field: 'data[hunter2]' },
    ]),
    want: `data ${HIDDEN}`,
  },
  { name: 'a request that cannot be read', given: error('BadRequest', 'cannot unmarshal hunter2'), want: HIDDEN },
];

for (const { name, given, want } of CASES) {
  test(`of a Secret: ${name}`, () => {
    const { message, causes = [] } = withoutQuotes(given);
    assert.equal(message, want);
    assert.ok(!causes.some((cause) => cause.message.includes('hunter2')));
  });
}
