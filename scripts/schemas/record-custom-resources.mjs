// Records what a 1.36 API server makes of the custom resources in fixtures/schema/custom-resources.
//
//   node scripts/schemas/record-custom-resources.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, loadAll } from 'js-yaml';
import { releases } from './releases.mjs';
import { startServer } from './server.mjs';

const folder = join(import.meta.dirname, '../../fixtures/schema/custom-resources');
const definition = load(readFileSync(join(folder, 'definition.yaml'), 'utf8'));
const objects = loadAll(readFileSync(join(folder, 'objects.yaml'), 'utf8'));
const server = await startServer(releases['1.36']);
try {
  await server.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'judged' } });
  const made = await server.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  if (made.status !== 201) throw new Error(made.body);
  const lines = [];
  for (const object of objects) {
    const { metadata, ...rest } = await create(object);
    const kept = Object.fromEntries(['name', 'labels', 'odd'].filter((key) => key in metadata).map((key) => [key, metadata[key]]));
    lines.push(`${JSON.stringify(object.metadata.name)}: ${JSON.stringify({ ...rest, metadata: kept })}`);
  }
  writeFileSync(join(folder, 'recorded.json'), `{\n${lines.join(',\n')}\n}\n`);
  console.log(`${lines.length} objects`);
} finally {
  await server.stop();
}

/** A definition takes a moment until it is served. */
async function create(object) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await server.send('POST', `/apis/${object.apiVersion}/namespaces/judged/widgets?dryRun=All`, object);
    if (answer.status === 201) return JSON.parse(answer.body);
    if (answer.status !== 404 || attempt === 100) throw new Error(`${object.metadata.name}: ${answer.status} ${answer.body}`);
    await sleep(100);
  }
}
