import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { describe as toSentence, World, type KubernetesObject } from '../../../src/model/index.ts';
import { createNetworkEngine, NO_NETWORK_SETTINGS } from '../../../src/engine/network/index.ts';
import { deployment, having, policy } from './objects.ts';
import { service } from './traffic/objects.ts';

const web = (env: readonly JsonValue[], args: readonly string[] = []): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i', env, args }] } } },
});
const NAMED = web([{ name: 'DB_HOST', value: 'db' }]);
const DB = deployment('shop/db', { app: 'db' }, { ports: [{ name: 'sql', containerPort: 5432 }] });
const OTHER = deployment('shop/other', { app: 'other' }, { ports: [{ containerPort: 5432 }] });
const SHUT = policy('shop/shut', { podSelector: having({ app: 'other' }), policyTypes: ['Ingress'] });
const db = (fields: JsonObject = {}): KubernetesObject =>
  service('shop/db', { selector: { app: 'db' }, ports: [{ port: 5432, targetPort: 'sql' }], ...fields });

const pods = (name: string, labels: Readonly<Record<string, string>>): KubernetesObject =>
  deployment(`shop/${name}`, labels, { ports: [{ name: 'sql', containerPort: 5432 }] });

const cases: readonly {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly want: readonly string[];
}[] = [
  { name: 'a Service as it was', before: [NAMED, DB, db()], after: [NAMED, DB, db()], want: [] },
  {
    name: 'a selector that selects nobody',
    before: [NAMED, DB, db()],
    after: [NAMED, DB, db({ selector: { app: 'dd' } })],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: Service shop/db leads nowhere: no pod has the labels that it selects: app=dd',
    ],
  },
  {
    name: 'a selector of pods that a policy shuts',
    before: [NAMED, DB, OTHER, SHUT, db()],
    after: [NAMED, DB, OTHER, SHUT, db({ selector: { app: 'other' }, ports: [{ port: 5432 }] })],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: no rule allows it of the policy that selects shop/other: shop/shut',
    ],
  },
  {
    name: 'another port, while the client keeps the old one',
    before: [web([{ name: 'DB_URL', value: 'postgres://db:5432/shop' }]), DB, db()],
    after: [web([{ name: 'DB_URL', value: 'postgres://db:5432/shop' }]), DB, db({ ports: [{ port: 5433, targetPort: 'sql' }] })],
    want: ['shop/web can no longer reach Service shop/db TCP 5432, which it names: Service shop/db has no port TCP 5432: it has TCP 5433'],
  },
  {
    name: 'another port, while a client that names none follows',
    before: [web([], ['--db=tcp://db:5432']), DB, db()],
    after: [web([], ['--db=tcp://db:5433']), DB, db({ ports: [{ port: 5433, targetPort: 'sql' }] })],
    want: [],
  },
  {
    name: 'a Service that goes',
    before: [NAMED, DB, db()],
    after: [NAMED, DB],
    want: ['shop/web can no longer reach Service shop/db TCP 5432, which it names: db: no Service or pod has this name'],
  },
  {
    name: 'a Service that leads to pods again',
    before: [NAMED, DB, db({ selector: { app: 'dd' } })],
    after: [NAMED, DB, db()],
    want: ['shop/web can reach Service shop/db TCP 5432 again, which it names'],
  },
  {
    name: 'the only pod leaves by a label of its own',
    before: [NAMED, DB, db()],
    after: [NAMED, pods('db', { app: 'dd' }), db()],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: Service shop/db leads nowhere: no pod has the labels that it selects: app=db',
    ],
  },
  {
    name: 'a pod leaves by a label of its own, and another stays',
    before: [NAMED, DB, pods('db-2', { app: 'db' }), db()],
    after: [NAMED, pods('db', { app: 'dd' }), pods('db-2', { app: 'db' }), db()],
    want: [],
  },
  {
    name: 'a pod comes by a label of its own to a Service that led nowhere',
    before: [NAMED, pods('db', { app: 'dd' }), db()],
    after: [NAMED, DB, db()],
    want: ['shop/web can reach Service shop/db TCP 5432 again, which it names'],
  },
  {
    name: 'a label that the Service does not look at',
    before: [NAMED, DB, db()],
    after: [NAMED, pods('db', { app: 'db', version: '2' }), db()],
    want: [],
  },
  {
    name: 'pods of one Service go over to another that the client does not name',
    before: [NAMED, pods('other', { app: 'dd' }), DB, db(), service('shop/two', { selector: { app: 'dd' }, ports: [{ port: 5432 }] })],
    after: [NAMED, pods('other', { app: 'db' }), DB, db(), service('shop/two', { selector: { app: 'dd' }, ports: [{ port: 5432 }] })],
    want: [],
  },
  {
    name: 'the port that a Service names goes from its pods',
    before: [NAMED, DB, db()],
    after: [NAMED, deployment('shop/db', { app: 'db' }, { ports: [{ name: 'pg', containerPort: 5432 }] }), db()],
    want: ['shop/web can no longer reach Service shop/db TCP 5432, which it names: no container of shop/db has a TCP port named sql'],
  },
  {
    name: 'a client that names the Service no longer',
    before: [NAMED, DB, db()],
    after: [web([{ name: 'DB_HOST', value: 'elsewhere.example.com' }]), pods('db', { app: 'dd' }), db()],
    want: [],
  },
  {
    name: 'pods by whose label a policy shuts them: told as a closed connection',
    before: [NAMED, DB, db(), policy('shop/shut', { podSelector: having({ shut: 'yes' }), policyTypes: ['Ingress'] })],
    after: [
      NAMED,
      pods('db', { app: 'db', shut: 'yes' }),
      db(),
      policy('shop/shut', { podSelector: having({ shut: 'yes' }), policyTypes: ['Ingress'] }),
    ],
    want: [],
  },
  {
    name: 'the only workload of a Service goes',
    before: [NAMED, DB, db()],
    after: [NAMED, db()],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: Service shop/db leads nowhere: no pod has the labels that it selects: app=db',
    ],
  },
  {
    name: 'a workload of a Service goes, and another stays',
    before: [NAMED, DB, pods('db-2', { app: 'db' }), db()],
    after: [NAMED, pods('db-2', { app: 'db' }), db()],
    want: [],
  },
  {
    name: 'the workload of a Service has another name',
    before: [NAMED, DB, db()],
    after: [NAMED, pods('db-2', { app: 'db' }), db()],
    want: [],
  },
  {
    name: 'the workload of a Service has another name, and a policy that shuts it',
    before: [NAMED, DB, db(), SHUT],
    after: [
      NAMED,
      pods('db-2', { app: 'db' }),
      db(),
      SHUT,
      policy('shop/shut-2', { podSelector: having({ app: 'db' }), policyTypes: ['Ingress'] }),
    ],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: no rule allows it of the policy that selects shop/db-2: shop/shut-2',
    ],
  },
  {
    name: 'a workload comes to a Service that led nowhere',
    before: [NAMED, db()],
    after: [NAMED, DB, db()],
    want: ['shop/web can reach Service shop/db TCP 5432 again, which it names'],
  },
  {
    name: 'a workload comes whose pods a policy shuts: some of what the client sends is lost',
    before: [NAMED, DB, db(), SHUT],
    after: [NAMED, DB, pods('other', { app: 'other', part: 'db' }), SHUT, db()],
    want: [],
  },
  {
    name: 'pods come by a label of theirs, and a policy refuses the client',
    before: [
      NAMED,
      DB,
      pods('late', { app: 'late', shut: 'yes' }),
      db(),
      policy('shop/shut', { podSelector: having({ shut: 'yes' }), policyTypes: ['Ingress'] }),
    ],
    after: [
      NAMED,
      DB,
      pods('late', { app: 'db', shut: 'yes' }),
      db(),
      policy('shop/shut', { podSelector: having({ shut: 'yes' }), policyTypes: ['Ingress'] }),
    ],
    want: [
      'shop/web can no longer reach Service shop/db TCP 5432, which it names: no rule allows it of the policy that selects shop/late: shop/shut',
    ],
  },
  {
    name: 'a policy closes the pods of a Service: told once',
    before: [NAMED, OTHER, db({ selector: { app: 'other' }, ports: [{ port: 5432 }] })],
    after: [NAMED, OTHER, SHUT, db({ selector: { app: 'other' }, ports: [{ port: 5432 }] })],
    want: [],
  },
];
for (const { name, before, after, want } of cases) {
  test(`clients of a Service: ${name}`, () => {
    const engine = createNetworkEngine(NO_NETWORK_SETTINGS);
    const told = engine
      .compare(World.of(before), World.of(after))
      .filter(({ fact }) => fact.code === 'KN0107')
      .map(({ change, fact: { code, data } }) => toSentence({ code, data, change }));
    assert.deepEqual(told, want);
  });
}

