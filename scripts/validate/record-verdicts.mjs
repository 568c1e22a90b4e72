// Records what a real API server says of every case: of a strict create, and of a strict server-side apply.
// node --import tsx scripts/validate/record-verdicts.mjs
import { writeFileSync } from 'node:fs';
import { listServerCases, readFixture, VERDICTS_FOLDER } from '../../test/validate/server-cases.ts';
import { startServer } from '../schemas/server.mjs';

const RELEASE = 'v1.36.3';
const server = await startServer(RELEASE);
try {
  const resources = await readResources();
  await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', readFixture('setup.yaml'));
  await create('/api/v1/namespaces/default/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  resources.set('example.com/v1/Widget', { plural: 'widgets', namespaced: true });
  const verdicts = {};
  for (const { name, object } of await waitForWidgets(listServerCases())) {
    if (name in verdicts) throw new Error(`two cases are named ${name}`);
    verdicts[name] = await judge(object, resources);
  }
  writeFileSync(new URL('verdicts.json', VERDICTS_FOLDER), `${JSON.stringify({ release: RELEASE, verdicts }, undefined, 1)}\n`);
} finally {
  await server.stop();
}

async function readResources() {
  const { groups } = await server.get('/apis');
  const versions = ['v1', ...groups.flatMap((group) => group.versions.map((version) => version.groupVersion))];
  const found = new Map();
  for (const version of versions) {
    const { resources } = await server.get(folderOf(version));
    for (const item of resources) {
      if (!item.name.includes('/')) found.set(`${version}/${item.kind}`, { plural: item.name, namespaced: item.namespaced });
    }
  }
  return found;
}

async function waitForWidgets(cases) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await server.send('GET', '/apis/example.com/v1/widgets');
    if (answer.status === 200) return cases;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the custom resource is not served');
}

async function create(path, object) {
  const answer = await server.send('POST', path, object);
  if (answer.status !== 201) throw new Error(answer.body);
}

async function judge(object, resources) {
  const resource = resources.get(`${object.apiVersion}/${object.kind}`);
  if (resource === undefined)
    return { created: { accepted: false, message: `no matches for kind "${object.kind}" in version "${object.apiVersion}"` } };
  const namespace = resource.namespaced ? `/namespaces/${object.metadata.namespace ?? 'default'}` : '';
  const path = `${folderOf(object.apiVersion)}${namespace}/${resource.plural}`;
  const query = 'dryRun=All&fieldValidation=Strict&fieldManager=judge';
  const created = toVerdict(await server.send('POST', `${path}?${query}`, object));
  if (typeof object.metadata?.name !== 'string' || object.metadata.name === '' || /[/%]|^\.$/.test(object.metadata.name))
    return { created };
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const applied = toVerdict(await server.send('PATCH', `${path}/${object.metadata.name}?${query}&force=true`, object, headers));
  return { created, applied };
}

function toVerdict({ status, body }) {
  if (status < 300) return { accepted: true };
  const { reason, message, details } = JSON.parse(body);
  const causes = (details?.causes ?? []).map(({ reason, field, message }) => ({ reason, field, message }));
  return { accepted: false, reason, message, ...(causes.length > 0 ? { causes } : {}) };
}

function folderOf(apiVersion) {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
