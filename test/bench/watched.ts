import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from '../../src/cli/arguments.ts';
import { planOnce } from '../../src/cli/commands/plan.ts';
import { createLog, processIo, type Io } from '../../src/cli/io.ts';
import { tuneEngine } from '../../src/cli/main.ts';
import { PlanSession } from '../../src/cli/stages/plan-session.ts';
import { stepsOf } from '../../src/model/index.ts';
import { readText, replaceIn } from './kplan.ts';
import { measureWork, type MeasuredWork } from './measure.ts';

// A program: what a change of one file costs a watched plan, from the change to the report's data, in a process that has
// planned before. `watched DIRECTORY SNAPSHOT` prints the median of each change as JSON.

interface WatchedChange {
  readonly name: string;
  readonly kind: string;
  readonly from: RegExp;
  readonly to: (run: number) => string;
}

/** Changes of one object that ever more follows from; the last two are of one Deployment. */
const WATCHED: readonly WatchedChange[] = [
  { name: 'a value of a ConfigMap', kind: 'ConfigMap', from: /setting\.0\.name=.*/, to: (run) => `setting.0.name=${run}` },
  { name: 'an image of a Deployment', kind: 'Deployment', from: /image: .*/, to: (run) => `image: registry.example.com/changed:${run}` },
  { name: 'the replicas of a Deployment', kind: 'Deployment', from: /replicas: .*/, to: (run) => `replicas: ${run % 5}` },
];

async function measureWatched(directory: string, snapshot: string): Promise<readonly unknown[]> {
  const io: Io = { ...processIo({ signal: new AbortController().signal, hold: () => () => undefined }), env: { KPLAN_CACHE: '' } };
  const args = await parseArguments('kplan', ['plan', directory, '--snapshot', snapshot]);
  tuneEngine(['--watch']);
  const session = new PlanSession(io);
  const plan = async (): Promise<number> => stepsOf((await planOnce(args, io, createLog(io, true, false), session)).plan).length;
  const medians: unknown[] = [];
  for (let run = 0; run < 3; run++) await plan();
  for (const { name, kind, from, to } of WATCHED) {
    const path = findFile(directory, kind);
    const results: MeasuredWork<number>[] = [];
    for (let run = 0; run < 15; run++) {
      writeFileSync(path, replaceIn(readText(path), from, to(run)));
      results.push(await measureWork(plan));
    }
    medians.push({ name, ...results.toSorted((a, b) => a.wallMs - b.wallMs)[Math.floor(results.length / 2)] });
  }
  return medians;
}

/** A file of a team whose files have not been changed, with an object of this kind. */
function findFile(directory: string, kind: string): string {
  const team = join(directory, 'team-3');
  const file = readdirSync(team)
    .toSorted()
    .slice(2)
    .find((name) => readText(join(team, name)).includes(`kind: ${kind}\n`));
  if (file === undefined) throw new Error(`no ${kind}`);
  return join(team, file);
}

const [directory = '', snapshot = ''] = process.argv.slice(2);
console.log(JSON.stringify(await measureWatched(directory, snapshot)));
