// Writes fixtures/rbac/server-verdicts.json: a random but seeded world of roles and bindings, put into a real kube-apiserver,
// and its answers to random SubjectAccessReviews.
//   node scripts/rbac/record-server-verdicts.mjs [RELEASE] [SEED]     (default v1.36.3 5; needs scripts/judges/build.sh RELEASE and etcd)
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../schemas/server.mjs';

const [release = 'v1.36.3', seedText = '5'] = process.argv.slice(2);
const REVIEWS = 400;
const API = '/apis/rbac.authorization.k8s.io/v1';

let state = Number(seedText);
const below = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >>> 8) % n;
};
const pick = (list) => list[below(list.length)];
const some = (list, most) => [...new Set(Array.from({ length: 1 + below(most) }, () => pick(list)))];

const NAMESPACES = ['shop', 'payments', 'kube-system'];
const GROUPS = ['', 'apps', 'extensions', '*', 'metrics.k8s.io'];
const RESOURCES = [
  'pods',
  'pods/log',
  'pods/*',
  '*',
  '*/scale',
  '*/*',
  'deployments',
  'deployments/scale',
  'secrets',
  'namespaces',
  'nodes',
];
const VERBS = ['get', 'list', 'watch', 'create', 'delete', '*', 'use'];
const NAMES = ['a', 'b', '*', 'shop'];
const URLS = ['*', '/healthz', '/healthz/*', '/metrics*', '/a/*/b', '/logs/**', '/'];
const USERS = ['jane', 'joe', '*', 'system:serviceaccount:shop:default'];
const TEAMS = ['ops', 'system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:shop'];

const resourceRule = () => ({
  verbs: some(VERBS, 2),
  apiGroups: some(GROUPS, 2),
  resources: some(RESOURCES, 2),
  ...(below(4) === 0 ? { resourceNames: some(NAMES, 2) } : {}),
});
const urlRule = () => ({ verbs: some(['get', 'post', '*'], 1), nonResourceURLs: some(URLS, 2) });
const rules = (withUrls) => Array.from({ length: 1 + below(2) }, () => (withUrls && below(3) === 0 ? urlRule() : resourceRule()));
const subject = (needsNamespace) => {
  const api = 'rbac.authorization.k8s.io';
  switch (below(3)) {
    case 0:
      return { kind: 'User', apiGroup: api, name: pick(USERS) };
    case 1:
      return { kind: 'Group', apiGroup: api, name: pick(TEAMS) };
    default:
      return {
        kind: 'ServiceAccount',
        name: pick(['default', 'ci']),
        ...(needsNamespace || below(2) === 0 ? { namespace: pick(NAMESPACES) } : {}),
      };
  }
};
const object = (kind, metadata, fields) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, ...fields });
const reference = (kind, name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });

const world = [
  ...Array.from({ length: 10 }, (_, i) => object('ClusterRole', { name: `c${i}` }, { rules: rules(true) })),
  ...Array.from({ length: 10 }, (_, i) => object('Role', { name: `r${i}`, namespace: pick(NAMESPACES) }, { rules: rules(false) })),
  ...Array.from({ length: 7 }, (_, i) =>
    object(
      'ClusterRoleBinding',
      { name: `cb${i}` },
      { roleRef: reference('ClusterRole', `c${below(11)}`), subjects: [subject(true), subject(true)] },
    ),
  ),
  ...Array.from({ length: 14 }, (_, i) => {
    const role = below(2) === 0 ? reference('ClusterRole', `c${below(10)}`) : reference('Role', `r${below(12)}`);
    return object(
      'RoleBinding',
      { name: `b${i}`, namespace: pick(NAMESPACES) },
      { roleRef: role, subjects: [subject(false), subject(false)] },
    );
  }),
];

const review = () => {
  const namespace = pick(['', ...NAMESPACES, 'other']);
  const account = pick(['default', 'ci']);
  const home = pick(NAMESPACES);
  const who = pick([
    { user: 'jane', groups: ['system:authenticated'] },
    { user: 'joe', groups: ['ops', 'system:authenticated'] },
    { user: '*', groups: [] },
    { user: 'root', groups: ['system:masters'] },
    { user: 'system:anonymous', groups: ['system:unauthenticated'] },
    { user: 'system:kube-scheduler', groups: ['system:authenticated'] },
    {
      user: `system:serviceaccount:${home}:${account}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${home}`, 'system:authenticated'],
    },
    { user: 'system:serviceaccount:kube-system:deployment-controller', groups: ['system:authenticated'] },
  ]);
  if (below(5) === 0) {
    const path = pick(['/healthz', '/healthz/etcd', '/metrics', '/a/x/b', '/a/*/b', '/logs/', '/', '/version', '/api']);
    return { ...who, nonResourceAttributes: { verb: pick(['get', 'post']), path } };
  }
  const [resource, subresource = ''] = pick([
    'pods',
    'pods/log',
    'deployments',
    'deployments/scale',
    'secrets',
    'namespaces',
    'nodes',
    'x/scale',
  ]).split('/');
  const attributes = {
    verb: pick(VERBS),
    group: pick(['', '', 'apps', 'extensions']),
    resource,
    subresource,
    namespace,
    name: pick(['', 'a', 'shop', '*']),
  };
  return { ...who, resourceAttributes: attributes };
};

const server = await startServer(release);
try {
  for (const name of NAMESPACES) await server.send('POST', '/api/v1/namespaces', { metadata: { name } });
  for (const item of world) await create(item);
  await sleep(3000);
  const verdicts = [];
  for (let i = 0; i < REVIEWS; i += 1) {
    const spec = review();
    const answer = await server.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}`);
    const { allowed, reason = '' } = JSON.parse(answer.body).status;
    verdicts.push({ spec, allowed, reason });
  }
  const lines = (list) => list.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
  const text = `{\n  "release": "${release}",\n  "objects": [\n${lines(world)}\n  ],\n  "verdicts": [\n${lines(verdicts)}\n  ]\n}\n`;
  writeFileSync(new URL('../../fixtures/rbac/server-verdicts.json', import.meta.url), text);
  console.log(`${verdicts.length} verdicts, ${verdicts.filter(({ allowed }) => allowed).length} allowed`);
} finally {
  await server.stop();
}

async function create(item) {
  const plural = `${item.kind.toLowerCase()}s`;
  const { namespace } = item.metadata;
  const path = namespace === undefined ? `${API}/${plural}` : `${API}/namespaces/${namespace}/${plural}`;
  const answer = await server.send('POST', path, item);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.body}`);
}
