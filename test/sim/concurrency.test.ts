import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { nameOf } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getString } from '../../src/std/index.ts';
import { configMap, stored } from '../cluster-contract.ts';
import { CATALOG, REAL_CLOCK, withCluster } from './embedded.ts';

const BY = { fieldManager: 'test' };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

test('three processes count to 150 together', async () => {
  await withCluster(async (cluster, directory) => {
    stored(await cluster.create(configMap('default', 'counter', { data: { count: '0' } }), BY));
    const worker = fileURLToPath(new URL('count-worker.ts', import.meta.url));
    const children = [1, 2, 3].map(() => spawn(process.execPath, ['--import', 'tsx', worker, directory, '50'], { stdio: 'inherit' }));
    const exits = await Promise.all(children.map((child) => once(child, 'exit')));
    assert.deepEqual(
      exits.map(([code]) => code),
      [0, 0, 0],
    );
    const counter = await cluster.get({ ...CONFIG_MAP, namespace: 'default', name: 'counter' });
    assert.equal(getString(counter, 'data', 'count'), '150');
  });
});

test('a watch sees what another process writes', async () => {
  await withCluster(async (cluster, directory) => {
    const other = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
    const { resourceVersion } = await cluster.list(CONFIG_MAP);
    const seen = (async () => {
      for await (const event of cluster.watch(CONFIG_MAP, { resourceVersion })) if (event.type === 'added') return nameOf(event.object);
      return undefined;
    })();
    stored(await other.create(configMap('default', 'elsewhere'), BY));
    assert.equal(await seen, 'elsewhere');
    await other.close();
  });
});

test('a watch goes on through compaction, and one from before what is kept has expired', async () => {
  await withCluster(async (cluster, directory) => {
    const { resourceVersion } = await cluster.list(CONFIG_MAP);
    const first = stored(await cluster.create(configMap('default', 'first'), BY));
    cluster.compact();
    const again = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
    for await (const event of again.watch(CONFIG_MAP, { resourceVersion })) {
      assert.deepEqual(event, { type: 'added', object: first });
      break;
    }
    for await (const event of again.watch(CONFIG_MAP, { resourceVersion: '0' })) {
      assert.deepEqual(event, { type: 'expired' });
    }
    await again.close();
  });
});
