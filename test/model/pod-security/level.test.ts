import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLevel, readPodSecurityPolicy } from '../../../src/model/pod-security/index.ts';

const read = (labels: Readonly<Record<string, string>>): ReturnType<typeof readPodSecurityPolicy> =>
  readPodSecurityPolicy(new Map(Object.entries(labels).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value])));

const CASES: readonly { name: string; labels: Readonly<Record<string, string>>; want: string }[] = [
  { name: 'no labels', labels: {}, want: 'privileged:latest privileged:latest privileged:latest' },
  { name: 'a level is warned of, too', labels: { enforce: 'baseline' }, want: 'baseline:latest privileged:latest baseline:latest' },
  {
    name: 'in the same version',
    labels: { enforce: 'restricted', 'enforce-version': 'v1.30' },
    want: 'restricted:v1.30 privileged:latest restricted:v1.30',
  },
  {
    name: 'unless the warning has a version of its own',
    labels: { enforce: 'restricted', 'enforce-version': 'v1.30', 'warn-version': 'v1.31' },
    want: 'restricted:v1.30 privileged:latest restricted:v1.31',
  },
  {
    name: 'or a level of its own',
    labels: { enforce: 'restricted', warn: 'privileged' },
    want: 'restricted:latest privileged:latest privileged:latest',
  },
  { name: 'nonsense enforces the most', labels: { enforce: 'strict' }, want: 'restricted:latest privileged:latest privileged:latest' },
  { name: 'and warns of nothing', labels: { warn: 'strict' }, want: 'privileged:latest privileged:latest privileged:latest' },
  {
    name: 'a version that is none',
    labels: { enforce: 'baseline', 'enforce-version': 'v1.01' },
    want: 'baseline:latest privileged:latest baseline:latest',
  },
];
for (const { name, labels, want } of CASES)
  test(`levels of labels: ${name}`, () => {
    const { policy } = read(labels);
    assert.equal([policy.enforce, policy.audit, policy.warn].map(formatLevel).join(' '), want);
  });

test('what labels say that means nothing, in the words of the API server', () => {
  assert.deepEqual(
    read({ enforce: 'strict', 'audit-version': '1.30' }).faults.map(({ message }) => message),
    [
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: "1.30": must be "latest" or "v1.x"',
    ],
  );
});
