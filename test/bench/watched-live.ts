import { parseArguments } from '../../src/cli/arguments.ts';
import { planOnce } from '../../src/cli/commands/plan.ts';
import { createLog, processIo, type Io } from '../../src/cli/io.ts';
import { realClock } from '../../src/cli/clock.ts';
import { tuneEngine } from '../../src/cli/main.ts';
import { PlanSession } from '../../src/cli/stages/plan-session.ts';
import { openAccess, openApiCluster } from '../../src/cluster/index.ts';
import { stepsOf } from '../../src/model/index.ts';
import { measureWork, type MeasuredWork } from './measure.ts';

// A program: what a watched plan against the kubeconfig's cluster costs after one live object was changed by somebody else.
// `watched-live FOLDER`, whose name is the namespace; prints the median of 15 as JSON.

const [folder = ''] = process.argv.slice(2);
const namespace = folder.slice(folder.lastIndexOf('/') + 1);
const io: Io = processIo({ signal: new AbortController().signal, hold: () => () => undefined });
tuneEngine(['--watch']);
const access = await openAccess({ env: io.env, cwd: io.cwd, now: () => Date.now(), warn: () => undefined, asGroups: [], noExec: false });
if (access === undefined) throw new Error('there is no kubeconfig');
const cluster = openApiCluster(access, realClock(io));
const args = await parseArguments('kplan', ['plan', folder, '--live', '--unit', namespace]);
const session = new PlanSession(io);
const plan = async (): Promise<number> => stepsOf((await planOnce(args, io, createLog(io, true, false), session)).plan).length;
for (let run = 0; run < 3; run++) await plan();
const results: MeasuredWork<number>[] = [];
for (let run = 0; run < 15; run++) {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c1000', namespace }, data: { key: `live ${run}` } };
  const result = await cluster.apply(object, { fieldManager: 'somebody', force: true });
  if (result.kind === 'error') throw new Error(result.message);
  await new Promise((resolve) => setTimeout(resolve, 100));
  results.push(await measureWork(plan));
}
await session.close();
await cluster.close();
console.log(JSON.stringify(results.toSorted((a, b) => a.wallMs - b.wallMs)[7]));
