import { writeSync } from 'node:fs';
import type { WriteResult } from '../../src/cluster/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { configMap, deployment } from '../cluster-contract.ts';
import { CATALOG, REAL_CLOCK } from './embedded.ts';
import { toRandom } from './seed.ts';

// Writes to a cluster until it is killed: says on standard output what it is about to do, and what was acknowledged.
const [, , directory = '', name = '', seed = '0'] = process.argv;
const random = toRandom(Number(seed));
const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: random() < 0.5 });
const BY = { fieldManager: name };
const pick = (size: number): number => Math.floor(random() * size);

function say(...words: readonly (string | number)[]): void {
  let rest = Buffer.from(`${words.join(' ')}\n`);
  // A pipe that is full, since whoever reads it is busy, is tried again.
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

async function acknowledge(action: string, target: string, value: string, write: () => Promise<WriteResult>): Promise<void> {
  say('try', action, target, value);
  const result = await write();
  if (result.kind === 'ok') say('ack', action, target, value);
  else if (result.reason !== 'NotFound') throw new Error(result.message);
}

say('ready');
for (let count = 0; ; count++) {
  const target = `${name}-${pick(12)}`;
  const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: target };
  const value = `${seed}.${count}`;
  const action = pick(12);
  if (action < 6) await acknowledge('apply', target, value, () => cluster.apply(configMap('default', target, { data: { value } }), BY));
  else if (action < 8) await acknowledge('delete', target, '-', () => cluster.delete(ref));
  else if (action < 10) await acknowledge('generate', value, value, () => cluster.create(generated(value), BY));
  else if (action < 11) {
    say('try', 'compact');
    cluster.compact();
    say('ack', 'compact');
  } else {
    await cluster.apply(deployment('default', `web-${pick(3)}`, pick(6)), { fieldManager: 'shared', force: true });
    await cluster.settle({ within: 300 });
  }
}

function generated(value: string): Parameters<typeof cluster.create>[0] {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', generateName: 'made-', labels: { token: value } } };
}
