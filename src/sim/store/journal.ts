import { randomUUID } from 'node:crypto';
import { KplanError } from '../../model/index.ts';
import { decodeCommit, encodeCommit, encodeSeal, type Commit } from './commit.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { findNewest, LOG_FORMAT, removeOldGenerations, syncDirectory, writeGeneration } from './generation.ts';
import { loadState, readHeader, toCorruption } from './load.ts';
import { LogFile } from './log-file.ts';
import { State } from './state.ts';

const SMALLEST_COMPACTION = 4 << 20;

/**
 * The state of a directory and the log that it is read from, shared with any number of processes, without locks:
 *
 * - A record is appended by one write to a file opened for appending, so that records of several writers never mix.
 * - Commits are numbered. A writer appends number n+1 only after it has read n; of several n+1 the first one in the
 *   file is true for every reader, and the writers of the others see that they came second and think again.
 * - A writer that is killed leaves the beginning of a record, which every reader passes over. There is nothing that a
 *   dead process could still hold.
 * - A seal is the last record of a log. Whoever reads it opens the next generation, and writes it if it is not there:
 *   after a seal all readers have the same state, and a hard link lets only one of them create the file.
 * - A generation is removed once there are two newer ones. A process that slept through that might create it again:
 *   so nobody goes on in a generation that is more than one behind the newest.
 *
 * It relies on a local file system (atomic appends and hard links), which NFS is not.
 */
export class Journal {
  readonly #directory: string;
  /** Names this process among those that share the directory. */
  readonly writer: string;
  #log: LogFile;
  #state: State;
  #offset: number;
  #base: number;
  #written = 0;

  private constructor(directory: string, log: LogFile, writer: string) {
    const { state, end } = loadState(log.path, log.read(0));
    this.#directory = directory;
    this.writer = writer;
    this.#log = log;
    this.#state = state;
    this.#base = end;
    this.#offset = end;
    this.catchUp();
  }

  /** Opens the newest log of a directory, or starts the first one, in a directory that need not exist. */
  static open(directory: string, now: number): Journal {
    const writer = `${process.pid}-${randomUUID().slice(0, 8)}`;
    if (findNewest(directory) === undefined) writeGeneration(directory, 1, new State(toFirstHeader(now)), writer);
    return new Journal(directory, openNewest(directory), writer);
  }

  get state(): State {
    return this.#state;
  }

  /** Reads what others have appended. */
  catchUp(): void {
    if (this.#log.size > this.#offset) this.#readRecords();
  }

  /** Appends a commit to the state that the last `catchUp` has read. False if another one came first; that one is then read. */
  append(changes: Commit['changes'], time: number): boolean {
    const commit: Commit = { sequence: this.#state.sequence + 1, writer: `${this.writer}-${this.#written++}`, time, changes };
    const frame = encodeFrame(encodeCommit(commit));
    this.#log.append(frame);
    if (this.#log.size !== this.#offset + frame.length) return this.#readRecords(commit);
    this.#offset += frame.length;
    this.#state.apply(commit);
    return true;
  }

  /** Resolves when everything appended so far is on the disk. */
  async sync(): Promise<void> {
    await this.#log.sync();
  }

  /** Whether so much was appended that a new generation is worth its cost. */
  get isLong(): boolean {
    return this.#offset - this.#base > Math.max(SMALLEST_COMPACTION, this.#base);
  }

  /** Moves to a new generation, which starts with the state and some of its past. */
  compact(): void {
    this.catchUp();
    this.#log.append(encodeFrame(encodeSeal({ sequence: this.#state.sequence + 1, seal: this.#log.generation + 1 })));
    this.catchUp();
  }

  close(): void {
    this.#log.close();
  }

  /** Applies the records after the offset. True if `own` is among those that hold. */
  #readRecords(own?: Commit): boolean {
    const bytes = this.#log.read(this.#offset);
    const origin = this.#offset;
    let accepted = false;
    while (this.#offset - origin < bytes.length) {
      const frame = decodeFrame(bytes, this.#offset - origin);
      if (frame.kind === 'incomplete') break;
      if (frame.kind === 'damaged') throw toCorruption(this.#log.path, this.#offset, 'a record is not what was written');
      const record = frame.kind === 'record' ? this.#toNext(frame.payload) : undefined;
      if (record !== undefined && 'seal' in record) {
        this.#follow(record.seal);
        return accepted;
      }
      if (record !== undefined) {
        this.#state.apply(record);
        accepted ||= record.writer === own?.writer;
      }
      this.#offset = origin + frame.end;
    }
    return accepted;
  }

  /** The record, if it is the next one; undefined if it came second. */
  #toNext(payload: string): ReturnType<typeof decodeCommit> {
    const record = decodeCommit(payload);
    const next = this.#state.sequence + 1;
    if (record === undefined) throw toCorruption(this.#log.path, this.#offset, 'a record is not a commit');
    if (record.sequence > next) throw toCorruption(this.#log.path, this.#offset, `commit ${next} is missing`);
    return record.sequence === next ? record : undefined;
  }

  #follow(generation: number): void {
    let next = LogFile.open(this.#directory, generation);
    if (next === undefined && (findNewest(this.#directory) ?? 0) < generation) {
      writeGeneration(this.#directory, generation, this.#state, this.writer);
      removeOldGenerations(this.#directory, generation);
      next = LogFile.open(this.#directory, generation);
    }
    const newest = findNewest(this.#directory) ?? 0;
    if (next === undefined || newest > generation + 1) {
      next?.close();
      next = openNewest(this.#directory);
    }
    syncDirectory(this.#directory);
    this.#log.close();
    this.#log = next;
    this.#takeOver();
  }

  #takeOver(): void {
    const bytes = this.#log.read(0);
    const { header, start } = readHeader(this.#log.path, bytes);
    if (header.sequence !== this.#state.sequence) this.#state = loadState(this.#log.path, bytes).state;
    this.#base = start + header.bytes;
    this.#offset = this.#base;
    this.catchUp();
  }
}

function openNewest(directory: string): LogFile {
  for (let attempt = 0; attempt < 100; attempt++) {
    const log = LogFile.open(directory, findNewest(directory) ?? 1);
    if (log === undefined) continue;
    syncDirectory(directory);
    return log;
  }
  throw new KplanError('UNREADABLE', `${directory}: the embedded cluster's log is replaced faster than it can be opened`, {
    hint: 'Stop the other processes that use this directory, then run it again.',
  });
}

function toFirstHeader(now: number): ConstructorParameters<typeof State>[0] {
  const clusterId = randomUUID();
  return {
    format: LOG_FORMAT,
    generation: 1,
    clusterId,
    sequence: 0,
    revision: 1,
    time: now,
    objects: 0,
    events: 0,
    bytes: 0,
    settings: {},
  };
}
