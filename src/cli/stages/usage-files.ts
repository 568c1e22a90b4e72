import { resolve } from 'node:path';
import { readPodMetrics, type UsageSample } from '../../engine/scheduler/index.ts';
import { KplanError } from '../../model/index.ts';
import { parseJson, type JsonValue } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { readInput } from '../input.ts';
import type { Io } from '../io.ts';

/** The samples of the files that --usage names; undefined where it is not given. Throws `INVALID_CONFIG` for what is no list of pods' metrics. */
export function readUsageFiles(args: Arguments, io: Io): readonly UsageSample[] | undefined {
  const files = args.list('usage');
  return files.length === 0 ? undefined : files.flatMap((file) => readFile(file, io));
}

function readFile(file: string, io: Io): readonly UsageSample[] {
  const text = readInput(resolve(io.cwd, file), file).toString();
  return parseLists(text).flatMap((list, index) => {
    const samples = list === undefined ? undefined : readPodMetrics(list);
    if (samples !== undefined) return samples;
    throw new KplanError('INVALID_CONFIG', `${file}: ${index === 0 ? 'it' : `line ${index + 1}`} is no PodMetricsList of metrics.k8s.io`, {
      hint: 'write it with: kubectl get --raw /apis/metrics.k8s.io/v1beta1/pods',
    });
  });
}

/** One list, or one on each line; undefined for what is no JSON. */
function parseLists(text: string): readonly (JsonValue | undefined)[] {
  const whole = parseSafely(text);
  if (whole !== undefined) return [whole];
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parseSafely(line)]));
}

function parseSafely(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
