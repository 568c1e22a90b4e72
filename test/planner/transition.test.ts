import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, type SchemaCatalog } from '../../src/model/index.ts';
import { judgeTransition } from '../../src/validate/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { CATALOG, manifest, object, plan } from './scenario.ts';

const DEFINITION = object({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: {
                    type: 'integer',
                    'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'may only grow' }, { rule: 'self > 0' }],
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
});

function thing(size: number): JsonObject {
  return { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'n' }, spec: { size } };
}

const catalog: SchemaCatalog = CATALOG.withCustomResources([DEFINITION]);

const CASES = [
  { name: 'one that grows is taken', before: 1, after: 2, want: [] },
  { name: 'one that shrinks is not', before: 3, after: 2, want: ['a.yaml /spec/size spec.size: Invalid value: 2: may only grow'] },
  // That it is too small by itself is said of the manifest.
  {
    name: 'one that is wrong by itself too is told what the change alone breaks',
    before: 3,
    after: 0,
    want: ['a.yaml /spec/size spec.size: Invalid value: 0: may only grow'],
  },
  { name: 'one that stays is not judged', before: 3, after: 3, want: [] },
];

for (const mode of ['live', 'revision'] as const) {
  for (const { name, before, after, want } of CASES) {
    test(`a change of a custom resource (${mode}): ${name}`, () => {
      const { findings } = plan([object(thing(before))], [manifest(thing(after))], {
        mode,
        catalog,
        judgeUpdate: (was, is) => judgeTransition(was, is, catalog),
      });
      assert.deepEqual(
        findings.map((finding) => `${finding.source?.file ?? ''} ${describe(finding)}`),
        want,
      );
    });
  }
}
