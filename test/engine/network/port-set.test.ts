import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { intersect, subtract, unite, uniteAll } from '../../../src/std/index.ts';
import { ALL_PORTS, formatPorts, NO_PORTS, PortTable, PROTOCOLS, toPortSet, type PortSet } from '../../../src/engine/network/port-set.ts';

const texts: readonly { readonly name: string; readonly ports: PortSet; readonly want: string }[] = [
  { name: 'nothing', ports: NO_PORTS, want: 'no connection' },
  { name: 'everything', ports: ALL_PORTS, want: 'all connections' },
  { name: 'one port', ports: toPortSet('TCP', 5432, 5432), want: 'TCP 5432' },
  {
    name: 'ports and ranges',
    ports: uniteAll([toPortSet('TCP', 80, 80), toPortSet('TCP', 8000, 8010), toPortSet('UDP', 53, 53)]),
    want: 'TCP 80,8000-8010, UDP 53',
  },
  { name: 'neighbours are a range', ports: unite(toPortSet('TCP', 80, 80), toPortSet('TCP', 81, 81)), want: 'TCP 80-81' },
  { name: 'a whole protocol', ports: toPortSet('SCTP'), want: 'SCTP (all ports)' },
  {
    name: 'the last port of one protocol is not the first of the next',
    ports: unite(toPortSet('TCP', 65535, 65535), toPortSet('UDP', 1, 1)),
    want: 'TCP 65535, UDP 1',
  },
  {
    name: 'what is missing, where that is shorter',
    ports: subtract(ALL_PORTS, toPortSet('TCP', 22, 22)),
    want: 'all connections but TCP 22',
  },
  { name: 'no port 0 and none beyond 65535', ports: toPortSet('TCP', 0, 70000), want: 'TCP (all ports)' },
  { name: 'a range that runs backwards', ports: toPortSet('TCP', 90, 80), want: 'no connection' },
];

for (const { name, ports, want } of texts) test(`ports as text: ${name}`, () => assert.equal(formatPorts(ports), want));

const anyPorts = fc
  .array(fc.tuple(fc.constantFrom(...PROTOCOLS), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), { maxLength: 4 })
  .map((ranges) => uniteAll(ranges.map(([protocol, a, b]) => toPortSet(protocol, Math.min(a, b), Math.max(a, b)))));

test('a table answers by number as the sets do', () => {
  const table = new PortTable();
  fc.assert(
    fc.property(anyPorts, anyPorts, (a, b) => {
      const [x, y] = [table.intern(a), table.intern(b)];
      assert.deepEqual(table.get(x), a);
      assert.deepEqual(table.get(table.and(x, y)), intersect(a, b));
      assert.deepEqual(table.get(table.or(x, y)), unite(a, b));
      assert.deepEqual(table.get(table.minus(x, y)), subtract(a, b));
      assert.equal(x === y, a.cuts.join() === b.cuts.join());
    }),
  );
});
