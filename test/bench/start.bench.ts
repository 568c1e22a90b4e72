import { measureKplan, type Bench } from './kplan.ts';
import { measureInTurn, measureOnce } from './measure.ts';
import { toRatio, type BenchRow } from './row.ts';

/** The start of the program against the start of Node alone. */
export async function benchStart({ program }: Bench): Promise<readonly BenchRow[]> {
  const runs = [() => measureKplan(program, ['--help'], ''), () => measureOnce(process.execPath, ['-e', '0'])];
  const [help, empty] = await measureInTurn(runs, 21);
  if (help === undefined || empty === undefined) return [];
  const ratio = `${toRatio(help.wallMs, empty.wallMs)} wall, ${toRatio(help.cpuMs, empty.cpuMs)} CPU of node -e 0`;
  return [
    { work: 'kplan --help', ...help, ratio },
    { work: '  node -e 0', ...empty },
  ];
}
