// Writes src/engine/rbac/bootstrap-policy.json: the roles and bindings that a fresh kube-apiserver of each release makes, from the lists
// that Kubernetes' own tests hold it to (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata, of the modules in scripts/judges).
//   node scripts/rbac/bootstrap-policy.mjs                   needs Go
//   node scripts/rbac/bootstrap-policy.mjs --check VERSION   compares with a running server; needs scripts/judges/build.sh RELEASE and etcd
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as yaml from 'js-yaml';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const PATH = new URL('../../src/engine/rbac/bootstrap-policy.json', import.meta.url);
const KINDS = { clusterroles: 'ClusterRole', clusterrolebindings: 'ClusterRoleBinding', roles: 'Role', rolebindings: 'RoleBinding' };
const FILES = [
  'cluster-roles',
  'controller-roles',
  'cluster-role-bindings',
  'controller-role-bindings',
  'namespace-roles',
  'namespace-role-bindings',
];
const ORDER = Object.values(KINDS);

const at = process.argv.indexOf('--check');
if (at < 0) write();
else process.exitCode = await check(process.argv[at + 1]);

/** Objects that are alike in several versions stand there once, with the versions. */
function write() {
  const entries = new Map();
  for (const [version, release] of Object.entries(releases)) {
    for (const object of readModule(release)) {
      const text = JSON.stringify(object);
      entries.set(text, { versions: [...(entries.get(text)?.versions ?? []), version], object });
    }
  }
  const sorted = [...entries.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  writeFileSync(PATH, `[\n${sorted.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
  console.log(`${sorted.length} objects of ${Object.keys(releases).join(', ')}`);
}

function readModule(release) {
  const cwd = join(import.meta.dirname, '../judges/modules', release);
  const folder = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'], { cwd, encoding: 'utf8' }).trim();
  return FILES.flatMap((file) => {
    const text = readFileSync(join(folder, 'plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata', `${file}.yaml`), 'utf8');
    return yaml.load(text).items.map((item) => toObject(item.kind, item));
  });
}

async function check(version) {
  const server = await startServer(releases[version]);
  try {
    const served = [];
    for (const [plural, kind] of Object.entries(KINDS))
      served.push(...(await listSettled(server, plural)).map((item) => toObject(kind, item)));
    const written = JSON.parse(readFileSync(PATH, 'utf8')).flatMap((entry) => (entry.versions.includes(version) ? [entry.object] : []));
    const byKey = (objects) => new Map(objects.map((object) => [keyOf({ object, versions: [] }), object]));
    const [theirs, ours] = [byKey(served), byKey(written)];
    const wrong = [...new Set([...theirs.keys(), ...ours.keys()])].filter((key) => !isDeepStrictEqual(ours.get(key), theirs.get(key)));
    for (const key of wrong) console.log(`differs: ${key}`);
    console.log(`${version}: ${theirs.size - wrong.length} of ${theirs.size} objects are those of the server`);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await server.stop();
  }
}

async function listSettled(server, plural) {
  let before = -1;
  for (;;) {
    const { items } = await server.get(`/apis/rbac.authorization.k8s.io/v1/${plural}`);
    if (items.length === before && items.length > 0) return items;
    before = items.length;
    await sleep(1000);
  }
}

function keyOf({ object: { kind, metadata }, versions }) {
  return [ORDER.indexOf(kind), metadata.namespace ?? '', metadata.name, versions.join()].join(' ');
}

/** The fields that matter, always in the same order; what is empty is left out. */
function toObject(kind, { metadata: { name, namespace, labels, annotations }, rules, aggregationRule, roleRef, subjects }) {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels: sorted(labels), annotations: sorted(annotations) };
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
    ...(rules === undefined || rules === null || rules.length === 0 ? {} : { rules: rules.map(toRule) }),
    ...(roleRef === undefined ? {} : { roleRef: sorted(roleRef) }),
    ...(subjects === undefined || subjects === null ? {} : { subjects: subjects.map(sorted) }),
  };
}

function toRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) {
  const rule = { verbs, apiGroups, resources, resourceNames, nonResourceURLs };
  return Object.fromEntries(Object.entries(rule).filter(([, list]) => list !== undefined));
}

function sorted(map = {}) {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
