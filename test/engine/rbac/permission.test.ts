import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compact, type Holding } from '../../../src/engine/rbac/holding.ts';
import { PermissionSet, toPermissions, type Permission } from '../../../src/engine/rbac/permission.ts';
import { isAllowedBy, readRule } from '../../../src/engine/rbac/rule.ts';
import type { AccessRequest } from '../../../src/engine/rbac/index.ts';
import { rule } from './objects.ts';

function permission(verb: string, group: string, resource: string, name?: string): Permission {
  return { kind: 'resource', verb, group, resource, ...(name === undefined ? {} : { name }) };
}

const covers: readonly {
  readonly name: string;
  readonly held: readonly Permission[];
  readonly wanted: Permission;
  readonly want: boolean;
}[] = [
  { name: 'the same', held: [permission('get', '', 'pods')], wanted: permission('get', '', 'pods'), want: true },
  { name: 'any verb covers one', held: [permission('*', '', 'pods')], wanted: permission('get', '', 'pods'), want: true },
  { name: 'one verb does not cover any', held: [permission('get', '', 'pods')], wanted: permission('*', '', 'pods'), want: false },
  { name: 'any group covers one', held: [permission('get', '*', 'pods')], wanted: permission('get', 'apps', 'pods'), want: true },
  { name: 'any resource covers a subresource', held: [permission('get', '', '*')], wanted: permission('get', '', 'pods/log'), want: true },
  {
    name: 'a resource does not cover its subresource',
    held: [permission('get', '', 'pods')],
    wanted: permission('get', '', 'pods/log'),
    want: false,
  },
  { name: '*/scale covers a scale', held: [permission('get', '', '*/scale')], wanted: permission('get', '', 'x/scale'), want: true },
  { name: '*/scale does not cover all', held: [permission('get', '', '*/scale')], wanted: permission('get', '', '*'), want: false },
  { name: 'every name covers one', held: [permission('get', '', 'pods')], wanted: permission('get', '', 'pods', 'a'), want: true },
  { name: 'one name does not cover every', held: [permission('get', '', 'pods', 'a')], wanted: permission('get', '', 'pods'), want: false },
  { name: 'names are exact', held: [permission('get', '', 'pods', '*')], wanted: permission('get', '', 'pods', 'a'), want: false },
  {
    name: 'two halves do not make a whole',
    held: [permission('*', 'apps', 'pods'), permission('get', '*', 'secrets')],
    wanted: permission('*', '*', 'secrets'),
    want: false,
  },
  {
    name: 'a path prefix',
    held: [{ kind: 'path', verb: 'get', path: '/a/*' }],
    wanted: { kind: 'path', verb: 'get', path: '/a/b/*' },
    want: true,
  },
  {
    name: 'not its parent',
    held: [{ kind: 'path', verb: 'get', path: '/a/*' }],
    wanted: { kind: 'path', verb: 'get', path: '/a' },
    want: false,
  },
  { name: 'every path', held: [{ kind: 'path', verb: '*', path: '*' }], wanted: { kind: 'path', verb: 'get', path: '/a*' }, want: true },
];

for (const { name, held, wanted, want } of covers) {
  test(`covers: ${name}`, () => assert.equal(new PermissionSet(held).covers(wanted), want));
}

const few = (values: readonly string[]): fc.Arbitrary<string> =>
  fc.subarray([...values], { minLength: 1, maxLength: Math.min(3, values.length) }).map((list) => list.join(' '));
const anyRule = fc.oneof(
  fc
    .tuple(
      few(['get', 'list', '*']),
      few(['', 'apps', '*']),
      few(['pods', 'pods/log', '*', '*/log', 'jobs']),
      fc.option(few(['a', 'b']), { nil: undefined }),
    )
    .map((parts) => readRule(rule(...parts))),
  fc
    .tuple(few(['get', '*']), few(['/a', '/a*', '/a**', '/ab', '*']))
    .map(([verbs, urls]) => readRule({ verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') })),
);
const NOBODY = { name: '', groups: [] };
const REQUESTS: readonly AccessRequest[] = ['get', 'list', '*', 'x'].flatMap((verb) => [
  ...['/a', '/ab', '/abc', '/b'].map((path): AccessRequest => ({ kind: 'path', user: NOBODY, verb, path })),
  ...['', 'apps', 'batch'].flatMap((group) =>
    [
      ['pods', ''],
      ['pods', 'log'],
      ['jobs', ''],
      ['jobs', 'log'],
      ['x', 'log'],
    ].flatMap(([resource = '', subresource = '']) =>
      ['', 'a', 'c'].map((name): AccessRequest => ({
        kind: 'resource',
        user: NOBODY,
        verb,
        group,
        resource,
        subresource,
        namespace: '',
        name,
      })),
    ),
  ),
]);

function toRule(item: Permission): ReturnType<typeof readRule> {
  if (item.kind === 'path') return readRule({ verbs: [item.verb], nonResourceURLs: [item.path] });
  const { verb, group, resource, name } = item;
  return readRule({ verbs: [verb], apiGroups: [group], resources: [resource], ...(name === undefined ? {} : { resourceNames: [name] }) });
}

test('broken into permissions, a rule allows the same requests', () => {
  fc.assert(
    fc.property(anyRule, (item) => {
      const parts = toPermissions(item).map(toRule);
      for (const request of REQUESTS) {
        assert.equal(
          parts.some((part) => isAllowedBy(part, request)),
          isAllowedBy(item, request),
          JSON.stringify(request),
        );
      }
    }),
  );
});

test('compaction allows exactly the same requests, and leaves nothing that another covers', () => {
  fc.assert(
    fc.property(fc.array(anyRule, { minLength: 1, maxLength: 4 }), (items) => {
      const distinct = new Map(items.flatMap(toPermissions).map((item) => [JSON.stringify(item), item]));
      const holdings = [...distinct.values()].map((item): Holding => ({ permission: item, namespace: '', sources: [] }));
      const kept = compact(holdings);
      for (const request of REQUESTS) {
        assert.equal(
          kept.some((holding) => isAllowedBy(toRule(holding.permission), request)),
          items.some((item) => isAllowedBy(item, request)),
          JSON.stringify(request),
        );
      }
      for (const one of kept) {
        const others = kept.filter((other) => other !== one).map((other) => other.permission);
        assert.equal(new PermissionSet(others).covers(one.permission), false, JSON.stringify(one.permission));
      }
    }),
    { numRuns: 300 },
  );
});
