import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gvkOf, isKubernetesObject, refKeyOf } from '../../src/model/index.ts';
import { canonicalOf } from '../../src/planner/canonical.ts';
import { diffValues } from '../../src/planner/diff.ts';
import { applyMerge } from '../../src/planner/index.ts';
import { isUnchangedByApply } from '../../src/planner/unchanged.ts';
import { isArray, isObject, type JsonValue } from '../../src/std/index.ts';
import { listServerCases } from '../validate/server-cases.ts';
import { CATALOG, NOW, stored } from './scenario.ts';

const bases = listServerCases()
  .map(({ object }) => object)
  .filter(
    (object) => isKubernetesObject(object) && CATALOG.find(gvkOf(object)) !== undefined && typeof object.metadata['name'] === 'string',
  );

/** Replaces or removes something at a place that the numbers choose; nothing where they choose nothing. */
function mutate(value: JsonValue, choices: readonly number[], oddity: JsonValue | undefined): JsonValue | undefined {
  const [choice = 0, ...rest] = choices;
  if (rest.length === 0) return oddity;
  if (isArray(value) && value.length > 0)
    return value.flatMap((item, index) => (index === choice % value.length ? (mutate(item, rest, oddity) ?? []) : [item]));
  if (!isObject(value)) return oddity;
  const entries = Object.entries(value).flatMap(([key, item], index, all): (readonly [string, JsonValue])[] => {
    const changed = index === choice % all.length ? mutate(item, rest, oddity) : item;
    return changed === undefined ? [] : [[key, changed]];
  });
  return Object.fromEntries(entries);
}

const oddity = fc.constantFrom<JsonValue | undefined>(undefined, undefined, null, '', 'x', 1, [], {}, { a: 'b' });
const place = fc.array(fc.nat(9), { minLength: 3, maxLength: 8 });

test('what is seen to be unchanged is what the merge leaves unchanged', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.nat(bases.length - 1), fc.array(fc.tuple(place, oddity), { maxLength: 2 }), fc.boolean(), (index, changes, isShared) => {
      const base = bases[index] ?? {};
      const live = isShared ? stored(base, 'other', stored(base)) : stored(base);
      const wanted = changes.reduce<JsonValue>((value, [choices, odd]) => mutate(value, choices, odd) ?? null, {
        ...base,
        metadata:
          live.metadata['namespace'] === undefined ? (base['metadata'] ?? {}) : withNamespace(base['metadata'], live.metadata['namespace']),
      });
      fc.pre(isKubernetesObject(wanted) && refKeyOf(wanted) === refKeyOf(live));
      const schema = CATALOG.find(gvkOf(wanted))?.schema;
      if (!isUnchangedByApply(live, wanted, { fieldManager: 'kapply', catalog: CATALOG })) return;
      seen++;
      const merged = applyMerge({ live, applied: wanted, manager: 'kapply', force: true, schema, now: NOW });
      assert.ok(merged.kind === 'ok');
      assert.deepEqual(diffValues(canonicalOf(live, CATALOG), canonicalOf(merged.object, CATALOG), schema), []);
    }),
    { numRuns: 4000 },
  );
  assert.ok(seen > 300, `${seen} of 4000`);
});

function withNamespace(metadata: JsonValue | undefined, namespace: JsonValue): JsonValue {
  return { ...(isObject(metadata) ? metadata : {}), namespace };
}
