import type { IncomingMessage } from 'node:http';
import { isKubernetesObject, type KubernetesObject } from '../../model/index.ts';
import { getNumber, getObject, getString, parseJson, type JsonValue } from '../../std/index.ts';
import type { WatchEvent } from '../port.ts';

/** How a stretch of a watch ended: too old to go on, or only the connection did. */
export type WatchEnd = 'expired' | 'ended';

/** One line of a watch: what it says, and from where the watch would go on. */
export interface WatchLine {
  readonly event: WatchEvent;
  readonly resourceVersion: string;
}

/** The events of one connection, as they come. */
export async function* readWatch(incoming: IncomingMessage): AsyncGenerator<WatchLine, WatchEnd> {
  let rest = '';
  incoming.setEncoding('utf8');
  try {
    for await (const chunk of incoming) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const read = line.trim() === '' ? undefined : readLine(parseJson(line));
        if (read === 'expired') return 'expired';
        if (read !== undefined) yield read;
      }
    }
  } catch {
    // The connection was lost, or a line cut off: the watch goes on from the last whole line.
  } finally {
    incoming.destroy();
  }
  return 'ended';
}

function readLine(line: JsonValue): WatchLine | 'expired' | undefined {
  const object = getObject(line, 'object');
  const resourceVersion = getString(object, 'metadata', 'resourceVersion') ?? '';
  const type = getString(line, 'type');
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return isKubernetesObject(object) ? { event: { type: TYPES[type], object }, resourceVersion } : undefined;
    case 'BOOKMARK':
      return { event: { type: 'bookmark', resourceVersion }, resourceVersion };
    case 'ERROR':
      return getNumber(object, 'code') === 410 ? 'expired' : undefined;
    default:
      return undefined;
  }
}

const TYPES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/** The object with the apiVersion and kind of its list, whose items name none. */
export function withKind(item: JsonValue, apiVersion: string, kind: string): KubernetesObject | undefined {
  const object = getObject(item);
  if (object === undefined) return undefined;
  const whole = { apiVersion, kind, ...object };
  return isKubernetesObject(whole) ? whole : undefined;
}
