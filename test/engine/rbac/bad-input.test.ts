import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { listChecks, listPaths, listRights, rbacEngine, whoCan } from '../../../src/engine/rbac/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

const CATALOG = loadCatalog('1.36');
const MANY = 5000;

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

interface BadInput {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  /** Codes of what is said of it, each once. */
  readonly said: readonly string[];
  /** Who may get Pods in the namespace x, besides what every cluster grants. */
  readonly who: readonly string[];
}

/** What is broken, or far too large; the sizes are such that an answer by pairs would take minutes. */
const INPUTS: readonly BadInput[] = [
  {
    name: 'a ring of aggregated roles',
    objects: [
      ...times(MANY, (i) => aggregated(`ring-${i}`, `from-${i}`, [], { [`from-${(i + 1) % MANY}`]: 'true' })),
      clusterRole('source', [rule('get', '', 'pods')], { 'from-7': 'true' }),
      clusterBinding('b', 'ClusterRole ring-3', 'user jane'),
    ],
    said: ['KA0612'],
    who: ['jane'],
  },
  {
    name: 'a chain of aggregated roles',
    objects: [
      ...times(MANY, (i) => aggregated(`chain-${i}`, `from-${i}`, [], { [`from-${i + 1}`]: 'true' })),
      clusterRole('source', [rule('get', '', 'pods')], { 'from-0': 'true' }),
      clusterBinding('b', `ClusterRole chain-${MANY - 1}`, 'user jane'),
    ],
    said: [],
    who: ['jane'],
  },
  {
    name: 'a role of 100,000 rules',
    objects: [
      role('x', 'r', [...times(99_999, (i) => rule('get', '', 'secrets', `s${i}`)), rule('get', '', 'pods')]),
      binding('x', 'b', 'Role r', 'user jane'),
    ],
    said: [],
    who: ['jane'],
  },
  {
    name: 'a rule of more permissions than can be broken down',
    objects: [
      clusterRole('r', [
        {
          verbs: [...times(1000, (i) => `verb${i}`), 'get'],
          apiGroups: [''],
          resources: [...times(1000, (i) => `things${i}`), 'pods'],
        },
      ]),
      clusterBinding('b', 'ClusterRole r', 'user jane'),
    ],
    said: ['KA0606', 'KA0614'],
    who: ['jane'],
  },
  {
    name: 'bindings of one subject to the same role',
    objects: [role('x', 'r', [rule('get', '', 'pods')]), ...times(MANY, (i) => binding('x', `b${i}`, 'Role r', 'user jane'))],
    said: ['KA0608'],
    who: times(MANY, () => 'jane'),
  },
  {
    name: 'bindings of one subject to roles of their own',
    objects: times(MANY, (i) => [
      role('x', `r${i}`, [rule('get', '', 'pods', `p${i}`)]),
      binding('x', `b${i}`, `Role r${i}`, 'user jane'),
    ]).flat(),
    said: [],
    who: [],
  },
  {
    name: 'one name for many objects',
    objects: times(MANY, (i) => [
      role('x', 'r', [rule('get', '', i % 2 === 0 ? 'secrets' : 'pods')]),
      binding('x', 'b', 'Role r', `user u${i}`),
    ]).flat(),
    said: [],
    who: [`u${MANY - 1}`],
  },
  {
    name: 'unknown kinds of subjects and roles',
    objects: [
      role('x', 'r', [rule('get', '', 'pods')]),
      { ...binding('x', 'a', 'Role r'), subjects: [{ kind: 'Robot', name: 'r2' }, 'jane', null] },
      { ...binding('x', 'b', 'Robots r', 'user jane') },
      { ...binding('x', 'c', 'Role r', 'user joe'), roleRef: 'r' },
      { ...role('x', 'odd', []), rules: 'all' },
      { ...role('x', 'odder', []), rules: [null, 'get', { verbs: 'get' }, { verbs: ['get'], apiGroups: [''], resources: [7, 'pods'] }] },
      binding('x', 'd', 'Role odder', 'user ann'),
    ],
    said: ['KA0202'],
    // Subjects are listed as they are written, as the API server's own locator does; a Robot is nobody all the same.
    who: ['r2', '', '', 'ann'],
  },
  {
    name: 'names that every object of JavaScript has',
    objects: [
      clusterRole('r', [rule('constructor', '', 'constructor'), rule('delete', '', 'toString'), rule('get', 'valueOf', '__proto__')]),
      clusterBinding('a', 'ClusterRole r', 'user constructor'),
      clusterBinding('b', 'constructor r', 'user jane'),
    ],
    said: ['KA0606'],
    who: [],
  },
  {
    name: 'stars for groups, in groups and in names',
    objects: [
      clusterRole('r', [
        rule('get', '*', 'pods'),
        rule('get', 'apps*', 'deployments'),
        rule('get', '', 'pods', '*'),
        rule('*', '*', 'pods/*'),
      ]),
      clusterBinding('b', 'ClusterRole r', 'user jane', 'group *', 'user *'),
    ],
    said: ['KA0601', 'KA0603', 'KA0606', 'KA0607'],
    who: ['jane', '*', '*'],
  },
];

for (const { name, objects, said, who } of INPUTS) {
  test(`bad input: ${name}`, () => {
    const world = World.of(objects);
    const codes = new Set(listChecks(world, CATALOG).map(({ code }) => code));
    codes.delete('KA0602');
    assert.deepEqual([...codes].toSorted(), said);
    const action = { kind: 'resource', verb: 'get', group: '', resource: 'pods', subresource: '', namespace: 'x', name: '' } as const;
    const own = whoCan(world, action).filter(({ grant }) => /^[abcd]\d*$/.test(grant.binding.ref.name));
    assert.deepEqual(
      own.map(({ subject }) => subject.name),
      who,
    );
    assert.ok(listRights(world).length > 0);
    assert.deepEqual(listPaths(world), []);
    const [there, gone] = [rbacEngine.compare(World.EMPTY, world), rbacEngine.compare(world, World.EMPTY)];
    assert.deepEqual(rbacEngine.compare(world, world), []);
    assert.ok(there.length + gone.length > 0);
  });
}
