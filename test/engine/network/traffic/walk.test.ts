import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specOf, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { PROTOCOLS, walkPacket } from '../../../../src/engine/network/index.ts';
import { deployment, having, node, policy } from '../objects.ts';
import { gateway, grant, ingress, listener, object, route, service, slice } from './objects.ts';

const WEB = deployment('shop/web', { app: 'web' }, { ports: [{ name: 'http', containerPort: 8080 }] });
const CLIENT = deployment('shop/client', { app: 'client' });
const NGINX = deployment('ingress-nginx/controller', {
  'app.kubernetes.io/name': 'ingress-nginx',
  'app.kubernetes.io/component': 'controller',
});
const CLASS = object('networking.k8s.io/v1', 'IngressClass', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } });
const PORTS = [{ name: 'http', port: 80, targetPort: 'http' }];
const SERVICE = service('shop/web', { selector: { app: 'web' }, ports: PORTS });
const DENY = policy('shop/deny', { podSelector: having({ app: 'web' }), policyTypes: ['Ingress'] });
const FROM_CLIENT = policy('shop/client', {
  podSelector: having({ app: 'web' }),
  ingress: [{ from: [{ podSelector: having({ app: 'client' }) }], ports: [{ port: 'http' }] }],
});
const NO_EGRESS = policy('shop/none', { podSelector: having({ app: 'client' }), policyTypes: ['Egress'] });
const from = (cidr: string): KubernetesObject =>
  policy('shop/from', { podSelector: having({ app: 'web' }), ingress: [{ from: [{ ipBlock: { cidr } }] }] });
const balancer = (fields: KubernetesObject['metadata'] = {}): KubernetesObject =>
  service('shop/web', { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ ...PORTS[0], nodePort: 30080 }], ...fields });
const FRONT = service('ingress-nginx/front', {
  type: 'LoadBalancer',
  loadBalancerSourceRanges: ['8.0.0.0/8'],
  selector: { 'app.kubernetes.io/name': 'ingress-nginx' },
  ports: [{ port: 80 }],
});
const dnsOnly = (name: string): KubernetesObject =>
  policy('shop/dns', {
    podSelector: having({ app: name.split('/')[1] ?? '' }),
    egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }] }],
  });
const SHOP = ingress('shop/web', 'shop.example.com', { '/': 'web:http', '/api': 'api:80' }, { ingressClassName: 'nginx' });
const API = [deployment('shop/api', { app: 'api' }), service('shop/api', { selector: { app: 'api' }, ports: [{ port: 80 }] })];

