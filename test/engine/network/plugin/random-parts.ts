import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';

/** The namespaces of the worlds; the last is made by no object. */
export const NAMESPACES: readonly string[] = ['x', 'y', 'z'];

export type Labels = Readonly<Record<string, string>>;

/** Labels of pods, namespaces and what selects them: two keys of two values each. */
export const anyLabels: fc.Arbitrary<Labels> = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'), {
  maxKeys: 2,
  noNullPrototype: true,
});

/** Something that may be left out. */
export const optional = <T>(any: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(any, { nil: undefined });

/** Fields without those that are left out. */
export const given = (fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
