// What one release serves: its OpenAPI v3 documents and its discovery, asked of a running server.
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from './server.mjs';

const discovery = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

/**
 * `{ release, schemas, resources }`: the component schemas of every OpenAPI v3 document by name, and one resource for each
 * that discovery lists with every API version and feature turned on, marked `default` if it is also served without.
 */
export async function dumpRelease(release) {
  const usual = await withServer(release, {}, listResources);
  const isUsual = new Set(usual.map(resourceKey));
  return withServer(release, { 'runtime-config': 'api/all=true', 'feature-gates': 'AllAlpha=true,AllBeta=true' }, async (server) => {
    const resources = await listResources(server);
    const schemas = await listSchemas(server, resources);
    return { release, schemas, resources: resources.map((item) => ({ ...item, default: isUsual.has(resourceKey(item)) })) };
  });
}

async function withServer(release, flags, ask) {
  const server = await startServer(release, flags);
  try {
    return await ask(server);
  } finally {
    await server.stop();
  }
}

const resourceKey = ({ group, version, resource }) => `${group}/${version}/${resource.resource}`;

async function listResources(server) {
  const lists = [await server.get('/api', discovery), await server.get('/apis', discovery)];
  return lists
    .flatMap((list) => list.items)
    .flatMap((item) =>
      item.versions.flatMap((version, preference) =>
        version.resources.map((resource) => ({
          group: item.metadata?.name ?? '',
          version: version.version,
          preference,
          resource,
        })),
      ),
    );
}

async function listSchemas(server, resources) {
  const wanted = new Set(resources.map(({ group, version }) => (group === '' ? `api/${version}` : `apis/${group}/${version}`)));
  const { paths } = await waitForDocuments(server, wanted);
  const schemas = {};
  for (const path of wanted) {
    const document = await server.get(paths[path].serverRelativeURL);
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) (schemas[name] ??= []).push(schema);
  }
  return schemas;
}

async function waitForDocuments(server, wanted) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const index = await server.get('/openapi/v3');
    if ([...wanted].every((path) => path in index.paths)) return index;
    await sleep(100);
  }
  throw new Error('some API versions have no OpenAPI v3 document after 30 s');
}
