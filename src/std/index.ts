export { append } from './append.ts';
export { assertNever } from './assert-never.ts';
export { Bitset } from './bitset.ts';
export { findLinesAfter, listChangedLines, listHunks, type Hunk } from './changed-lines.ts';
export { isDay, toKubernetesTime, type Clock } from './clock.ts';
export { EventQueue } from './event-queue.ts';
export { getOrAdd } from './get-or-add.ts';
export { parseGoDuration } from './go-duration.ts';
export { findJsonObjectFault } from './go-json-fault.ts';
export { printGo, quoteGo } from './go-quote.ts';
export { toLayers } from './graph.ts';
export { keepOne } from './keep-one.ts';
export { groupBy } from './group-by.ts';
export { saltedHash, sha256, sha256Base64Url } from './hash.ts';
export {
  EMPTY_INTERVALS,
  hasPoint,
  intersect,
  isEmptyIntervals,
  isEqualIntervals,
  isSubsetIntervals,
  listIntervals,
  subtract,
  toInterval,
  unite,
  uniteAll,
  type IntervalSet,
} from './interval-set.ts';
export {
  getArray,
  getAt,
  getBoolean,
  getNumber,
  getObject,
  getString,
  getStringMap,
  isArray,
  isEqualJson,
  isJson,
  isObject,
  parseJson,
  stringifyJson,
  stringifyJsonInOrder,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json.ts';
export { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts';
export { changeMap, listDifferentKeys } from './layered-map.ts';
export { compileLinearPattern } from './linear-pattern.ts';
export { mergeSorted } from './merge-sorted.ts';
export { findNearest } from './nearest.ts';
export { compareBy, compareStrings, sortedUnique } from './order.ts';
export { parsePattern, type PatternNode } from './pattern-syntax.ts';
export { aborted, pause } from './pause.ts';
export { fromPointer, toFieldPath, toPointer, type Path } from './pointer.ts';
export { isSameList } from './same-list.ts';
export { shuffle } from './shuffle.ts';
export { isStarMatch } from './star-match.ts';
export { toVisible } from './visible.ts';
