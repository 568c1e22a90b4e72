import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { encodeEvent, encodeHeader, toText, type LogHeader } from './commit.ts';
import { encodeFrame } from './frame.ts';
import { errorCodeOf, parseLogName, reasonOf, toLogName, toWriteError } from './log-file.ts';
import type { State } from './state.ts';

export const LOG_FORMAT = 1;
/** Of the past that watches go back to, so much survives compaction. */
const KEPT_EVENTS = 1000;
/** And no more bytes of it, so that a few large objects do not fill the disk with their past. */
const KEPT_BYTES = 4 << 20;
const TEMPORARY_PREFIX = 'new-';

/** The newest generation of a directory; undefined if it holds no log. */
export function findNewest(directory: string): number | undefined {
  const generations = listNames(directory).flatMap((name) => parseLogName(name) ?? []);
  return generations.length === 0 ? undefined : Math.max(...generations);
}

/**
 * Starts a generation with the state as it is. The file appears whole or not at all, and the first of several writers
 * wins; their states are the same, since the generation before is sealed. It is on the disk before anything older goes.
 */
export function writeGeneration(directory: string, generation: number, state: State, writer: string): void {
  makeDirectory(directory);
  const temporary = join(directory, `${TEMPORARY_PREFIX}${generation}-${writer}`);
  try {
    writeWhole(temporary, encodeState(generation, state));
    linkSync(temporary, join(directory, toLogName(generation)));
  } catch (error) {
    // Another one was first, and may have cleared this attempt away.
    if (errorCodeOf(error) !== 'EEXIST' && (findNewest(directory) ?? 0) < generation) throw toWriteError(temporary, error);
  } finally {
    removeIfThere(temporary);
  }
  syncDirectory(directory);
}

/** Removes what newer generations have replaced. The one before the newest stays: `Journal` relies on it. */
export function removeOldGenerations(directory: string, newest: number): void {
  for (const name of listNames(directory)) {
    const generation = parseLogName(name);
    if (generation !== undefined && generation < newest - 1) removeIfThere(join(directory, name));
    if (isOvertaken(name, newest)) removeIfThere(join(directory, name));
  }
}

function encodeState(generation: number, state: State): readonly Buffer[] {
  const events = encodeRecentEvents(state);
  const objects = [...state.objects()];
  const body = Buffer.concat([...objects.map((object) => encodeFrame(toText(object))), ...events]);
  const header: LogHeader = {
    format: LOG_FORMAT,
    generation,
    clusterId: state.clusterId,
    sequence: state.sequence,
    revision: state.revision,
    time: state.time,
    objects: objects.length,
    events: events.length,
    bytes: body.length,
    settings: state.settings(),
  };
  return [encodeFrame(encodeHeader(header)), body];
}

function encodeRecentEvents(state: State): readonly Buffer[] {
  const frames: Buffer[] = [];
  let bytes = 0;
  for (const event of state.events.slice(-KEPT_EVENTS).toReversed()) {
    const frame = encodeFrame(encodeEvent(event));
    bytes += frame.length;
    if (bytes > KEPT_BYTES) break;
    frames.push(frame);
  }
  return frames.toReversed();
}

function makeDirectory(directory: string): void {
  try {
    makeParents(directory);
  } catch (error) {
    throw toDirectoryError(directory, error);
  }
}

// Not `recursive`: Node's never ends where a directory is there and takes no new ones, as below /proc.
function makeParents(directory: string): void {
  if (existsSync(directory) && statSync(directory).isDirectory()) return;
  if (dirname(directory) !== directory) makeParents(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST' || !statSync(directory).isDirectory()) throw error;
  }
}

/** What stops everything: there is no directory to keep a cluster in. */
function toDirectoryError(directory: string, error: unknown): KplanError {
  const code = errorCodeOf(error);
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new KplanError('UNREADABLE', `${directory}: the embedded cluster is kept in a directory, and this is a file, or below one`, {
      hint: 'Choose another directory with --embedded DIR.',
      cause: error,
    });
  }
  return new KplanError('UNREADABLE', `${directory}: the embedded cluster's directory cannot be used: ${reasonOf(error)}`, {
    hint: 'Check who owns the directory and those above it, or choose another one with --embedded DIR.',
    cause: error,
  });
}

function writeWhole(path: string, parts: readonly Buffer[]): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    for (const part of parts) {
      let written = 0;
      while (written < part.length) written += writeSync(descriptor, part, written);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes created and removed names of a directory last; a no-op where the system cannot. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openDirectory(directory);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openDirectory(directory: string): number {
  try {
    return openSync(directory, 'r');
  } catch (error) {
    throw toDirectoryError(directory, error);
  }
}

/** True for an attempt at a generation that is there: of a process that was killed, or that came second. */
function isOvertaken(name: string, newest: number): boolean {
  return name.startsWith(TEMPORARY_PREFIX) && Number.parseInt(name.slice(TEMPORARY_PREFIX.length), 10) <= newest;
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw toDirectoryError(directory, error);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}
