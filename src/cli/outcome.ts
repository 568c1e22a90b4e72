import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { getArray, getString, isJson } from '../std/index.ts';
import { fingerprint, KplanError, toSeverity, type Effect, type Finding } from '../model/index.ts';
import { severityRank } from '../report/index.ts';
import type { Arguments } from './arguments.ts';
import { checkIsFile, readInput } from './input.ts';
import type { Io } from './io.ts';

/** Whether a run fails: a finding that is not waived, or an effect, at or above --fail-on. */
export function isFailure(findings: readonly Finding[], effects: readonly Effect[], failOn: string): boolean {
  if (failOn === 'never') return false;
  const limit = severityRank(toSeverity(failOn));
  return (
    findings.some((finding) => finding.waived === undefined && severityRank(finding.severity) <= limit) ||
    effects.some((effect) => severityRank(effect.severity) <= limit)
  );
}

/** What tells findings and effects, and can be told again. */
type Mode = 'plan' | 'validate';

/** What --baseline names. */
export interface Baseline {
  /** The fingerprints that are known. */
  readonly known: ReadonlySet<string>;
  /** Why it may know nothing of what is left: it was written by something else than what runs, and never tells codes that these do. */
  readonly mismatch?: { readonly told: RegExp; readonly says: string };
}

const KINDS: readonly (readonly [kind: string, mode: Mode])[] = [
  ['ApplyReport', 'plan'],
  ['PlanReport', 'plan'],
  ['ValidateReport', 'validate'],
];
/** What `kplan validate` tells of; the findings of a plan, and of its effects what is missing and what admission refuses, are the same. */
const OF_MANIFESTS = /^K[BLQRV]/;
const NOTHING = /^$/;
const NAMES: Readonly<Record<Mode, string>> = { plan: 'a plan', validate: '`kplan validate`' };

/** The JSON report that --baseline names, for a mode; one that knows nothing without the flag. Throws `KplanError` for a file that is none. */
export function readBaseline(args: Arguments, io: Io, mode: Mode): Baseline {
  const file = args.string('baseline');
  if (file === undefined) return { known: new Set() };
  const path = resolve(io.cwd, file);
  if (!existsSync(path))
    throw new KplanError('NOT_FOUND', `--baseline ${file}: there is no such file`, {
      hint: 'any report of `kplan -o json=FILE` is a baseline',
    });
  checkIsFile(path, `--baseline ${file}`);
  const report = parse(readInput(path, `--baseline ${file}`).toString(), file);
  const items = [...getArray(report, 'findings'), ...getArray(report, 'effects')];
  const writer = KINDS.find(([kind]) => kind === getString(report, 'kind'))?.[1];
  return {
    known: new Set(items.flatMap((item) => getString(item, 'fingerprint') ?? [])),
    ...(writer === mode ? {} : { mismatch: toMismatch(file, writer, mode) }),
  };
}

function toMismatch(file: string, writer: Mode | undefined, mode: Mode): NonNullable<Baseline['mismatch']> {
  if (writer === 'plan')
    return { told: NOTHING, says: `--baseline ${file} was written by a plan: it knows what that change brought, no more.` };
  const source = writer === undefined ? 'neither by a plan nor by `kplan validate`' : `by ${NAMES[writer]}`;
  const says = `--baseline ${file} was written ${source}: what only ${NAMES[mode]} tells is not known to it, and shown here.`;
  return { told: writer === undefined ? NOTHING : OF_MANIFESTS, says };
}

/** What is to be said of a baseline beside what it left. */
export function describeBaseline({ mismatch }: Baseline, left: readonly (Effect | Finding)[]): readonly string[] {
  return mismatch !== undefined && left.some(({ code }) => !mismatch.told.test(code)) ? [mismatch.says] : [];
}

function parse(text: string, file: string): Parameters<typeof getArray>[0] {
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return value;
  } catch {
    // Said below.
  }
  throw new KplanError('UNREADABLE', `--baseline ${file}: not a JSON report`, { hint: 'any report of `kplan -o json=FILE` is a baseline' });
}

/** The findings or effects that a baseline does not know. */
export function withoutKnown<T extends Finding | Effect>(items: readonly T[], { known }: Baseline): readonly T[] {
  return known.size === 0 ? items : items.filter((item) => !known.has(fingerprint(item)));
}
