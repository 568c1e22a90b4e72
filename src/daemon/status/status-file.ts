import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { getArray, getNumber, getString, isObject, parseJson, stringifyJson, type JsonObject } from '../../std/index.ts';

const FILE = 'status.json';
/** Every phase. */
export const DAEMON_PHASES: readonly DaemonPhase[] = ['standby', 'idle', 'reading', 'planning', 'applying', 'stopping', 'stopped'];

/** What a daemon is doing. `standby`: another instance holds the unit. */
export type DaemonPhase = 'standby' | 'idle' | 'reading' | 'planning' | 'applying' | 'stopping' | 'stopped';

/** What a daemon did, why, and what it waits for. Times are RFC 3339. */
export interface DaemonStatus {
  readonly unit: string;
  readonly identity: string;
  readonly source: string;
  readonly phase: DaemonPhase;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** The revision that was last read. */
  readonly revision?: string;
  readonly lastSynced?: { readonly revision: string; readonly at: string };
  /** How the last synchronisation ended: `synced`, `held`, `failed`, `unreadable`. */
  readonly outcome?: string;
  /** Why, where it is not simply synced. */
  readonly reasons: readonly string[];
  /** The plan that is held, as a person approves it. */
  readonly plan?: string;
  /** What happens next, one sentence. */
  readonly waitsFor: string;
  readonly failures: number;
  /** The context that names the unit's cluster, where the unit says one. */
  readonly cluster?: string;
  /** The daemons that the unit is of: they share a source. */
  readonly fleet?: string;
  /** Set where all that the unit owns goes once it is listed no more. */
  readonly deletionPolicy?: 'delete';
  /** The last revision that was synced and healthy, and the commit that it was read from. */
  readonly good?: GoodRevision;
  /** Why there is no newer revision of the source, and since when: it cannot be read, or is not taken. */
  readonly sourceProblem?: string;
}

/** A revision that may be gone back to. */
export interface GoodRevision {
  readonly revision: string;
  readonly commit?: string;
}

/** Writes the status of a daemon into its state directory, whole or not at all. Throws `KplanError` WRITE_FAILED. */
export function writeStatus(directory: string, status: DaemonStatus): void {
  const document: JsonObject = { apiVersion: 'kplan.dev/v1', kind: 'DaemonStatus', host: hostname(), pid: process.pid, ...toJson(status) };
  const path = join(directory, FILE);
  const passing = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(passing, `${stringifyJson(document, 2)}\n`);
    renameSync(passing, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KplanError('WRITE_FAILED', `${path} cannot be written: ${why}`, { cause: error });
  }
}

/**
 * The status that a daemon left in its state directory; undefined where none did. Of a process of this machine that is
 * gone, it is `stopped`, whatever was its last word. Throws `KplanError` for a file that is none.
 */
export function readDaemonStatus(directory: string): DaemonStatus | undefined {
  const path = join(directory, FILE);
  const text = readText(path);
  if (text === undefined) return undefined;
  const status = fromJson(text);
  if (status === undefined)
    throw new KplanError('CORRUPT', `${path} is not the status of a daemon`, { hint: 'Remove it; the daemon writes it anew.' });
  return status;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new KplanError('UNREADABLE', `${path} cannot be read: ${why}`, { cause: error });
  }
}

function toJson({ lastSynced, reasons, good, ...status }: DaemonStatus): JsonObject {
  return {
    ...status,
    reasons: [...reasons],
    ...(lastSynced === undefined ? {} : { lastSynced: { ...lastSynced } }),
    ...(good === undefined ? {} : { good: { ...good } }),
  };
}

function fromJson(text: string): DaemonStatus | undefined {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['kind'] !== 'DaemonStatus') return undefined;
  const document = value;
  const read = (name: string): string => getString(document, name) ?? '';
  const phase = DAEMON_PHASES.find((known) => known === document['phase']);
  if (phase === undefined) return undefined;
  const revision = getString(document, 'revision');
  const outcome = getString(document, 'outcome');
  const plan = getString(document, 'plan');
  const synced = getString(document, 'lastSynced', 'revision');
  const isGone = phase !== 'stopped' && read('host') === hostname() && !isAlive(getNumber(document, 'pid') ?? 0);
  return {
    unit: read('unit'),
    identity: read('identity'),
    source: read('source'),
    phase: isGone ? 'stopped' : phase,
    startedAt: read('startedAt'),
    updatedAt: read('updatedAt'),
    ...(revision === undefined ? {} : { revision }),
    ...(synced === undefined ? {} : { lastSynced: { revision: synced, at: getString(document, 'lastSynced', 'at') ?? '' } }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(plan === undefined ? {} : { plan }),
    reasons: getArray(document, 'reasons').flatMap((reason) => (typeof reason === 'string' ? [reason] : [])),
    waitsFor: isGone ? 'nothing: its process ended without a word' : read('waitsFor'),
    failures: getNumber(document, 'failures') ?? 0,
  };
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
