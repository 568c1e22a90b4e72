import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaCatalog } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getObject, getString, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { REAL_CLOCK } from '../sim/embedded.ts';
import { findDifference } from './compact.ts';
import { Run } from './embedded-run.ts';
import { toPortSide, toServerSide, type Side } from './embedded-sides.ts';
import { makeSteps } from './embedded-steps.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { GADGETS, readGadgetDefinition } from './objects.ts';

/** Whether the embedded cluster answers the same requests as a real API server does, and holds the same objects after each. No controllers run. */
export const embeddedJudge: Judge = { subject: 'embedded', cases: 600, parallel: 8, branches: [], prepare };

async function prepare({ client, catalog }: Setting): Promise<Trial> {
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const directory = mkdtempSync(join(tmpdir(), 'kplan-judges-'));
  const options = { directory, clock: REAL_CLOCK, catalog, sync: false };
  // Opened a second time, it knows nothing of what was before.
  const first = await openEmbeddedCluster(options);
  await first.create(definition, { fieldManager: 'judge' });
  first.compact();
  await first.close();
  const cluster = await openEmbeddedCluster(options);
  const known = catalog.withCustomResources([definition]);
  const sides = [toPortSide(cluster), toServerSide(client)] as const;
  let next = 0;
  return {
    generate: (random) => ({ steps: makeSteps(random) }),
    compare: (input) => compare(getArray(input, 'steps'), `embedded-${++next}`, known, sides),
    close: async () => {
      await cluster.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function compare(
  steps: readonly JsonValue[],
  namespace: string,
  catalog: SchemaCatalog,
  sides: readonly [Side, Side],
): Promise<Comparison | undefined> {
  const runs = sides.map((side) => new Run(side, namespace, catalog));
  const coverage: string[] = [];
  for (const step of [OPENING, ...steps, { op: 'watch', object: lastKindOf(steps) }]) {
    const [ours, servers] = await Promise.all(runs.map((run) => run.take(step)));
    if (ours === undefined || servers === undefined) return undefined;
    const op = getString(step, 'op') ?? '';
    coverage.push(`${op}: ${getString(servers, 'label') ?? ''}`);
    const path = findDifference(ours, servers);
    if (path === undefined) continue;
    const signature = `${getString(step, 'object', 'kind') ?? ''} ${op} differs at ${path}: ${getString(servers, 'label') ?? ''}`;
    return { coverage, difference: { signature, ours: stringifyJson(ours), servers: stringifyJson(servers) } };
  }
  return { coverage };
}

const OPENING = { op: 'open' };

function lastKindOf(steps: readonly JsonValue[]): JsonValue {
  const object = steps.map((step) => getObject(step, 'object')).findLast((item) => item !== undefined);
  return object ?? null;
}
