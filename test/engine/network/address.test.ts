import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { EMPTY_INTERVALS, subtract, unite } from '../../../src/std/index.ts';
import {
  ALL_ADDRESSES,
  ALL_V4,
  ALL_V6,
  formatAddress,
  formatAddresses,
  parseAddress,
  parseCidr,
  type AddressSet,
} from '../../../src/engine/network/address.ts';

const addresses: readonly { readonly text: string; readonly want: string | undefined }[] = [
  { text: '10.0.0.1', want: '10.0.0.1' },
  { text: '255.255.255.255', want: '255.255.255.255' },
  { text: '::', want: '::' },
  { text: '::1', want: '::1' },
  { text: '2001:DB8:0:0:1:0:0:1', want: '2001:db8::1:0:0:1' },
  { text: '2001:db8:0:1:1:1:1:1', want: '2001:db8:0:1:1:1:1:1' },
  { text: 'fe80::', want: 'fe80::' },
  { text: '100:0:0:1::', want: '100:0:0:1::' },
  { text: '::ffff:10.0.0.1', want: '::ffff:a00:1' },
  { text: '256.0.0.1', want: undefined },
  { text: '10.0.0', want: undefined },
  { text: '010.0.0.1', want: undefined },
  { text: '1::2::3', want: undefined },
  { text: '1:2:3:4:5:6:7', want: undefined },
  { text: '1:2:3:4:5:6:7:8::', want: undefined },
  { text: 'g::', want: undefined },
  { text: '', want: undefined },
];

for (const { text, want } of addresses) {
  test(`address ${text === '' ? '(empty)' : text}`, () => {
    const point = parseAddress(text);
    assert.equal(point === undefined ? undefined : formatAddress(point), want);
  });
}

const cidrs: readonly { readonly text: string; readonly want: string | undefined }[] = [
  { text: '10.0.0.0/8', want: '10.0.0.0/8' },
  { text: '10.1.2.3/8', want: '10.0.0.0/8' },
  { text: '10.1.2.3/32', want: '10.1.2.3/32' },
  { text: '0.0.0.0/0', want: '0.0.0.0/0' },
  { text: '::/0', want: '::/0' },
  { text: '2001:db8::/32', want: '2001:db8::/32' },
  { text: '10.0.0.0/33', want: undefined },
  { text: '::/129', want: undefined },
  { text: '10.0.0.0', want: undefined },
  { text: 'web/8', want: undefined },
];

for (const { text, want } of cidrs) {
  test(`cidr ${text}`, () => {
    const set = parseCidr(text);
    assert.equal(set === undefined ? undefined : formatAddresses(set), want);
  });
}

function cidr(text: string): AddressSet {
  return parseCidr(text) ?? EMPTY_INTERVALS;
}

const sets: readonly { readonly name: string; readonly set: AddressSet; readonly want: string }[] = [
  { name: 'everything', set: ALL_ADDRESSES, want: 'any address' },
  { name: 'one family', set: ALL_V4, want: '0.0.0.0/0' },
  { name: 'the other family', set: ALL_V6, want: '::/0' },
  { name: 'all but a block', set: subtract(ALL_ADDRESSES, cidr('10.0.0.0/8')), want: 'any address but 10.0.0.0/8' },
  { name: 'a range that is no block', set: subtract(cidr('10.0.0.0/30'), cidr('10.0.0.0/32')), want: '10.0.0.1-10.0.0.3' },
  { name: 'both families', set: unite(cidr('10.0.0.0/8'), cidr('fd00::/8')), want: '10.0.0.0/8, fd00::/8' },
  {
    name: 'the last of IPv4 does not run into the first of IPv6',
    set: unite(cidr('255.255.255.255/32'), cidr('::/128')),
    want: '255.255.255.255/32, ::/128',
  },
];

for (const { name, set, want } of sets) test(`addresses as text: ${name}`, () => assert.equal(formatAddresses(set), want));

test('every address comes back from its text', () => {
  const last = ALL_V6.cuts[1] ?? 0n;
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: last - 1n }), (point) => assert.equal(parseAddress(formatAddress(point)), point)));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 1, 0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const point = groups.reduce((value, group) => value * 65536n + BigInt(group), 0n) + (ALL_V6.cuts[0] ?? 0n);
      assert.equal(parseAddress(formatAddress(point)), point);
    }),
  );
});
