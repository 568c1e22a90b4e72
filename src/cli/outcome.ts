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

/** The fingerprints of a JSON report that --baseline names; none without the flag. Throws `KplanError` for a file that is none. */
export function readBaseline(args: Arguments, io: Io): ReadonlySet<string> {
  const file = args.string('baseline');
  if (file === undefined) return new Set();
  const path = resolve(io.cwd, file);
  if (!existsSync(path))
    throw new KplanError('NOT_FOUND', `--baseline ${file}: there is no such file`, {
      hint: 'any report of `kplan -o json=FILE` is a baseline',
    });
  checkIsFile(path, `--baseline ${file}`);
  const report = parse(readInput(path, `--baseline ${file}`).toString(), file);
  return new Set([...getArray(report, 'findings'), ...getArray(report, 'effects')].flatMap((item) => getString(item, 'fingerprint') ?? []));
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
export function withoutKnown<T extends Finding | Effect>(items: readonly T[], known: ReadonlySet<string>): readonly T[] {
  return known.size === 0 ? items : items.filter((item) => !known.has(fingerprint(item)));
}