/** `from > to port/protocol: yes`, or `no`, with the kind of the step where it ends and a part of what that says. */
const cases: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly ask: string;
  readonly ends?: readonly [kind: string, text: RegExp];
  /** Whether nobody can say that it ends there. */
  readonly isUnknown?: true;
}[] = [
  { name: 'a Service by its name, to a named port', objects: [SERVICE], ask: 'shop/client > web 80' },
  {
    name: 'by namespace and name, for no workload has it',
    objects: [service('shop/front', { selector: { app: 'web' }, ports: PORTS })],
    ask: 'shop/client > shop/front 80',
  },
  {
    name: 'a port that the Service has not',
    objects: [SERVICE],
    ask: 'shop/client > web 8080',
    ends: ['service', /has no port TCP 8080: it has TCP 80/],
  },
  { name: 'another protocol', objects: [SERVICE], ask: 'shop/client > web 80/UDP', ends: ['service', /no port UDP 80/] },
  {
    name: 'a name that no container port has',
    objects: [service('shop/web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'metrics' }] })],
    ask: 'shop/client > web 80',
    ends: ['translation', /no container of shop\/web has a TCP port named metrics/],
  },
  {
    name: 'a selector that selects nothing',
    objects: [service('shop/web', { selector: { app: 'wep' }, ports: PORTS })],
    ask: 'shop/client > web 80',
    ends: ['translation', /no pod has the labels that it selects: app=wep/],
  },
  {
    name: 'a workload of no replicas',
    objects: [SERVICE, { ...WEB, spec: { ...specOf(WEB), replicas: 0 } }],
    ask: 'shop/client > web 80',
    ends: ['translation', /leads nowhere/],
  },
  { name: 'the policy of the receiver', objects: [SERVICE, DENY], ask: 'shop/client > web 80', ends: ['ingress', /shop\/deny/] },
  { name: 'policies see the port of the pod', objects: [SERVICE, FROM_CLIENT], ask: 'shop/client > web 80' },
  {
    name: 'a sender that may not ask DNS',
    objects: [SERVICE, NO_EGRESS],
    ask: 'shop/client > web 80',
    ends: ['dns', /may not ask the DNS/],
  },
  {
    name: 'endpoints by hand',
    objects: [service('shop/ext', { ports: [{ port: 80 }] }), slice('shop/ext-1', 'ext', [{ addresses: ['10.3.4.5'] }], [{ port: 9000 }])],
    ask: 'shop/client > ext 80',
  },
  {
    name: 'endpoints by hand that are not ready',
    objects: [
      service('shop/ext', { ports: [{ port: 80 }] }),
      slice('shop/ext-1', 'ext', [{ addresses: ['10.3.4.5'], conditions: { ready: false } }], [{ port: 9000 }]),
    ],
    ask: 'shop/client > ext 80',
    ends: ['translation', /no EndpointSlice/],
  },
  {
    name: 'Endpoints of old',
    objects: [
      service('shop/ext', { ports: [{ port: 80 }] }),
      object('v1', 'Endpoints', 'shop/ext', { subsets: [{ addresses: [{ ip: '10.3.4.5' }], ports: [{ port: 9000 }] }] }),
    ],
    ask: 'shop/client > ext 80',
  },
  {
    name: 'a headless Service has every port of its pods',
    objects: [service('shop/web', { clusterIP: 'None', selector: { app: 'web' }, ports: PORTS })],
    ask: 'shop/client > web 8080',
  },
  {
    name: 'an address of a Service',
    objects: [service('shop/web', { clusterIP: '10.96.0.9', selector: { app: 'web' }, ports: PORTS })],
    ask: 'shop/client > 10.96.0.9 80',
  },
  {
    name: 'a name outside, for a sender that may go anywhere',
    objects: [],
    ask: 'shop/client > api.example.com 443',
  },
  {
    name: 'a name outside, for a sender that may go to some addresses',
    objects: [
      policy('shop/e', {
        podSelector: having({ app: 'client' }),
        egress: [
          { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
          { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }] },
        ],
      }),
    ],
    ask: 'shop/client > api.example.com 443',
    ends: ['egress', /10\.0\.0\.0\/8 alone/],
    isUnknown: true,
  },
  { name: 'a load balancer, from outside', objects: [balancer()], ask: '8.8.8.8 > shop/Service/web 80' },
  {
    name: 'a load balancer that lets others in',
    objects: [balancer({ loadBalancerSourceRanges: ['9.0.0.0/8'] })],
    ask: '8.8.8.8 > shop/Service/web 80',
    ends: ['service', /lets only 9\.0\.0\.0\/8 in/],
  },
  {
    name: 'with externalTrafficPolicy Local policies see the sender',
    objects: [balancer({ externalTrafficPolicy: 'Local' }), from('8.0.0.0/8')],
    ask: '8.8.8.8 > shop/Service/web 80',
  },
  {
    name: 'with externalTrafficPolicy Cluster policies see a node, whose address is not known',
    objects: [balancer(), from('8.0.0.0/8')],
    ask: '8.8.8.8 > shop/Service/web 80',
    ends: ['ingress', /the address of a node, which is not known/],
    isUnknown: true,
  },
  {
    name: 'or is known, and let in',
    objects: [balancer(), from('192.168.0.0/16'), node('n1', '192.168.0.1')],
    ask: '8.8.8.8 > shop/Service/web 80',
  },
  {
    name: 'or is known, and one of them is not let in',
    objects: [balancer(), from('192.168.0.0/24'), node('n1', '192.168.0.1'), node('n2', '192.168.1.1')],
    ask: '8.8.8.8 > shop/Service/web 80',
    ends: ['ingress', /shop\/from/],
  },
  { name: 'a node port, by the node', objects: [balancer(), node('n1', '192.168.0.1')], ask: 'shop/client > 192.168.0.1 30080' },
  {
    name: 'a host port, by the node',
    objects: [deployment('shop/agent', { app: 'agent' }, { ports: [{ containerPort: 9100, hostPort: 9101 }] }), node('n1', '192.168.0.1')],
    ask: '8.8.8.8 > 192.168.0.1 9101',
  },
  { name: 'an Ingress, from outside', objects: [SERVICE, SHOP, CLASS, NGINX, FRONT, ...API], ask: '8.8.8.8 > shop.example.com 80' },
  { name: 'its path', objects: [SERVICE, SHOP, CLASS, NGINX, FRONT, DENY, ...API], ask: '8.8.8.8 > http://shop.example.com/api/v1 80' },
  {
    name: 'a controller that no Service leads to',
    objects: [SERVICE, SHOP, CLASS, NGINX, ...API],
    ask: '8.8.8.8 > shop.example.com 80',
    ends: ['door', /no Service that is known leads from outside to ingress-nginx\/controller on TCP 80/],
    isUnknown: true,
  },
  {
    name: 'a controller whose node shows its port',
    objects: [
      SERVICE,
      SHOP,
      CLASS,
      deployment(
        'ingress-nginx/controller',
        { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
        { ports: [{ containerPort: 8000, hostPort: 80 }] },
      ),
      ...API,
    ],
    ask: '8.8.8.8 > shop.example.com 80',
  },
  {
    name: 'a served host for a sender that may not leave',
    objects: [SERVICE, SHOP, CLASS, ...API, dnsOnly('shop/client')],
    ask: 'shop/client > shop.example.com 80',
    ends: ['egress', /shop\/dns/],
  },
  {
    name: 'a rule whose backends all weigh nothing',
    objects: [
      SERVICE,
      gateway('shop/gw', [listener('http')]),
      route('HTTPRoute', 'shop/r', [{ name: 'gw' }], {
        hostnames: ['shop.example.com'],
        rules: [{ backendRefs: [{ name: 'web', port: 80, weight: 0 }] }],
      }),
    ],
    ask: '8.8.8.8 > shop.example.com 80',
    ends: ['route', /sends nothing to a Service/],
  },
  {
    name: 'a copy of requests that nobody takes',
    objects: [
      SERVICE,
      gateway('shop/gw', [listener('http')]),
      route('HTTPRoute', 'shop/r', [{ name: 'gw' }], {
        hostnames: ['shop.example.com'],
        rules: [
          {
            backendRefs: [{ name: 'web', port: 80 }],
            filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'gone', port: 80 } } }],
          },
        ],
      }),
    ],
    ask: '8.8.8.8 > shop.example.com 80',
  },
  {
    name: 'another path',
    objects: [SERVICE, SHOP, CLASS, NGINX, DENY, ...API],
    ask: '8.8.8.8 > http://shop.example.com/apis 80',
    ends: ['ingress', /shop\/deny/],
  },
  {
    name: 'all its paths',
    objects: [SERVICE, SHOP, CLASS, NGINX, DENY, ...API],
    ask: '8.8.8.8 > shop.example.com 80',
    ends: ['ingress', /shop\/deny/],
  },
  {
    name: 'a port that it is not served on',
    objects: [SERVICE, SHOP, CLASS, NGINX],
    ask: '8.8.8.8 > shop.example.com 443',
    ends: ['route', /served on TCP 80, not on TCP 443/],
  },
  {
    name: 'a front that lets others in',
    objects: [SERVICE, SHOP, CLASS, NGINX, FRONT, ...API],
    ask: '9.9.9.9 > shop.example.com 80',
    ends: ['door', /lets only 8\.0\.0\.0\/8 in/],
  },
  {
    name: 'a backend that is not there',
    objects: [SERVICE, SHOP, CLASS, NGINX],
    ask: '8.8.8.8 > shop.example.com 80',
    ends: ['service', /there is no Service shop\/api/],
  },
  {
    name: 'an Ingress of no class where none is the default',
    objects: [SERVICE, CLASS, ingress('shop/web', 'shop.example.com', { '/': 'web:80' })],
    ask: '8.8.8.8 > shop.example.com 80',
    ends: ['route', /none is the default/],
  },
  {
    name: 'a Gateway, across namespaces with a grant',
    objects: [
      SERVICE,
      gateway('infra/gw', [listener('http', { allowedRoutes: { namespaces: { from: 'All' } } })]),
      route('HTTPRoute', 'pay/r', [{ name: 'gw', namespace: 'infra' }], {
        hostnames: ['pay.example.com'],
        rules: [{ backendRefs: [{ name: 'web', namespace: 'shop', port: 80 }] }],
      }),
      grant('shop/g', { kind: 'HTTPRoute', namespace: 'pay' }, { kind: 'Service' }),
    ],
    ask: '8.8.8.8 > pay.example.com 80',
  },
  {
    name: 'a Route of OpenShift',
    objects: [
      SERVICE,
      object('route.openshift.io/v1', 'Route', 'shop/r', {
        spec: { host: 'r.example.com', to: { kind: 'Service', name: 'web' }, tls: {} },
      }),
    ],
    ask: '8.8.8.8 > r.example.com 443',
  },
  {
    name: 'by a proxy that is not among the objects, which a rule may mean',
    objects: [
      SERVICE,
      SHOP,
      policy('shop/p', { podSelector: having({ app: 'web' }), ingress: [{ from: [{ namespaceSelector: having({ a: 'b' }) }] }] }),
    ],
    ask: '8.8.8.8 > http://shop.example.com/x 80',
    ends: ['ingress', /a rule may mean the proxy/],
    isUnknown: true,
  },
  {
    name: 'by a proxy that is not among the objects, which no rule means',
    objects: [SERVICE, SHOP, policy('shop/p', { podSelector: having({ app: 'web' }), policyTypes: ['Ingress'] })],
    ask: '8.8.8.8 > http://shop.example.com/x 80',
    ends: ['ingress', /no rule allows it/],
  },
  {
    name: 'a name, where a rule may mean the DNS that is not among the objects',
    objects: [
      SERVICE,
      policy('shop/e', {
        podSelector: having({ app: 'client' }),
        egress: [
          { to: [{ podSelector: {} }] },
          { to: [{ namespaceSelector: having({ role: 'dns' }) }], ports: [{ port: 53, protocol: 'UDP' }] },
        ],
      }),
    ],
    ask: 'shop/client > web 80',
    ends: ['dns', /a rule may mean its pods/],
    isUnknown: true,
  },
];
for (const { name, objects, ask, ends, isUnknown = false } of cases) {
  test(`the way of a packet: ${name}`, () => {
    const [sender = '', , to = '', wanted = ''] = ask.split(' ');
    const [port = '', protocol = 'TCP'] = wanted.split('/');
    const world = World.of([WEB, CLIENT, ...objects]);
    const walk = walkPacket(world, {
      from: sender,
      to,
      port: Number(port),
      protocol: PROTOCOLS.find((known) => known === protocol) ?? 'TCP',
    });
    assert.ok(walk.kind === 'walk');
    const refused = walk.steps.find(({ ok, isDoubtful }) => (isUnknown ? isDoubtful === true : ok === false));
    assert.equal(walk.isUnknown, isUnknown);
    assert.equal(refused?.kind, ends?.[0], JSON.stringify(walk.steps, undefined, 1));
    if (ends !== undefined) assert.match(refused?.text ?? '', ends[1]);
    assert.equal(walk.allowed, ends === undefined);
  });
}

