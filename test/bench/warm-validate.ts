import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from '../../src/cli/arguments.ts';
import { createLog, processIo, type Io } from '../../src/cli/io.ts';
import { tuneEngine } from '../../src/cli/main.ts';
import { chooseVersions, loadCatalogs, readDesired } from '../../src/cli/stages/desired.ts';
import { PlanSession } from '../../src/cli/stages/plan-session.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { readText, replaceIn } from './kplan.ts';
import { measureWork, type MeasuredWork } from './measure.ts';

// A program: what a change of one object costs a session that has read and validated all of them before, from the change to the
// findings. `warm-validate DIRECTORY` prints the median as JSON, with how many errors were found each time.

const RUNS = 30;

/** A value of a ConfigMap is text, is none, and so on: every other time there is one error. */
const FLIP: readonly (readonly [from: string, to: string])[] = [
  ['LEVEL: "on"', 'LEVEL: true'],
  ['LEVEL: true', 'LEVEL: "on"'],
];

async function measureWarm(directory: string): Promise<unknown> {
  const io: Io = { ...processIo({ signal: new AbortController().signal, hold: () => () => undefined }), env: { KPLAN_CACHE: '' } };
  const args = await parseArguments('kplan', ['validate', directory]);
  tuneEngine(['--watch']);
  const session = new PlanSession(io);
  const countErrors = async (): Promise<number> => {
    const { manifests, context, defaultNamespace, config } = await readDesired(args, io, createLog(io, true, false), directory, {
      files: session.files,
    });
    const catalogs = loadCatalogs(chooseVersions(args, config, undefined));
    const options = { catalogs, context, knowsCluster: false, defaultNamespace, lens: session.references };
    return validateManifests(manifests, options).filter(({ severity }) => severity === 'error').length;
  };
  for (let run = 0; run < 3; run++) await countErrors();
  const path = findConfigMap(directory);
  const results: MeasuredWork<number>[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [from, to] = FLIP[run % FLIP.length] ?? ['', ''];
    writeFileSync(path, replaceIn(readText(path), from, to));
    results.push(await measureWork(countErrors));
  }
  const median = results.toSorted((a, b) => a.wallMs - b.wallMs)[Math.floor(RUNS / 2)];
  return { ...median, answers: results.map(({ answer }) => answer) };
}

function findConfigMap(directory: string): string {
  const team = join(directory, 'team-3');
  const file = readdirSync(team)
    .toSorted()
    .find((name) => readText(join(team, name)).includes('LEVEL: "on"'));
  if (file === undefined) throw new Error('no ConfigMap');
  return join(team, file);
}

const [directory = ''] = process.argv.slice(2);
console.log(JSON.stringify(await measureWarm(directory)));
