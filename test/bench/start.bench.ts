import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { measureKplan, type Bench } from './kplan.ts';
import { measureInTurn, measureOnce, type Measured } from './measure.ts';
import { toRatio, type BenchRow } from './row.ts';

/** The start of the program, and of the action as a step of a workflow, against the start of Node alone. */
export async function benchStart({ program, scratch }: Bench): Promise<readonly BenchRow[]> {
  const runs = [
    () => measureKplan(program, ['--help'], ''),
    () => measureOnce(process.execPath, ['-e', '0']),
    prepareAction(program, scratch),
  ];
  const [help, empty, action] = await measureInTurn(runs, 21);
  if (help === undefined || empty === undefined || action === undefined) return [];
  const ratio = `${toRatio(help.wallMs, empty.wallMs)} wall, ${toRatio(help.cpuMs, empty.cpuMs)} CPU of node -e 0`;
  return [
    { work: 'kplan --help', ...help, ratio },
    { work: '  node -e 0', ...empty },
    { work: 'the action, cold, validating one object', ...action, ratio: `${toRatio(action.wallMs, empty.wallMs)} wall of node -e 0` },
  ];
}

/** The bundle of the action in a folder of its own, with next to nothing to do. */
function prepareAction(program: string, scratch: string): () => Promise<Measured> {
  const [bundle, deploy] = [join(scratch, 'action.mjs'), join(scratch, 'deploy')];
  copyFileSync(join(dirname(program), 'action.mjs'), bundle);
  mkdirSync(deploy);
  writeFileSync(join(deploy, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n');
  const env = { PATH: process.env['PATH'], KPLAN_CACHE: '', INPUT_COMMAND: 'validate', INPUT_PATH: 'deploy', RUNNER_TEMP: scratch };
  return () => measureOnce(process.execPath, [bundle], { cwd: scratch, env });
}
