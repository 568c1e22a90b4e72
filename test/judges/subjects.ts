import { groupBy } from '../../src/std/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { admissionJudge } from './admission.judge.ts';
import { Client, type Connection } from './client.ts';
import { defaultsJudge } from './defaults.judge.ts';
import { embeddedJudge } from './embedded.judge.ts';
import { runJudge, type Judge, type RunOptions } from './judge.ts';
import { mergeJudge } from './merge.judge.ts';
import { NEWEST, record, toJudge, type OracleJudge } from './oracle-judge.ts';
import { ORACLE_JUDGES, UNRECORDED_JUDGES } from './oracle-subjects.ts';
import { Oracle } from './oracle.ts';
import { planJudge } from './plan.judge.ts';
import { rbacJudge } from './rbac.judge.ts';
import { rightsJudge } from './rights.judge.ts';
import { validateJudge } from './validate.judge.ts';

const SERVER_JUDGES: readonly Judge[] = [defaultsJudge, embeddedJudge, mergeJudge, planJudge, rbacJudge, rightsJudge, validateJudge];

/** Those that ask a server with its usual admission: a server of their own, so they run where they are named. */
const ADMISSION_JUDGES: readonly Judge[] = [admissionJudge];

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

/** The judges of the oracle that are wanted: of other releases those that a word or the version names. */
function listOracleJudges(wanted: Wanted, version: string): readonly OracleJudge[] {
  const all = [...ORACLE_JUDGES, ...UNRECORDED_JUDGES];
  return all.filter(({ release = version }) => wanted.length > 0 || release === version).filter(isWanted(wanted));
}

/** Whether wanted subjects are decided by a running server, by one with its usual admission, and by the oracle. */
export function listNeeds(
  wanted: Wanted,
  version: string,
): { readonly server: boolean; readonly admission: boolean; readonly oracle: boolean } {
  return {
    server: SERVER_JUDGES.some(isWanted(wanted)),
    admission: wanted.length > 0 && ADMISSION_JUDGES.some(isWanted(wanted)),
    oracle: listOracleJudges(wanted, version).length > 0,
  };
}

/** Runs the wanted judges that ask a running server. */
export function askServer(connection: Connection, wanted: Wanted, options: RunOptions): Promise<Counts> {
  return askOn(SERVER_JUDGES, connection, wanted, options);
}

/** Runs the wanted judges that ask a running server with its usual admission. */
export function askAdmission(connection: Connection, wanted: Wanted, options: RunOptions): Promise<Counts> {
  return askOn(ADMISSION_JUDGES, connection, wanted, options);
}

async function askOn(judges: readonly Judge[], connection: Connection, wanted: Wanted, options: RunOptions): Promise<Counts> {
  const client = new Client(connection);
  try {
    return await runAll(judges.filter(isWanted(wanted)), { client, connection, catalog: loadCatalog(options.version) }, options);
  } finally {
    client.close();
  }
}

/** Where the oracle's program of a minor version is. */
type ProgramOf = (release: string) => string;

/** Runs the wanted judges that ask the oracle. */
export async function askOracle(programOf: ProgramOf, wanted: Wanted, options: RunOptions): Promise<Counts> {
  const sum = { passed: 0, failed: 0 };
  await withOracles(programOf, listOracleJudges(wanted, options.version), async (judges, oracle) => {
    const { passed, failed } = await runAll(judges.map(toJudge), { ask: oracle.ask }, options);
    sum.passed += passed;
    sum.failed += failed;
  });
  return sum;
}

/** Writes the answers of the oracle that `npm test` compares with. */
export async function recordOracle(programOf: ProgramOf, wanted: Wanted, { seed, log }: Pick<RunOptions, 'log' | 'seed'>): Promise<void> {
  await withOracles(programOf, ORACLE_JUDGES.filter(isWanted(wanted)), async (judges, oracle) => {
    for (const judge of judges) log(`${judge.subject}: ${await record(judge, oracle.ask, seed)} recorded`);
  });
}

/** One release after the other: its judges, and its oracle while they ask it. */
async function withOracles(
  programOf: ProgramOf,
  judges: readonly OracleJudge[],
  work: (judges: readonly OracleJudge[], oracle: Oracle) => Promise<void>,
): Promise<void> {
  for (const [release, ofRelease] of groupBy(judges, ({ release = NEWEST }) => release)) {
    const oracle = new Oracle(programOf(release));
    try {
      await work(ofRelease, oracle);
    } finally {
      oracle.close();
    }
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
