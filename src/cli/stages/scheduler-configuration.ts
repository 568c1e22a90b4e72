import { basename, resolve } from 'node:path';
import { readSchedulerConfiguration, type SchedulerProfile } from '../../engine/scheduler/index.ts';
import { parseDocuments } from '../../loader/index.ts';
import { KplanError } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { MOST_CONFIG_BYTES, readInput } from '../input.ts';
import type { Io } from '../io.ts';

/** The profiles that --scheduler-config names, with what is not followed of them; the default profile where it is not given. */
export interface GivenProfiles {
  readonly profiles?: readonly SchedulerProfile[];
  readonly notes: readonly string[];
}

/** Reads the KubeSchedulerConfiguration of --scheduler-config. Throws `INVALID_CONFIG` with the place and kube-scheduler's words. */
export function readGivenProfiles(args: Arguments, io: Io, kubernetesVersion: string | undefined): GivenProfiles {
  const given = args.string('scheduler-config');
  if (given === undefined) return { notes: [] };
  const name = basename(given);
  const { documents, findings } = parseDocuments(readInput(resolve(io.cwd, given), given, MOST_CONFIG_BYTES).toString(), name);
  const [document] = documents;
  const [finding] = findings;
  if (document === undefined || documents.length > 1 || finding !== undefined) {
    const place = finding?.source === undefined ? name : `${name}:${finding.source.line}:${finding.source.column}`;
    throw new KplanError('INVALID_CONFIG', `${place}: not one YAML document that can be read`, {
      hint: 'give the file that kube-scheduler is started with (--config)',
    });
  }
  const { profiles, problems, notes } = readSchedulerConfiguration(document.value, kubernetesVersion);
  const [problem] = problems;
  if (problem === undefined) return { profiles, notes };
  const { line, column } = document.origin.locate(toPath(problem.path));
  throw new KplanError('INVALID_CONFIG', `${name}:${line}:${column}: ${problem.message}`, {
    hint: 'kube-scheduler does not start with such a file',
  });
}

/** `profiles[0].plugins.score` as a path. */
function toPath(field: string): readonly (number | string)[] {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([step, index]) => (index === undefined ? step : Number(index)));
}
