import {
  getArray,
  getNumber,
  getObject,
  getString,
  isObject,
  parseJson,
  stringifyJsonInOrder,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { isKubernetesObject, type KubernetesObject } from '../../model/index.ts';

/** One change of the state. Objects that are put carry their new resourceVersion; a removal has one of its own. */
export type StateChange =
  | { readonly type: 'put'; readonly object: KubernetesObject }
  | { readonly type: 'remove'; readonly object: KubernetesObject }
  | { readonly type: 'set'; readonly name: string; readonly value: JsonValue };

/** What becomes true at once, or not at all. `sequence` numbers commits without a gap. */
export interface Commit {
  readonly sequence: number;
  /** Who wrote it: tells the writer that its commit, not another's of the same number, was the first. */
  readonly writer: string;
  readonly time: number;
  readonly changes: readonly StateChange[];
}

/** The last record of a log: the state goes on in the log of the next generation. */
export interface Seal {
  readonly sequence: number;
  readonly seal: number;
}

/** The first record of a log, describing the state that follows it in `objects` + `events` records and `bytes` bytes. */
export interface LogHeader {
  readonly format: number;
  readonly generation: number;
  readonly clusterId: string;
  readonly sequence: number;
  readonly revision: number;
  readonly time: number;
  readonly objects: number;
  readonly events: number;
  readonly bytes: number;
  readonly settings: JsonObject;
}

/** A change that watchers can still be told of. */
export interface StoredEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly revision: number;
  readonly object: KubernetesObject;
}

/** JSON in one line. `JSON.stringify` knows no bigint, which is rare. */
export function toText(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return stringifyJsonInOrder(value);
  }
}

/** The reverse of `toText`. Integers that a double cannot hold are rare enough to be looked for. */
export function fromText(text: string): JsonObject | undefined {
  const value: unknown = /\d{16}/.test(text) ? parseJson(text) : JSON.parse(text);
  return isObject(value) ? value : undefined;
}

export function encodeCommit(commit: Commit): string {
  const changes = commit.changes.map((change): JsonValue =>
    change.type === 'set' ? ['set', change.name, change.value] : [change.type, change.object],
  );
  return toText({ sequence: commit.sequence, writer: commit.writer, time: commit.time, changes });
}

export function encodeSeal(seal: Seal): string {
  return toText({ sequence: seal.sequence, seal: seal.seal });
}

export function decodeCommit(text: string): Commit | Seal | undefined {
  const value = fromText(text);
  const sequence = getNumber(value, 'sequence');
  if (sequence === undefined) return undefined;
  const seal = getNumber(value, 'seal');
  if (seal !== undefined) return { sequence, seal };
  const changes = getArray(value, 'changes').flatMap(decodeChange);
  return { sequence, writer: getString(value, 'writer') ?? '', time: getNumber(value, 'time') ?? 0, changes };
}

function decodeChange(value: JsonValue): StateChange[] {
  const [type, first, second] = getArray(value);
  if (type === 'set' && typeof first === 'string') return [{ type, name: first, value: second ?? null }];
  if ((type === 'put' || type === 'remove') && isKubernetesObject(first)) return [{ type, object: first }];
  return [];
}

export function encodeHeader(header: LogHeader): string {
  return toText({ log: 'kplan cluster', ...header });
}

export function decodeHeader(text: string): LogHeader | undefined {
  const value = fromText(text);
  const read = (name: string): number => getNumber(value, name) ?? -1;
  if (getString(value, 'log') !== 'kplan cluster') return undefined;
  return {
    format: read('format'),
    generation: read('generation'),
    clusterId: getString(value, 'clusterId') ?? '',
    sequence: read('sequence'),
    revision: read('revision'),
    time: read('time'),
    objects: read('objects'),
    events: read('events'),
    bytes: read('bytes'),
    settings: getObject(value, 'settings') ?? {},
  };
}

export function encodeEvent(event: StoredEvent): string {
  return toText({ type: event.type, revision: event.revision, object: event.object });
}

export function decodeEvent(text: string): StoredEvent | undefined {
  const value = fromText(text);
  const type = getString(value, 'type');
  const object = getObject(value, 'object');
  if ((type !== 'added' && type !== 'modified' && type !== 'deleted') || !isKubernetesObject(object)) return undefined;
  return { type, revision: getNumber(value, 'revision') ?? 0, object };
}
