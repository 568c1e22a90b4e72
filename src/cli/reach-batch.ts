import { isProtocol, walkPacket, type Flow } from '../engine/network/index.ts';
import type { World } from '../model/index.ts';
import { getNumber, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../std/index.ts';

const FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'protocol', 'port']);

/** Answers one line of a file of questions about connections. */
export function answerReach(line: string, world: World): JsonObject {
  const flow = readFlow(line);
  if (typeof flow === 'string') return { error: flow };
  const walk = walkPacket(world, flow);
  if (walk.kind === 'unknown-end') return { error: `${walk.end}: no such workload, and no IP address` };
  return { allowed: walk.allowed, ...(walk.isUnknown ? { unknown: true } : {}), reasons: [...walk.reasons] };
}

/** A line as a question, or what is wrong with it. */
function readFlow(line: string): Flow | string {
  let value: JsonValue;
  try {
    value = parseJson(line);
  } catch {
    return 'not JSON';
  }
  if (!isObject(value)) return 'not an object';
  const unknown = Object.keys(value).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) return `unknown field ${unknown}`;
  const [from, to, protocol] = [getString(value, 'from'), getString(value, 'to'), getString(value, 'protocol') ?? 'TCP'];
  if (from === undefined || from === '') return 'no from';
  if (to === undefined || to === '') return 'no to';
  if (!isProtocol(protocol)) return `protocol ${protocol}: must be TCP, UDP or SCTP`;
  const port = getNumber(value, 'port');
  return port === undefined || !isPortNumber(port) ? 'port: must be a number from 1 to 65535' : { from, to, protocol, port };
}

/** Whether a number is one of a port. */
function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
