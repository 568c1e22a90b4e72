import { loadCatalog } from '../../src/model/schema/index.ts';
import { Client, type Connection } from './client.ts';
import { defaultsJudge } from './defaults.judge.ts';
import { embeddedJudge } from './embedded.judge.ts';
import { runJudge, type Judge, type RunOptions } from './judge.ts';
import { mergeJudge } from './merge.judge.ts';
import { record, toJudge } from './oracle-judge.ts';
import { ORACLE_JUDGES } from './oracle-subjects.ts';
import { Oracle } from './oracle.ts';
import { planJudge } from './plan.judge.ts';
import { rbacJudge } from './rbac.judge.ts';
import { rightsJudge } from './rights.judge.ts';
import { validateJudge } from './validate.judge.ts';

const SERVER_JUDGES: readonly Judge[] = [defaultsJudge, embeddedJudge, mergeJudge, planJudge, rbacJudge, rightsJudge, validateJudge];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Parts of the names of the subjects that are wanted; all are if there is none. */
type Wanted = readonly string[];

const isWanted =
  (wanted: Wanted) =>
  ({ subject }: { readonly subject: string }): boolean =>
    wanted.length === 0 || wanted.some((part) => subject.includes(part));

/** Whether a wanted subject is decided by a running server, and whether one is by the oracle. */
export function listNeeds(wanted: Wanted): { readonly server: boolean; readonly oracle: boolean } {
  return { server: SERVER_JUDGES.some(isWanted(wanted)), oracle: ORACLE_JUDGES.some(isWanted(wanted)) };
}

/** Runs the wanted judges that ask a running server. */
export async function askServer(connection: Connection, wanted: Wanted, options: RunOptions): Promise<Counts> {
  const client = new Client(connection);
  try {
    return await runAll(SERVER_JUDGES.filter(isWanted(wanted)), { client, connection, catalog: loadCatalog(options.version) }, options);
  } finally {
    client.close();
  }
}

/** Runs the wanted judges that ask the oracle. */
export async function askOracle(program: string, wanted: Wanted, options: RunOptions): Promise<Counts> {
  const oracle = new Oracle(program);
  try {
    return await runAll(ORACLE_JUDGES.filter(isWanted(wanted)).map(toJudge), { ask: oracle.ask }, options);
  } finally {
    oracle.close();
  }
}

/** Writes the answers of the oracle that `npm test` compares with. */
export async function recordOracle(program: string, wanted: Wanted, { seed, log }: Pick<RunOptions, 'seed' | 'log'>): Promise<void> {
  const oracle = new Oracle(program);
  try {
    for (const judge of ORACLE_JUDGES.filter(isWanted(wanted))) log(`${judge.subject}: ${await record(judge, oracle.ask, seed)} recorded`);
  } finally {
    oracle.close();
  }
}

async function runAll<S extends object>(judges: readonly Judge<S>[], setting: S, options: RunOptions): Promise<Counts> {
  const sum = { passed: 0, failed: 0 };
  for (const judge of judges) {
    if (options.signal.aborted) break;
    const { passed, failed } = await runJudge(judge, setting, options);
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}
