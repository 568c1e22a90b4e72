import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getString } from '../../src/std/index.ts';
import { CATALOG, REAL_CLOCK } from './embedded.ts';

const [, , directory = '', increments = '0'] = process.argv;
const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'counter' };
for (let done = 0; done < Number(increments);) {
  const counter = await cluster.get(ref);
  if (counter === undefined) throw new Error('there is no counter');
  await REAL_CLOCK.sleep(0);
  const count = Number(getString(counter, 'data', 'count') ?? '0') + 1;
  const result = await cluster.update({ ...counter, data: { count: String(count) } }, { fieldManager: 'count' });
  if (result.kind === 'ok') done++;
  else if (result.reason !== 'Conflict') throw new Error(result.message);
}
await cluster.close();