test('a closed connection tells of the Service by which its sender used it', () => {
  const shut = policy('shop/shut', {
    podSelector: having({ app: 'db' }),
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: having({ app: 'other' }) }] }],
  });
  const told = createNetworkEngine(NO_NETWORK_SETTINGS)
    .compare(
      World.of([NAMED, DB, db(), policy('shop/open', { podSelector: having({ app: 'db' }), ingress: [{ from: [{ podSelector: {} }] }] })]),
      World.of([NAMED, DB, db(), shut]),
    )
    .filter(({ fact }) => fact.code === 'KN0102')
    .map(({ change, fact: { code, data } }) => toSentence({ code, data, change }));
  assert.ok(told.includes('shop/web -> shop/db all connections close: the way of shop/web to Service shop/db'), told.join('\n'));
});

test('pods that leave a Service by a label are where clients are told that they lost it', () => {
  const engine = createNetworkEngine(NO_NETWORK_SETTINGS);
  const told = engine.compare(World.of([NAMED, DB, db()]), World.of([NAMED, pods('db', { app: 'dd' }), db()]));
  const [fact] = told.filter(({ fact: { code } }) => code === 'KN0107').map((change) => change.fact);
  assert.deepEqual(
    fact?.objects.map(({ ref, path }) => `${ref.kind} ${ref.name} ${path ?? ''}`),
    ['Service db ', 'Service db /spec/selector', 'Deployment db /spec/template/metadata/labels', 'Deployment web '],
  );
});
