import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { KplanError, stepsOf, type Illustration, type Plan } from '../../model/index.ts';
import { readPlanFile } from '../../planner/index.ts';
import type { Arguments } from '../arguments.ts';
import { exitCodeOfChanges } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { describeUnconfirmed } from '../stages/gaps.ts';
import { printReport, readTargets } from '../output.ts';
import { describeRefusal } from '../refusal.ts';

/** `kplan show FILE`. */
export async function runShow(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const file = args.positionals[0] ?? '';
  const { plan, illustration } = openPlanFile(file, io);
  const next = describeRefusal(plan, file) ?? `\`kapply ${file}\` applies exactly this.`;
  const drawn = illustration === undefined ? {} : { illustration };
  await printReport({ kind: 'PlanReport', plan, notes: describeUnconfirmed(plan), next, ...drawn }, args, io);
  if (isFailure(plan.findings, plan.effects, args.string('fail-on') ?? 'error')) return 1;
  return exitCodeOfChanges(stepsOf(plan).length, args);
}

interface OpenedPlan {
  readonly plan: Plan;
  readonly illustration?: Illustration;
}

/** The plan in a file that a user named; throws `KplanError` for a file that is none, or that somebody has changed. */
export function openPlanFile(file: string, io: Io): OpenedPlan {
  const path = resolve(io.cwd, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new KplanError('NOT_FOUND', `${file}: there is no such file`, { hint: '`kplan PATH --out FILE` saves a plan' });
  const answer = readPlanFile(readFileSync(path, 'utf8'));
  if (answer.kind === 'ok') return answer;
  throw new KplanError('INVALID_PLAN', `${file}: ${answer.reason}`, { hint: 'make it again with `kplan PATH --out FILE`' });
}
