import { loadCatalog } from '../../../src/model/schema/index.ts';
import { Client, type Connection } from '../client.ts';
import { runJudge, type Judge, type RunOptions } from '../judge.ts';
import { compareOutcome } from './compare.ts';
import { readScenario, RealCluster } from './run.ts';
import { makeScenario } from './scenario.ts';

const BRANCHES: readonly string[] = [
  'DaemonSet',
  'Deployment',
  'Job',
  'LimitRange',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ResourceQuota',
  'Service',
  'StatefulSet',
  'a single best node',
  'a tie',
  'refused by bounds',
  'refused by quota',
  'unplaced',
];

/** Whether what random manifests lead to on a real cluster is what kplan says of them. */
const endToEndJudge: Judge = {
  subject: 'endtoend',
  cases: 200,
  parallel: 1,
  shrinking: 0,
  branches: BRANCHES,
  prepare: async ({ client, catalog }) => {
    const real = new RealCluster(client, catalog);
    let next = 0;
    return {
      generate: makeScenario,
      compare: async (input) => {
        const scenario = readScenario(input, `scenario-${++next}`);
        if (scenario === undefined) return undefined;
        const outcome = await real.play(scenario);
        return outcome === undefined ? { coverage: ['without rest'], isCompared: false } : compareOutcome(scenario, outcome);
      },
    };
  },
};

/** Runs the scenarios on a control plane that has nothing else to do. */
export async function askCluster(
  connection: Connection,
  options: RunOptions,
): Promise<{ readonly passed: number; readonly failed: number }> {
  const client = new Client(connection);
  try {
    return await runJudge(endToEndJudge, { client, connection, catalog: loadCatalog(options.version) }, options);
  } finally {
    client.close();
  }
}
