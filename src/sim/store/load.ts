import { isKubernetesObject, KplanError } from '../../model/index.ts';
import { decodeEvent, decodeHeader, fromText, type LogHeader } from './commit.ts';
import { decodeFrame } from './frame.ts';
import { LOG_FORMAT } from './generation.ts';
import { State } from './state.ts';

/** The state that a log begins with, and the offset at which its commits begin. Throws `CORRUPT` where it cannot be read. */
export function loadState(path: string, bytes: Buffer): { readonly state: State; readonly end: number } {
  const { header, start } = readHeader(path, bytes);
  const state = new State(header);
  let offset = start;
  for (let index = 0; index < header.objects + header.events; index++) {
    const frame = decodeFrame(bytes, offset);
    if (frame.kind !== 'record') throw toCorruption(path, offset, 'a record of its first part is damaged');
    const taken = index < header.objects ? loadObject(state, frame.payload) : loadEvent(state, frame.payload);
    if (!taken) throw toCorruption(path, offset, 'a record of its first part is neither an object nor an event');
    offset = frame.end;
  }
  return { state, end: offset };
}

/** What a log says of itself, and the offset after it. Throws `CORRUPT` where it cannot be read. */
export function readHeader(path: string, bytes: Buffer): { readonly header: LogHeader; readonly start: number } {
  const head = decodeFrame(bytes, 0);
  const header = head.kind === 'record' ? decodeHeader(head.payload) : undefined;
  if (head.kind !== 'record' || header === undefined) throw toCorruption(path, 0, 'it does not begin as a log');
  if (header.format !== LOG_FORMAT) {
    const message = `${path}: the embedded cluster's log has format ${header.format}, and this version of kplan reads format ${LOG_FORMAT}`;
    throw new KplanError('CORRUPT', message, {
      hint: 'Use the version of kplan that made it, or choose another directory with --embedded DIR. Nothing was changed.',
    });
  }
  return { header, start: head.end };
}

/** What stops everything: the log says something that no writer has written. */
export function toCorruption(path: string, offset: number, what: string): KplanError {
  return new KplanError('CORRUPT', `${path}: the embedded cluster's log is damaged at byte ${offset}: ${what}`, {
    hint: 'Restore the directory from a copy, or remove it and apply the repository again. Nothing was changed.',
  });
}

function loadObject(state: State, payload: string): boolean {
  const object = fromText(payload);
  if (!isKubernetesObject(object)) return false;
  state.load(object);
  return true;
}

function loadEvent(state: State, payload: string): boolean {
  const event = decodeEvent(payload);
  if (event === undefined) return false;
  state.loadEvent(event);
  return true;
}
