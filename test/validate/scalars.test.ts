import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { pullPolicyOf } from '../../src/model/schema/native-defaults/image.ts';
import { isStrictSubnet } from '../../src/validate/native/cidr.ts';
import { judgeSchedule } from '../../src/validate/native/cron.ts';
import { judgePortName, judgeQualifiedName, judgeSubdomain } from '../../src/validate/object/names.ts';
import { isCidr, isIpv6, isOfFormat } from '../../src/validate/structural/custom-formats.ts';
import { explainTime, findBadBase64, isTime, judgeQuantity } from '../../src/validate/structural/scalars.ts';

/** One test for each row of a table: inputs by what they are judged to be. */
function table<T>(name: string, judge: (input: string) => T, rows: readonly (readonly [want: T, ...inputs: readonly string[]])[]): void {
  group(name, () => {
    for (const [want, ...inputs] of rows) {
      for (const input of inputs) test(`${JSON.stringify(input)} is ${String(want)}`, () => assert.deepEqual(judge(input), want));
    }
  });
}

table('quantities', judgeQuantity, [
  ['fine', '1', '0.5', '.5', '5.', '+1', '-1', '100m', '1Gi', '1e3', '1E3', '1e-3', '1.5Ki', '12e6', '0', '1E'],
  ['zero', 'Gi', 'm', '.', '-'],
  ['wrong format', '', '64MB', '1gi', ' 1', '1 Gi', 'lots', '1.5.5', '1m5m'],
  ['wrong suffix', '1kM', '1e', '1Kim', '1mi'],
]);

table('base64', findBadBase64, [
  [-1, '', 'Yg==', 'YWI=', 'YWJj', 'Y\ng=\r\n='],
  [0, 'Yg', '_-8='],
  [3, 'not base64!'],
  [4, 'YWJjZ', 'YWJj!'],
]);

test('base64 of many megabytes', () => {
  const long = 'a'.repeat(12_000_000);
  assert.equal(findBadBase64(long), -1);
  assert.equal(findBadBase64(`${long}!`), long.length);
  assert.equal(findBadBase64(`${long}YQ==`), -1);
});

test('names, images and durations of many megabytes', () => {
  const long = `${'a.'.repeat(6_000_000)}a`;
  assert.deepEqual(judgeSubdomain(long), ['must be no more than 253 characters']);
  assert.equal(pullPolicyOf(`${long}/a`), 'IfNotPresent');
  assert.equal(isOfFormat('1s'.repeat(6_000_000), 'duration'), false);
});

table('times', (text) => isTime(text, false), [
  [true, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5+02:00', '2024-02-29T23:59:59Z'],
  [false, '2026-01-01', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00', 'soon'],
]);

table('why a text is no time', (text) => explainTime(text, false).replace(/^.*?: (?=cannot|extra|\w+ out)/, ''), [
  ['cannot parse "soon" as "2006"', 'soon'],
  ['cannot parse "" as "T"', '2026-01-01'],
  ['cannot parse "" as "Z07:00"', '2026-01-01T00:00:00'],
  ['month out of range', '2026-13-01T00:00:00Z'],
  ['day out of range', '2026-02-30T00:00:00Z'],
  ['extra text: "x"', '2026-01-01T00:00:00Zx'],
]);

table('schedules', judgeSchedule, [
  [undefined, '* * * * *', '*/5 * * * *', '0 3 * * MON-FRI', '0 0 1 jan ?', '0-30/10 1,2 * * *', '@daily', '@every 1h30m', ' 0 0 * * 0 '],
  ['expected exactly 5 fields, found 6: [0 * * * * *]', '0 * * * * *'],
  ['end of range (60) above maximum (59): 60', '60 * * * *'],
  ['end of range (7) above maximum (6): 7', '0 0 * * 7'],
  ['beginning of range (0) below minimum (1): 0', '0 0 0 * *'],
  ['beginning of range (5) beyond end of range (3): 5-3', '5-3 * * * *'],
  ['step of range should be a positive number: */0', '*/0 * * * *'],
  ['too many slashes: */2/3', '*/2/3 * * * *'],
  ['too many hyphens: 1-2-3', '1-2-3 * * * *'],
  ['failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax', 'x * * * *'],
]);

test('a duration of megabytes is none', () => {
  assert.match(judgeSchedule(`@every ${'1h'.repeat(5_000_000)}`) ?? '', /^failed to parse duration /);
});

table('keys of labels', (key) => judgeQualifiedName(key).length, [
  [0, 'app', 'app.kubernetes.io/name', 'A', 'a_b.c-d', 'a'.repeat(63), 'a--b.com/x'],
  [1, 'a b', 'a..b/c', 'a/b/c', '/b', 'a.-b/c', 'a'.repeat(64), `${'a'.repeat(254)}/x`],
  [2, '', 'a/'],
]);

table('port names', (name) => judgePortName(name).length, [
  [0, 'http', 'a', '1a', 'a-b'],
  [1, '80', 'a--b', '-a', 'a-', 'aaaaaaaaaaaaaaaa'],
  [2, 'HTTP'],
]);

table('IPv6 addresses', isIpv6, [
  [true, '::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
  [false, '', ':', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'g::', '1.2.3.4'],
]);

table('CIDRs', isCidr, [
  [true, '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/64'],
  [false, '10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/08', '10.0.0.0/8/8'],
]);

table('subnets of 10.0.0.0/8 or 2001:db8::/32', (cidr) => isStrictSubnet(cidr, cidr.includes(':') ? '2001:db8::/32' : '10.0.0.0/8'), [
  [true, '10.1.0.0/16', '2001:db8:1::/48'],
  [false, '11.0.0.0/16', '10.0.0.0/8', '10.0.0.0/7', '2001:db9::/48'],
]);

group('formats of custom resources', () => {
  const cases: readonly (readonly [format: string, good: readonly string[], bad: readonly string[]])[] = [
    ['date', ['2026-01-31'], ['2026-02-30', 'x']],
    ['duration', ['1h', '1h5m', '300ms', '3 days', '0'], ['', 'h', '1x']],
    ['email', ['a@b.c'], ['a', '@b']],
    ['hostname', ['a.b', 'A1'], ['-a', 'a b', '']],
    ['mac', ['00:00:5e:00:53:01'], ['00:00', 'x']],
    ['uri', ['https://a.b/c', '/a'], ['a b', 'x']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['x', '123e4567']],
    ['made-up', ['anything'], []],
  ];
  for (const [format, good, bad] of cases) {
    test(format, () => {
      for (const text of good) assert.ok(isOfFormat(text, format), text);
      for (const text of bad) assert.ok(!isOfFormat(text, format), text);
    });
  }
});
