// Writes src/engine/rbac/bootstrap-policy.json: the roles and bindings that a fresh kube-apiserver makes, as one makes them.
//   node scripts/rbac/record-bootstrap-policy.mjs [RELEASE]      (default v1.36.3; needs scripts/judges/build.sh RELEASE and etcd)
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../schemas/server.mjs';

const release = process.argv[2] ?? 'v1.36.3';
const KINDS = { clusterroles: 'ClusterRole', clusterrolebindings: 'ClusterRoleBinding', roles: 'Role', rolebindings: 'RoleBinding' };

const server = await startServer(release);
try {
  const objects = [];
  for (const [plural, kind] of Object.entries(KINDS)) objects.push(...(await listSettled(plural)).map((item) => toLine(kind, item)));
  writeFileSync(new URL('../../src/engine/rbac/bootstrap-policy.json', import.meta.url), `[\n${objects.join(',\n')}\n]\n`);
  console.log(`${objects.length} objects of ${release}`);
} finally {
  await server.stop();
}

async function listSettled(plural) {
  let before = -1;
  for (;;) {
    const { items } = await server.get(`/apis/rbac.authorization.k8s.io/v1/${plural}`);
    if (items.length === before && items.length > 0) return items;
    before = items.length;
    await sleep(1000);
  }
}

function toLine(kind, item) {
  const { name, namespace, labels, annotations } = item.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels, annotations };
  const { rules, aggregationRule, roleRef, subjects } = item;
  return JSON.stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
    ...(rules === undefined || rules === null ? {} : { rules }),
    ...(roleRef === undefined ? {} : { roleRef }),
    ...(subjects === undefined ? {} : { subjects }),
  });
}