test('an end that is not there is named', () => {
  const world = World.of([WEB]);
  assert.deepEqual(walkPacket(world, { from: 'shop/none', to: 'web', protocol: 'TCP', port: 80 }), {
    kind: 'unknown-end',
    end: 'shop/none',
  });
  assert.deepEqual(walkPacket(world, { from: 'shop/web', to: 'shop/none', protocol: 'TCP', port: 80 }), {
    kind: 'unknown-end',
    end: 'shop/none',
  });
});

test('every step of a way names its object and the place in it', () => {
  const walk = walkPacket(World.of([WEB, CLIENT, SERVICE, FROM_CLIENT]), { from: 'shop/client', to: 'web', protocol: 'TCP', port: 80 });
  assert.ok(walk.kind === 'walk');
  assert.deepEqual(
    walk.steps.map(({ kind, ref, path }) => [kind, ref?.kind, path]),
    [
      ['dns', undefined, undefined],
      ['name', 'Service', undefined],
      ['service', 'Service', '/spec/ports/0'],
      ['translation', 'Service', '/spec/ports/0'],
      ['egress', undefined, undefined],
      ['ingress', 'NetworkPolicy', '/spec/ingress/0'],
      ['port', 'Deployment', '/spec/template/spec/containers/0/ports/0'],
    ],
  );
});
