import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';

export const NAMESPACES: readonly string[] = ['red', 'blue'];
export const ZONES: readonly string[] = ['east', 'west', 'north'];
export const APPS: readonly string[] = ['web', 'db', 'cache'];
export const IMAGES: readonly string[] = ['web', 'web:1', 'registry.example.com:5000/db', 'registry.example.com:5000/db:v2'];

/** Fields, each left out unless its chance (once in so many) comes. */
type Chances = Readonly<Record<string, readonly [number, () => JsonValue]>>;

export function fields(random: Random, chances: Chances): JsonObject {
  return Object.fromEntries(Object.entries(chances).flatMap(([name, [times, make]]) => (random.once(times) ? [[name, make()]] : [])));
}
