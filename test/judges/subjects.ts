import { loadCatalog } from '../../src/model/schema/index.ts';
import { Client, type Connection } from './client.ts';
import { runJudge, type Judge, type RunOptions } from './judge.ts';
import { defaultsJudge } from './defaults.judge.ts';
import { embeddedJudge } from './embedded.judge.ts';
import { mergeJudge } from './merge.judge.ts';
import { planJudge } from './plan.judge.ts';
import { rbacJudge } from './rbac.judge.ts';
import { validateJudge } from './validate.judge.ts';

const JUDGES: readonly Judge[] = [defaultsJudge, embeddedJudge, mergeJudge, planJudge, rbacJudge, validateJudge];

/** Runs the judges whose subject contains one of `wanted` (all if there is none), against a running server. */
export async function runJudges(
  connection: Connection,
  { wanted, ...options }: RunOptions & { readonly wanted: readonly string[] },
): Promise<{ passed: number; failed: number }> {
  const client = new Client(connection);
  const catalog = loadCatalog('1.36');
  const sum = { passed: 0, failed: 0 };
  try {
    for (const judge of JUDGES.filter(({ subject }) => wanted.length === 0 || wanted.some((part) => subject.includes(part)))) {
      if (options.signal.aborted) break;
      const { passed, failed } = await runJudge(judge, { client, connection, catalog }, options);
      sum.passed += passed;
      sum.failed += failed;
    }
  } finally {
    client.close();
  }
  return sum;
}
