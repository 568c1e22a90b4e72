// Records what the API server of each pinned release makes of the objects in fixtures/schema/defaults/objects.yaml.
//
//   node scripts/schemas/record-defaults.mjs [1.36 ...]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import { decodePack } from './pack.mjs';
import { releases } from './releases.mjs';
import { startServer } from './server.mjs';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'fixtures/schema/defaults');
const objects = loadAll(readFileSync(join(folder, 'objects.yaml'), 'utf8'));
const { versions } = decodePack(readFileSync(join(root, 'schemas/kubernetes.json.br')));
const minors = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(releases);

// What admission plugins add is not what the server's own decoding fills in.
const MUTATING =
  'ServiceAccount,DefaultTolerationSeconds,Priority,DefaultStorageClass,DefaultIngressClass,StorageObjectInUseProtection,TaintNodesByCondition,RuntimeClass,LimitRanger';

for (const minor of minors) {
  execFileSync('bash', [join(root, 'scripts/judges/build.sh'), releases[minor]], { stdio: 'inherit' });
  const server = await startServer(releases[minor], { 'disable-admission-plugins': MUTATING });
  try {
    const answers = await record(server, minor);
    mkdirSync(join(folder, 'recorded'), { recursive: true });
    const lines = Object.entries(answers).map(([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
    writeFileSync(join(folder, 'recorded', `${minor}.json`), `{\n${lines.join(',\n')}\n}\n`);
    console.log(`${minor}: ${lines.length} objects of ${objects.length}`);
  } finally {
    await server.stop();
  }
}

async function record(server, minor) {
  const { kinds } = versions[minor];
  await server.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'judged' } });
  const answers = {};
  for (const object of objects) {
    const kind = kinds.find(
      (item) => item.kind === object.kind && [item.group, item.version].filter(Boolean).join('/') === object.apiVersion,
    );
    if (kind === undefined || !kind.default) continue;
    const base = kind.group === '' ? '/api/v1' : `/apis/${object.apiVersion}`;
    const path = `${base}${kind.namespaced ? '/namespaces/judged' : ''}/${kind.plural}?dryRun=All`;
    const { status, body } = await create(server, path, object);
    if (status !== 201) {
      console.log(`${minor} ${object.metadata.name}: ${status} ${JSON.parse(body).message}`);
      continue;
    }
    answers[object.metadata.name] = scrub(JSON.parse(body));
  }
  return answers;
}

async function create(server, path, object) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await server.send('POST', path, object);
    if (answer.status < 500 || attempt === 20) return answer;
    await sleep(100);
  }
}

/** Leaves out what differs from one request to the next. */
function scrub(object) {
  const { uid } = object.metadata;
  for (const key of ['uid', 'managedFields', 'resourceVersion', 'generation', 'namespace']) delete object.metadata[key];
  delete object.status;
  if (object.kind === 'Service' && object.spec.clusterIP !== 'None') {
    delete object.spec.clusterIP;
    delete object.spec.clusterIPs;
  }
  return JSON.parse(JSON.stringify(object), (key, value) => (value === uid || key === 'creationTimestamp' ? undefined : value));
}
