import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SourceRange } from '../../src/model/index.ts';
import { placeOfRight, type ChangedRightEntry, type RightEntry, type ViaEntry } from '../../src/report/rbac.ts';

function at(line: number): SourceRange {
  return { file: 'rbac.yaml', line, column: 1, endLine: line, endColumn: 2 };
}

function via(places: Pick<ViaEntry, 'source' | 'boundAt'>): ViaEntry {
  const group = { group: 'rbac.authorization.k8s.io', version: 'v1' };
  const role = { kind: 'ClusterRole', name: 'edit' };
  return {
    binding: { ...group, kind: 'RoleBinding', namespace: 'shop', name: 'editors' },
    role,
    writtenIn: { ...group, ...role },
    ...places,
  };
}

function right(...all: readonly ViaEntry[]): RightEntry {
  return { verbs: ['get'], resources: ['pods'], paths: [], names: [], namespaces: ['shop'], via: all };
}

const changed: ChangedRightEntry = {
  ...right(via({ source: at(4) })),
  causes: [{ ref: { group: '', version: 'v1', kind: 'Pod', name: 'web' }, path: '', source: at(3) }],
};

describe('where a right is written', () => {
  for (const [name, entry, want] of [
    ['the rule', right(via({ source: at(4), boundAt: at(9) })), 'rbac.yaml:4'],
    [
      'the binding of a role of Kubernetes, whatever else gives a part of the right',
      right(via({ boundAt: at(9) }), via({ source: at(4) })),
      'rbac.yaml:9',
    ],
    ['the first grant that has a place', right(via({}), via({ source: at(4) })), 'rbac.yaml:4'],
    ['what changed', changed, 'rbac.yaml:3'],
    ['nowhere in these files', right(via({})), undefined],
  ] as const)
    test(name, () => assert.equal(placeOfRight(entry), want));
});
