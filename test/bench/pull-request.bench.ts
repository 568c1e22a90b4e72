import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sha256 } from '../../src/std/index.ts';
import { writeCorpus } from './corpus.ts';
import { measureKplan, type Bench } from './kplan.ts';
import { measureInTurn } from './measure.ts';
import { CHANGED, changeImages, OBJECTS, updatesOf } from './plan.bench.ts';
import type { BenchRow } from './row.ts';

const NODES = '50x16cpu,64Gi';
/** What the two runs are to take at most, and the memory of both. */
const GOAL = { warmMs: 3000, coldMs: 6000, memoryMB: 500 };

/** What a workflow waits for: a pull request of 20 changed objects in a repository of 5,000, all engines, with the cache of an earlier run and without. */
export async function benchPullRequest({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const directory = join(scratch, 'repository');
  const cache = join(scratch, 'cache');
  writeCorpus(directory, OBJECTS);
  commit(directory, 'base');
  const args = ['plan', directory, '--base', 'HEAD~1', '--nodes', NODES, '-o', 'json', '--fail-on', 'never'];
  const changed = changeImages(directory);
  commit(directory, 'head');
  await measureKplan(program, args, cache);
  const [warm, cold] = await measureInTurn([() => measureKplan(program, args, cache), () => measureKplan(program, args, '')], 5);
  if (warm === undefined || cold === undefined) return [];
  const answer = (stdout: string): Pick<BenchRow, 'expected' | 'hash'> => ({
    hash: sha256(updatesOf(stdout).join('\n')),
    expected: sha256(changed.join('\n')),
  });
  const work = `a pull request of ${CHANGED} changes in ${OBJECTS} objects`;
  const ratio = (limit: number): string => `goal: ${limit} ms, ${GOAL.memoryMB} MB`;
  return [
    { work: `${work}, cached blobs`, ...warm, ...answer(warm.stdout), ratio: ratio(GOAL.warmMs) },
    { work: '  without a cache', ...cold, ...answer(cold.stdout), ratio: ratio(GOAL.coldMs) },
  ];
}

function commit(directory: string, message: string): void {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', directory, '-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], { stdio: 'ignore' });
  };
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', message);
}
