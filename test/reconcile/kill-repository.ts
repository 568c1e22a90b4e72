import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/std/index.ts';

const NAMESPACE = 'shop';
/** So large that a few versions of them make the cluster begin a new log. */
const BLOB = 600_000;

function toObject(apiVersion: string, kind: string, name: string, fields: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, ...fields };
}

function toWorkload(name: string, version: number): JsonObject {
  const labels = { app: name };
  const spec = { containers: [{ name: 'main', image: 'nginx', env: [{ name: 'VERSION', value: String(version) }] }] };
  return toObject('apps/v1', 'Deployment', name, {
    spec: { replicas: 1 + (version % 3), selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
}

/** The objects of one version of a unit: from each to the next everything changes, and a third comes or goes. */
export function listObjects(version: number): readonly JsonObject[] {
  const isThere = (index: number): boolean => (index + version) % 3 !== 0;
  const some = Array.from({ length: 24 }, (_, index) => index).filter(isThere);
  const data = { version: String(version) };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...some.map((index) => toObject('v1', 'ConfigMap', `settings-${index}`, { data })),
    ...some.map((index) => toObject('v1', 'Secret', `token-${index}`, { stringData: data })),
    ...[0, 1, 2].map((index) => toObject('v1', 'ConfigMap', `blob-${index}`, { data: { ...data, blob: `${version}`.padEnd(BLOB, 'x') } })),
    ...[0, 1, 2].filter(isThere).map((index) => toWorkload(`web-${index}`, version)),
    ...some.map((index) =>
      toObject('v1', 'Service', `service-${index}`, { spec: { selector: { app: 'web-0' }, ports: [{ port: 80 + (version % 7) }] } }),
    ),
  ];
}

/** Writes one version of the unit over the one before. */
export function writeRepository(directory: string, version: number): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'all.json'),
    listObjects(version)
      .map((object) => JSON.stringify(object))
      .join('\n---\n'),
  );
}
