import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cluster } from '../../src/cluster/index.ts';
import { isKubernetesObject, type KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getObject, getString, isObject, type JsonValue } from '../../src/std/index.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

async function withCluster<T>(folder: string, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const directory = join(folder, '.kplan/cluster');
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

function toObject(value: JsonValue): KubernetesObject {
  assert.ok(isKubernetesObject(value));
  return value;
}

const SETTINGS = (data: JsonValue, metadata = {}): KubernetesObject =>
  toObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default', ...metadata }, data });

const find = (folder: string): Promise<KubernetesObject | undefined> =>
  withCluster(folder, (cluster) => cluster.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' }));

test('what kubectl has applied is taken over as it is, once it is asked for, and then there is nothing to do', async (context) => {
  const folder = temporaryFolder(context);
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', own: 'kept' };
  const live = SETTINGS({ one: 'a', two: 'b' }, { annotations });
  await withCluster(folder, (cluster) => cluster.create(live, { fieldManager: 'kubectl-client-side-apply' }));
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, annotations: {own: kept}}\ndata: {one: a, two: b}\n';
  writeFileSync(join(folder, 'app.yaml'), manifest);
  const asked = await run('kapply', folder, ['adopt', 'app.yaml']);
  assert.deepEqual([asked.code, /no terminal to ask at/.test(asked.stderr)], [3, true]);
  const dry = await run('kapply', folder, ['adopt', 'app.yaml', '--dry-run', '--detailed-exitcode', '-o', 'json']);
  assert.equal(dry.code, 2);
  const entry = getArray(readReport(dry.stdout), 'objects')[0] ?? null;
  assert.equal(getString(entry, 'outcome'), 'planned');
  assert.equal(getString(entry, 'from', 0, 'manager'), 'kubectl-client-side-apply');
  assert.deepEqual(getArray(entry, 'dropped'), ['annotations/kubectl.kubernetes.io/last-applied-configuration']);
  const adopted = await run('kapply', folder, ['adopt', 'app.yaml', '--yes']);
  assert.equal(adopted.code, 0, adopted.stderr);
  assert.match(adopted.stdout, /^Adopt: 1 adopted/m);
  const object = await find(folder);
  assert.deepEqual(getObject(object, 'data'), { one: 'a', two: 'b' });
  assert.deepEqual(getObject(object?.metadata, 'annotations'), { own: 'kept' });
  const managers = getArray(object?.metadata, 'managedFields').map((item) => [getString(item, 'manager'), getString(item, 'operation')]);
  assert.deepEqual(managers, [['kapply', 'Apply']]);
  assert.match((await run('kplan', folder, ['app.yaml'])).stdout, /^Plan: nothing to change \(1 object/);
  const again = readReport((await run('kapply', folder, ['adopt', 'app.yaml', '--yes', '-o', 'json'])).stdout);
  assert.deepEqual(getString(getArray(again, 'objects')[0], 'outcome'), 'unchanged');
});

test('what only the former tool holds and what differs stays until the next apply, and is told of before', async (context) => {
  const folder = temporaryFolder(context);
  const live = SETTINGS({ one: 'a', two: 'b' }, { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } });
  await withCluster(folder, async (cluster) => {
    await cluster.apply(live, { fieldManager: 'kustomize-controller' });
    await cluster.apply(SETTINGS({ three: 'c' }), { fieldManager: 'somebody' });
    const other = { name: 'other', labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } };
    await cluster.apply(SETTINGS({}, other), { fieldManager: 'kustomize-controller' });
  });
  writeFileSync(join(folder, 'app.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {one: z}\n');
  const dry = readReport((await run('kapply', folder, ['adopt', 'app.yaml', '--dry-run', '-o', 'json'])).stdout);
  assert.match(
    getArray(dry, 'notes').map(String).join(' '),
    /Flux Kustomization apps has 1 object more that no manifest asks for, and keeps them: ConfigMap default\/other/,
  );
  const report = readReport((await run('kapply', folder, ['adopt', 'app.yaml', '--yes', '-o', 'json'])).stdout);
  const entry = getArray(report, 'objects')[0];
  assert.ok(isObject(entry));
  assert.deepEqual(getArray(entry, 'known'), ['Flux Kustomization apps']);
  assert.deepEqual([getArray(entry, 'left'), getArray(entry, 'differs')], [['/data/two'], ['/data/one']]);
  assert.deepEqual(getArray(entry, 'dropped'), ['labels/kustomize.toolkit.fluxcd.io/name']);
  assert.deepEqual(getObject(await find(folder), 'data'), { one: 'a', three: 'c', two: 'b' });
  assert.equal((await run('kapply', folder, ['app.yaml', '--yes'])).code, 0);
  assert.deepEqual(getObject(await find(folder), 'data'), { one: 'z', three: 'c' });
});

test('an object that no tool is known to have applied becomes a member; what is of another unit or set does not', async (context) => {
  const folder = temporaryFolder(context);
  await withCluster(folder, (cluster) => cluster.create(SETTINGS({ one: 'a' }), { fieldManager: 'operator' }));
  writeFileSync(join(folder, 'app.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {one: a}\n');
  assert.match((await run('kapply', folder, ['adopt', 'app.yaml', '--unit', 'a', '--yes'])).stdout, /from nobody known/);
  const other = await run('kapply', folder, ['adopt', 'app.yaml', '--unit', 'b', '--yes']);
  assert.equal(other.code, 1);
  assert.match(other.stdout, /belongs to the unit a/);
  await withCluster(folder, (cluster) =>
    cluster.apply(SETTINGS({ one: 'a' }, { labels: { 'applyset.kubernetes.io/part-of': 'applyset-x-v1' } }), { fieldManager: 'kapply' }),
  );
  const foreign = await run('kapply', folder, ['adopt', 'app.yaml', '--unit', 'b', '--yes']);
  assert.match(foreign.stdout, /belongs to another ApplySet \(applyset-x-v1\)/);
  writeFileSync(join(folder, 'app.yaml'), 'kind: [');
  const broken = await run('kapply', folder, ['adopt', 'app.yaml', '--yes']);
  assert.deepEqual([broken.code, /cannot be understood/.test(broken.stderr)], [3, true]);
});
