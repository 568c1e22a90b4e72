import { fromPointer, getAt, isArray, isEqualJson, isObject, type JsonValue } from '../../std/index.ts';
import { toRefKey, type Fact, type ObjectRef, type World } from '../../model/index.ts';
import type { Holding } from './holding.ts';
import type { Grant } from './policy.ts';
import type { SourcedRule } from './role.ts';

export type FactObject = Fact['objects'][number];

/**
 * The objects and fields that holdings come from: those that differ between the worlds, each once with the first field
 * that does; where none differs, all of them.
 */
export function listCauses(holdings: readonly Holding[], before: World, after: World): readonly FactObject[] {
  const candidates = holdings.flatMap(({ sources }) => sources.flatMap(listGrantFields));
  return pickChanged(candidates, before, after);
}

/** Of objects and fields those that differ between the worlds, each object once with the first field that does; all where none differs. */
export function pickChanged(fields: readonly FactObject[], before: World, after: World): readonly FactObject[] {
  const candidates = new Map<string, FactObject>();
  for (const candidate of fields) candidates.set(`${toRefKey(candidate.ref)}#${candidate.path ?? ''}`, candidate);
  const changed = new Map<string, FactObject>();
  for (const candidate of candidates.values()) {
    const key = toRefKey(candidate.ref);
    if (!changed.has(key) && differs(candidate, before, after)) changed.set(key, candidate);
  }
  return changed.size > 0 ? [...changed.values()] : [...candidates.values()];
}

/** The objects and fields that a grant comes from, and one of its rules if that is known. */
export function listGrantFields({ grant, rule }: { readonly grant: Grant; readonly rule?: SourcedRule }): readonly FactObject[] {
  const { binding, subjectIndex } = grant;
  const role: ObjectRef = {
    group: binding.ref.group,
    version: binding.ref.version,
    kind: binding.role.kind,
    ...(binding.role.kind === 'Role' ? { namespace: binding.namespace } : {}),
    name: binding.role.name,
  };
  const isAggregated = rule !== undefined && toRefKey(role) !== toRefKey(rule.source.ref);
  return [
    { ref: binding.ref, path: `/subjects/${subjectIndex}` },
    { ref: binding.ref, path: '/roleRef' },
    ...(rule === undefined ? [] : [rule.source]),
    ...(isAggregated
      ? [
          { ref: rule.source.ref, path: '/metadata/labels' },
          { ref: role, path: '/aggregationRule' },
        ]
      : []),
  ];
}

function differs({ ref, path = '' }: FactObject, before: World, after: World): boolean {
  const [a, b] = [before.get(ref), after.get(ref)];
  return a !== b && !isEqualJson(toPart(a, path), toPart(b, path));
}

function toPart(object: JsonValue | undefined, pointer: string): JsonValue | undefined {
  return fromPointer(pointer).reduce<JsonValue | undefined>(
    (at, step) => (isArray(at) ? at[Number(step)] : isObject(at) ? getAt(at, step) : undefined),
    object,
  );
}
