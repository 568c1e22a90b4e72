import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaCatalog } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getBoolean, getObject, getString, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { REAL_CLOCK } from '../sim/embedded.ts';
import { findDifference } from './compact.ts';
import { Run } from './embedded-run.ts';
import { toPortSide, toServerSide, type Side } from './embedded-sides.ts';
import { makeSteps } from './embedded-steps.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { GADGETS, readGadgetDefinition } from './objects.ts';

const BRANCHES: readonly string[] = [
  'apply: 200',
  'apply: 201',
  'apply: 403 Forbidden',
  'apply: 409 Conflict',
  'apply: 422 Invalid',
  'create: 201',
  'create: 403 Forbidden',
  'create: 404 NotFound',
  'create: 409 AlreadyExists',
  'create: 500 Unknown',
  'delete namespace: 200',
  'delete: 200',
  'delete: 404 NotFound',
  'delete: 409 Conflict',
  'list: listed',
  'list: selected',
  'release: 200',
  'release: 404 NotFound',
  'status: 200',
  'status: 404 NotFound',
  'status: 422 Invalid',
  'update: 200',
  'update: 201',
  'update: 404 NotFound',
  'update: 409 Conflict',
  'update: 422 Invalid',
  'watch: seen',
];

/** Whether the embedded cluster answers the same requests as a real API server does, and holds the same objects after each. No controllers run. */
export const embeddedJudge: Judge = { subject: 'embedded', cases: 400, parallel: 8, branches: BRANCHES, prepare };

async function prepare({ client, catalog }: Setting): Promise<Trial> {
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const directory = mkdtempSync(join(tmpdir(), 'kplan-judges-'));
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog, sync: false });
  await cluster.create(definition, { fieldManager: 'judge' });
  const known = catalog.withCustomResources([definition]);
  const sides = [toPortSide(cluster), toServerSide(client)] as const;
  let next = 0;
  return {
    generate: (random) => ({ steps: makeSteps(random) }),
    compare: async (input) => {
      const ask = (): Promise<Comparison | undefined> => compare(getArray(input, 'steps'), `embedded-${++next}`, known, sides);
      const comparison = await ask();
      if (comparison?.difference === undefined) return comparison;
      // Clocks that tick between two requests can make a difference that is none.
      const again = await ask();
      return again?.difference === undefined ? { coverage: [...comparison.coverage, 'differed once, and not again'] } : again;
    },
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
    const label = getString(servers, 'label') ?? '';
    const trial = getBoolean(step, 'dry') === true ? ' on trial' : isHeld(op, step) ? ' of a version' : '';
    const signature = `${getString(step, 'object', 'kind') ?? ''} ${op}${trial} differs at ${path}: ${label}`;
    return { coverage, difference: { signature, ours: stringifyJson(ours), servers: stringifyJson(servers) } };
  }
  return { coverage };
}

/** Whether a deletion is to happen only to a certain version. */
function isHeld(op: string, step: JsonValue): boolean {
  return op === 'delete' && (getString(step, 'version') ?? 'none') !== 'none';
}

const OPENING = { op: 'open' };

function lastKindOf(steps: readonly JsonValue[]): JsonValue {
  const object = steps.map((step) => getObject(step, 'object')).findLast((item) => item !== undefined);
  return object ?? null;
}
