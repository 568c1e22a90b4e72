import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getArray, getAt, getNumber, getObject, getString, hasPoint, type JsonObject, type JsonValue } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listExposures, networkEngine } from '../../../../src/engine/network/index.ts';
import { parseAddress } from '../../../../src/engine/network/address.ts';
import { naiveIsAllowed, isWithin, text } from '../naive-network.ts';
import { deployment, having, node, policy } from '../objects.ts';
import { anyObjects, OUTSIDE } from '../random-world.ts';
import { gateway, grant, ingress, listener, object, route, service } from './objects.ts';

const WEB = deployment('shop/web', { app: 'web' }, { ports: [{ name: 'http', containerPort: 8080 }] });
const toService = (type: string, fields: JsonObject = {}): KubernetesObject =>
  service('shop/web', { type, selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }], ...fields });
const from = (peer: JsonObject): KubernetesObject => policy('shop/p', { podSelector: having({ app: 'web' }), ingress: [{ from: [peer] }] });
const NGINX = deployment('edge/nginx', { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' });
const FRONT = service('edge/front', {
  type: 'LoadBalancer',
  externalTrafficPolicy: 'Local',
  selector: { 'app.kubernetes.io/name': 'ingress-nginx' },
  ports: [{ port: 80 }],
});
const SHOP = ingress('shop/web', 'shop.example.com', { '/': 'web:80' }, { ingressClassName: 'nginx' });
const GATEWAY = gateway('infra/gw', [listener('http', { allowedRoutes: { namespaces: { from: 'All' } } })]);
const ROUTE = route('HTTPRoute', 'pay/r', [{ name: 'gw', namespace: 'infra' }], {
  hostnames: ['pay.example.com'],
  rules: [{ backendRefs: [{ name: 'web', namespace: 'shop', port: 80 }] }],
});
const GRANT = grant('shop/g', { kind: 'HTTPRoute', namespace: 'pay' }, { kind: 'Service' });

/** `kind scope port>target state` of each way to shop/web. */
function ways(objects: readonly KubernetesObject[]): readonly string[] {
  return listExposures(World.of([WEB, ...objects]))
    .filter(({ workload }) => workload.name === 'shop/web')
    .map(({ kind, scope, port, target, state }) => `${kind} ${scope} ${port ?? '?'}>${target} ${state}`);
}

const cases: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  { name: 'a ClusterIP is inside', objects: [toService('ClusterIP')], want: [] },
  { name: 'a load balancer', objects: [toService('LoadBalancer')], want: ['loadBalancer internet 80>8080 open'] },
  {
    name: 'a load balancer kept inside, with the ports of the nodes',
    objects: [
      {
        ...toService('LoadBalancer', { loadBalancerSourceRanges: ['10.0.0.0/8'] }),
        metadata: { namespace: 'shop', name: 'web', annotations: { 'networking.gke.io/load-balancer-type': 'Internal' } },
      },
    ],
    want: ['loadBalancer network 80>8080 open', 'nodePort network 30080>8080 open'],
  },
  {
    name: 'limits of a load balancer, without ports of the nodes',
    objects: [toService('LoadBalancer', { loadBalancerSourceRanges: ['10.0.0.0/8'], allocateLoadBalancerNodePorts: false })],
    want: ['loadBalancer internet 80>8080 open'],
  },
  { name: 'a node port', objects: [toService('NodePort')], want: ['nodePort network 30080>8080 open'] },
  { name: 'external IPs', objects: [toService('ClusterIP', { externalIPs: ['203.0.113.9'] })], want: ['externalIP network 80>8080 open'] },
  {
    name: 'a policy that lets nobody outside in',
    objects: [toService('NodePort'), from({ podSelector: {} })],
    want: ['nodePort network 30080>8080 blocked'],
  },
  {
    name: 'a policy that lets some in, for nodes that are not known',
    objects: [toService('NodePort'), from({ ipBlock: { cidr: '10.0.0.0/8' } })],
    want: ['nodePort network 30080>8080 unknown'],
  },
  {
    name: 'a policy that lets the nodes in',
    objects: [toService('NodePort'), from({ ipBlock: { cidr: '10.0.0.0/8' } }), node('n', '10.1.1.1')],
    want: ['nodePort network 30080>8080 open'],
  },
  {
    name: 'a host port',
    objects: [deployment('shop/web', { app: 'web' }, { ports: [{ containerPort: 9100, hostPort: 9101 }] })],
    want: ['hostPort network 9101>9100 open'],
  },
  {
    name: 'a host port of the node itself',
    objects: [deployment('shop/web', { app: 'web' }, { ports: [{ containerPort: 9100, hostPort: 9101, hostIP: '127.0.0.1' }] })],
    want: [],
  },
  {
    name: "the host's network, whatever policies say",
    objects: [deployment('shop/web', { app: 'web' }, { hostNetwork: true, ports: [{ containerPort: 9100 }] }), from({ podSelector: {} })],
    want: ['hostNetwork network 9100>9100 open'],
  },
  {
    name: 'an Ingress by a controller that is known',
    objects: [toService('ClusterIP'), SHOP, NGINX, FRONT],
    want: ['ingress internet 80>8080 open'],
  },
  {
    name: 'an Ingress by a controller that the policy keeps out',
    objects: [toService('ClusterIP'), SHOP, NGINX, FRONT, from({ podSelector: {} })],
    want: ['ingress internet 80>8080 blocked'],
  },
  {
    name: 'an Ingress by a controller that nobody knows, and a policy that may mean it',
    objects: [toService('ClusterIP'), SHOP, from({ namespaceSelector: having({ name: 'edge' }) })],
    want: ['ingress internet 80>8080 unknown'],
  },
  {
    name: 'an Ingress by a controller that nobody knows, and a policy that cannot mean it',
    objects: [toService('ClusterIP'), SHOP, from({ podSelector: {} })],
    want: ['ingress internet 80>8080 blocked'],
  },
  { name: 'a Gateway without the grant', objects: [toService('ClusterIP'), GATEWAY, ROUTE], want: ['gateway internet 80>8080 blocked'] },
  { name: 'a Gateway with the grant', objects: [toService('ClusterIP'), GATEWAY, ROUTE, GRANT], want: ['gateway internet 80>8080 open'] },
  {
    name: 'a Route of OpenShift',
    objects: [
      toService('ClusterIP'),
      object('route.openshift.io/v1', 'Route', 'shop/r', {
        spec: { host: 'r.example.com', to: { name: 'web' }, port: { targetPort: 'http' } },
      }),
    ],
    want: ['route internet 80>8080 open'],
  },
];
for (const { name, objects, want } of cases) {
  test(`ways from outside: ${name}`, () => {
    assert.deepEqual(ways(objects), want);
  });
}

test('the whole way is told, from the load balancer to the Service of the pods', () => {
  const way = listExposures(World.of([WEB, toService('ClusterIP'), SHOP, NGINX, FRONT])).find(({ kind }) => kind === 'ingress');
  assert.deepEqual(
    way?.hops.map(({ ref, path }) => `${ref.kind} ${ref.name} ${path}`),
    ['Service front /spec/ports/0', 'Ingress web /spec/rules/0/http/paths/0/backend/service', 'Service web /spec/ports/0'],
  );
});

const changes: readonly {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly want: readonly string[];
}[] = [
  {
    name: 'a Service becomes a load balancer',
    before: [toService('ClusterIP')],
    after: [toService('LoadBalancer')],
    want: ['gained KN0104 shop/web'],
  },
  {
    name: 'a grant goes',
    before: [toService('ClusterIP'), GATEWAY, ROUTE, GRANT],
    after: [toService('ClusterIP'), GATEWAY, ROUTE],
    want: ['lost KN0105 shop/web'],
  },
  {
    name: 'a policy comes that keeps the controller out',
    before: [toService('ClusterIP'), SHOP, NGINX, FRONT],
    after: [toService('ClusterIP'), SHOP, NGINX, FRONT, from({ podSelector: {} })],
    want: ['lost KN0105 shop/web'],
  },
  {
    name: 'a workload of no replicas gets some',
    before: [
      {
        ...WEB,
        spec: {
          replicas: 0,
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
          },
        },
      },
      toService('NodePort'),
    ],
    after: [toService('NodePort')],
    want: ['gained KN0104 shop/web'],
  },
  {
    name: 'another port of the same way',
    before: [toService('NodePort')],
    after: [
      service('shop/web', { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', nodePort: 30081 }] }),
    ],
    want: ['gained KN0104 shop/web', 'lost KN0105 shop/web'],
  },
  { name: 'nothing', before: [toService('NodePort')], after: [toService('NodePort')], want: [] },
];
for (const { name, before, after, want } of changes) {
  test(`effects on ways from outside: ${name}`, () => {
    const told = networkEngine
      .compare(World.of([WEB, ...before]), World.of([WEB, ...after]))
      .filter(({ fact }) => fact.code === 'KN0104' || fact.code === 'KN0105')
      .map(({ change, fact }) => `${change} ${fact.code} ${getString(fact.data, 'workload') ?? ''}`);
    assert.deepEqual(told.toSorted(), want);
  });
}

const SENDERS = [...OUTSIDE, '8.8.0.1', '10.0.0.2', '10.1.0.9', '10.2.0.1', '192.168.1.9', '192.168.2.1'];
const anyBalancer = fc
  .record({
    home: fc.constantFrom('x', 'y', 'z'),
    ranges: fc.constantFrom<readonly string[]>([], [], ['10.0.0.0/8'], ['8.8.0.0/16', '192.168.1.0/24'], ['10.1.0.0/16', '0.0.0.0/1']),
    isAnnotated: fc.boolean(),
    selector: fc.constantFrom<JsonObject>({ app: 'a' }, { app: 'b' }, { tier: 'a' }),
    targetPort: fc.constantFrom<JsonValue>(80, 81, 'web'),
  })
  .map(({ home, ranges, isAnnotated, selector, targetPort }) => (index: number): KubernetesObject => {
    const made = service(`${home}/front${index}`, {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      allocateLoadBalancerNodePorts: false,
      selector,
      ports: [{ port: 443, targetPort }],
      ...(isAnnotated ? {} : { loadBalancerSourceRanges: ranges }),
    });
    const annotations = { 'service.beta.kubernetes.io/load-balancer-source-ranges': ranges.join(', ') };
    return isAnnotated ? { ...made, metadata: { ...made.metadata, annotations } } : made;
  });

test('who comes in by a load balancer that keeps the sender is whom a naive reading lets in, on random worlds', (t) => {
  const runs = Number(process.env['KPLAN_EXPOSURE_RUNS'] ?? '400');
  const seed = Number(process.env['KPLAN_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)));
  const counts = { yes: 0, no: 0 };
  fc.assert(
    fc.property(anyObjects, fc.array(anyBalancer, { minLength: 1, maxLength: 4 }), (objects, made) => {
      const fronts = made.map((make, index) => make(index));
      const exposures = listExposures(World.of([...objects, ...fronts])).filter(({ kind }) => kind === 'loadBalancer');
      const ends = fronts.flatMap((front) => naiveEnds(objects, front));
      const told = exposures.map(({ hops, workload, target }) => `${hops[0]?.ref.name ?? ''} ${workload.name} ${target}`);
      assert.deepEqual(told.toSorted(), ends.map(({ front, pod, port }) => `${front} ${pod} ${port}`).toSorted());
      for (const { front, pod, port, ranges } of ends) {
        const exposure = exposures.find(({ hops, workload }) => hops[0]?.ref.name === front && workload.name === pod);
        for (const address of SENDERS) {
          const isIn = ranges.length === 0 || ranges.some((range) => isWithin(address, range));
          const want = isIn && naiveIsAllowed(objects, { from: address, to: pod, protocol: 'TCP', port }).ingress;
          const isTold = exposure?.state === 'open' && hasPoint(exposure.sources, parseAddress(address) ?? -1n);
          assert.equal(isTold, want, `${address} ${pod}`);
          counts[want ? 'yes' : 'no']++;
        }
      }
    }),
    { numRuns: runs, seed },
  );
  t.diagnostic(`seed ${seed}: ${counts.yes + counts.no} senders of outside, ${counts.no} of them kept out`);
  assert.ok(counts.yes > 50 && counts.no > 50, JSON.stringify(counts));
});

interface NaiveEnd {
  readonly front: string;
  readonly pod: string;
  readonly port: number;
  readonly ranges: readonly string[];
}

/** The pods behind a load balancer, with the port that it asks of each, and the ranges that it lets in. */
function naiveEnds(objects: readonly KubernetesObject[], front: KubernetesObject): readonly NaiveEnd[] {
  const annotated = getString(front, 'metadata', 'annotations', 'service.beta.kubernetes.io/load-balancer-source-ranges') ?? '';
  const listed = getArray(front, 'spec', 'loadBalancerSourceRanges').map(String);
  const ranges = listed.length > 0 || annotated === '' ? listed : annotated.split(', ');
  const [key, value] = Object.entries(getObject(front, 'spec', 'selector') ?? {})[0] ?? ['', ''];
  const wanted = getAt(front, 'spec', 'ports', 0, 'targetPort');
  return objects.flatMap((pod) => {
    const isOwn = pod.kind === 'Pod' && text(pod, 'namespace') === text(front, 'namespace');
    if (!isOwn || getString(pod, 'metadata', 'labels', key) !== value) return [];
    const declared = getArray(pod, 'spec', 'containers', 0, 'ports').find(
      (item) => getString(item, 'name') === wanted && getString(item, 'protocol') === 'TCP',
    );
    const port = typeof wanted === 'number' ? wanted : getNumber(declared, 'containerPort');
    return port === undefined ? [] : [{ front: text(front, 'name'), pod: `${text(pod, 'namespace')}/${text(pod, 'name')}`, port, ranges }];
  });
}
