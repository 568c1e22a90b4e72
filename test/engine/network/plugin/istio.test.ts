import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { deployment, namespace, policy } from '../objects.ts';
import { BASE, custom, db, istio, testPolicies, type Case } from './policy-cases.ts';

const CASES: readonly Case[] = [
  {
    name: 'an AuthorizationPolicy without rules refuses all TCP into pods of the mesh, and nothing else',
    objects: [istio('shop/none', {}), istio('lab/none', {})],
    yes: ['shop/web > shop/db UDP 53', 'shop/web > lab/tool TCP 80'],
    no: ['shop/web > shop/db TCP 80', '1.2.3.4 > shop/web TCP 80'],
  },
  {
    name: 'who has no proxy has no identity; DENY goes before ALLOW; the network must let it through as well',
    objects: [
      istio('shop/some', {
        rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/*'] } }] }, { to: [{ operation: { ports: ['9090'] } }] }],
      }),
      istio('istio-system/all', { action: 'DENY', rules: [{ to: [{ operation: { ports: ['22'] } }] }] }),
      policy('shop/db', { podSelector: db, ingress: [{ ports: [{ port: 5432 }] }] }),
    ],
    yes: ['shop/web > shop/db TCP 5432', 'lab/tool > shop/web TCP 9090'],
    no: ['shop/web > shop/db TCP 80', 'lab/tool > shop/db TCP 5432', 'shop/db > shop/web TCP 22'],
  },
  {
    name: 'conditions of requests are unknown',
    objects: [istio('shop/get', { selector: db, rules: [{ to: [{ operation: { ports: ['80'], methods: ['GET'] } }] }] })],
    unknown: ['shop/web > shop/db TCP 80'],
    no: ['shop/web > shop/db TCP 81'],
    problems: ['KN0306 /spec/rules/0/to/0/operation/methods it depends on each request (methods)'],
  },
];

const peer = (name: string, spec: JsonObject): KubernetesObject => custom('security.istio.io/v1', 'PeerAuthentication', name, spec);
const gateway = (name: string, gatewayClassName: string): KubernetesObject =>
  custom('gateway.networking.k8s.io/v1', 'Gateway', name, { gatewayClassName });
const service = (name: string, labels: JsonObject, selector: JsonObject): KubernetesObject => {
  const made = custom('v1', 'Service', name, { selector, ports: [{ port: 80 }] });
  return { ...made, metadata: { ...made.metadata, labels } };
};
const toGateway = (name: string): JsonObject => ({ targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }] });
const fromShop = { from: [{ source: { namespaces: ['shop'] } }] };

/** Pods of the mesh by their node's proxy, and one that a waypoint of theirs stands before. */
const AMBIENT: readonly KubernetesObject[] = [
  namespace('mild', { 'istio.io/dataplane-mode': 'ambient' }),
  deployment('mild/api', { app: 'api' }),
  deployment('mild/front', { app: 'front' }),
  deployment('mild/out', { app: 'out', 'istio.io/dataplane-mode': 'none' }),
  deployment('mild/side', { app: 'side', 'sidecar.istio.io/inject': 'true' }),
];
const BEHIND: readonly KubernetesObject[] = [
  gateway('mild/way', 'istio-waypoint'),
  service('mild/api', { 'istio.io/use-waypoint': 'way' }, { app: 'api' }),
];

const PEERS: readonly Case[] = [
  {
    name: 'STRICT of the mesh shuts out who has no proxy, from TCP alone, and pods of no mesh take whom they like',
    objects: [peer('istio-system/default', { mtls: { mode: 'STRICT' } })],
    yes: ['shop/web > shop/db TCP 80', 'lab/tool > shop/db UDP 53', 'shop/web > lab/tool TCP 80'],
    no: ['lab/tool > shop/db TCP 80', '1.2.3.4 > shop/web TCP 80'],
  },
  {
    name: 'what is said of a namespace comes before the mesh, of a workload before its namespace, of a port before its workload',
    objects: [
      peer('istio-system/default', { mtls: { mode: 'STRICT' } }),
      peer('shop/default', { mtls: { mode: 'PERMISSIVE' } }),
      peer('shop/db', { selector: db, mtls: { mode: 'STRICT' }, portLevelMtls: { '9090': { mode: 'DISABLE' } } }),
    ],
    yes: ['lab/tool > shop/web TCP 80', 'lab/tool > shop/db TCP 9090', 'shop/web > shop/db TCP 80'],
    no: ['lab/tool > shop/db TCP 80'],
  },
  {
    name: 'UNSET leaves the mode to the namespace, and that to the mesh; a port may be strict alone',
    objects: [
      peer('istio-system/default', { mtls: { mode: 'STRICT' } }),
      peer('shop/default', { mtls: { mode: 'UNSET' } }),
      peer('shop/db', { selector: db, portLevelMtls: { '9090': { mode: 'PERMISSIVE' }, '5432': { mode: 'UNSET' } } }),
      peer('shop/web', {
        selector: { matchLabels: { app: 'web' } },
        mtls: { mode: 'PERMISSIVE' },
        portLevelMtls: { '15': { mode: 'STRICT' } },
      }),
    ],
    yes: ['lab/tool > shop/db TCP 9090', 'lab/tool > shop/web TCP 80'],
    no: ['lab/tool > shop/db TCP 80', 'lab/tool > shop/db TCP 5432', 'lab/tool > shop/web TCP 15'],
  },
  {
    name: 'a selector in the root namespace, modes that there are not, ports without a selector and two of one place are said',
    objects: [
      peer('istio-system/db', { selector: db, mtls: { mode: 'STRICT' } }),
      peer('shop/a', { mtls: { mode: 'PERMISSIVE' } }),
      peer('shop/b', { mtls: { mode: 'STRICT' }, portLevelMtls: { '80': { mode: 'STRICT' } } }),
      peer('lab/a', { mtls: { mode: 'strict' } }),
    ],
    yes: ['lab/tool > shop/db TCP 80'],
    problems: [
      'KN0307 /spec/mtls/mode mode strict: must be UNSET, DISABLE, PERMISSIVE or STRICT',
      'KN0307 /spec/portLevelMtls modes of ports need a selector of workloads: they count for nothing here',
      'KN0307 /spec/selector a selector in the root namespace selects nothing: the policy counts for nothing',
      'KN0309 /spec the same pods as PeerAuthentication a (the older counts)',
    ],
  },
  {
    name: 'who proves nothing has no identity: principals need mutual TLS, which DISABLE does without',
    objects: [peer('shop/db', { selector: db, mtls: { mode: 'DISABLE' } }), istio('shop/db', { selector: db, rules: [fromShop] })],
    no: ['shop/web > shop/db TCP 80', 'lab/tool > shop/db TCP 80'],
  },
  {
    name: 'on the ports that are not disabled senders prove who they are',
    objects: [
      peer('shop/db', { selector: db, portLevelMtls: { '80': { mode: 'DISABLE' } } }),
      istio('shop/db', {
        selector: db,
        rules: [{ ...fromShop }, { from: [{ source: { notNamespaces: ['shop'] } }], to: [{ operation: { ports: ['80'] } }] }],
      }),
    ],
    yes: ['shop/web > shop/db TCP 81', 'shop/web > shop/db TCP 80'],
    no: ['lab/tool > shop/db TCP 81'],
  },
  {
    name: 'gateways listen by themselves: no mode of the mesh shuts out their clients',
    objects: [
      peer('istio-system/default', { mtls: { mode: 'STRICT' } }),
      custom('networking.istio.io/v1', 'Gateway', 'shop/in', { selector: { app: 'web' } }),
      deployment('shop/edge', { 'gateway.istio.io/managed': 'istio.io-gateway-controller', 'sidecar.istio.io/inject': 'false' }),
    ],
    yes: ['1.2.3.4 > shop/web TCP 80', '1.2.3.4 > shop/edge TCP 80', 'shop/edge > shop/db TCP 80'],
    no: ['1.2.3.4 > shop/db TCP 80'],
  },
  {
    name: 'a DestinationRule that turns off the TLS of clients is said to be left out',
    objects: [custom('networking.istio.io/v1', 'DestinationRule', 'shop/db', { host: 'db', trafficPolicy: { tls: { mode: 'DISABLE' } } })],
    yes: ['shop/web > shop/db TCP 80'],
    problems: [
      'KN0306 /spec/trafficPolicy/tls/mode clients of this host do not prove who they are (DISABLE), which no verdict counts with',
    ],
  },
];

const TARGETS: readonly Case[] = [
  {
    name: 'in the ambient mode the node asks: STRICT holds, DISABLE does not, a sidecar and a pod that opted out are what they are',
    objects: [
      ...AMBIENT,
      peer('mild/default', { mtls: { mode: 'STRICT' } }),
      peer('mild/api', { selector: { matchLabels: { app: 'api' } }, mtls: { mode: 'DISABLE' } }),
      istio('mild/api', { selector: { matchLabels: { app: 'api' } }, rules: [{ from: [{ source: { namespaces: ['mild'] } }] }] }),
    ],
    yes: ['mild/front > mild/api TCP 80', 'mild/side > mild/front TCP 80', 'lab/tool > mild/out TCP 80'],
    no: ['mild/out > mild/api TCP 80', 'lab/tool > mild/front TCP 80', 'lab/tool > mild/side TCP 80'],
  },
  {
    name: 'the proxy of a node sees no requests: it leaves out rules that allow by them, and denies without asking',
    objects: [
      ...AMBIENT,
      istio('mild/get', {
        selector: { matchLabels: { app: 'api' } },
        rules: [{ to: [{ operation: { ports: ['80'], methods: ['GET'] } }] }],
      }),
      istio('mild/no', {
        selector: { matchLabels: { app: 'front' } },
        action: 'DENY',
        rules: [{ to: [{ operation: { ports: ['80'], paths: ['/x'] } }], when: [{ key: 'request.headers[a]', values: ['b'] }] }],
      }),
    ],
    yes: ['mild/api > mild/front TCP 81'],
    no: ['mild/front > mild/api TCP 80', 'mild/api > mild/front TCP 80'],
    problems: [
      'KN0306 /spec/rules/0/to/0/operation/methods it depends on each request (methods)',
      'KN0306 /spec/rules/0/to/0/operation/paths it depends on each request (paths)',
      'KN0306 /spec/rules/0/when/0 the condition request.headers[a] is not judged',
    ],
  },
  {
    name: 'conditions of connections are judged, those of requests are unknown',
    objects: [
      istio('shop/db', {
        selector: db,
        rules: [
          {
            when: [
              { key: 'source.namespace', notValues: ['lab'] },
              { key: 'source.ip', values: ['0.0.0.0/0', '::/0'] },
              { key: 'destination.port', values: ['80', '81'], notValues: ['81'] },
            ],
          },
          { to: [{ operation: { ports: ['82'] } }], when: [{ key: 'request.headers[a]', values: ['b'] }] },
        ],
      }),
    ],
    yes: ['9.9.9.9 > shop/db TCP 80'],
    no: ['9.9.9.9 > shop/db TCP 81'],
    unknown: ['shop/web > shop/db TCP 82'],
    problems: ['KN0306 /spec/rules/1/when/0 the condition request.headers[a] is not judged'],
  },
  {
    name: 'a Gateway is the target of what its pods ask',
    objects: [
      gateway('shop/edge', 'istio'),
      deployment('shop/edge', {
        'gateway.networking.k8s.io/gateway-name': 'edge',
        'gateway.istio.io/managed': 'istio.io-gateway-controller',
      }),
      istio('shop/edge', { ...toGateway('edge'), rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] }),
    ],
    yes: ['10.1.2.3 > shop/edge TCP 80', '1.2.3.4 > shop/web TCP 80'],
    no: ['1.2.3.4 > shop/edge TCP 80'],
  },
  {
    name: 'a waypoint asks what comes through it, and whether something does nobody can say; what it lets pass anyhow is no question',
    objects: [
      ...AMBIENT,
      ...BEHIND,
      istio('mild/way', { ...toGateway('way'), rules: [{ from: [{ source: { namespaces: ['mild'] } }] }] }),
      istio('mild/late', {
        targetRefs: [{ group: '', kind: 'Service', name: 'api' }],
        action: 'DENY',
        rules: [{ to: [{ operation: { ports: ['81'] } }] }],
      }),
    ],
    yes: ['mild/front > mild/api TCP 80', 'lab/tool > mild/front TCP 80'],
    unknown: ['lab/tool > mild/api TCP 80', 'mild/front > mild/api TCP 81'],
    problems: [
      'KN0306 /spec/targetRefs/0 it is asked only of what comes through waypoint mild/way',
      'KN0306 /spec/targetRefs/0 it is asked only of what comes to Service mild/api through waypoint mild/way',
    ],
  },
  {
    name: 'behind a waypoint the node no longer sees who the client is, and ports as before',
    objects: [
      ...AMBIENT,
      ...BEHIND,
      istio('mild/api', {
        selector: { matchLabels: { app: 'api' } },
        rules: [
          { from: [{ source: { namespaces: ['mild'] } }], to: [{ operation: { ports: ['80'] } }] },
          { to: [{ operation: { ports: ['82'] } }] },
        ],
      }),
    ],
    yes: ['lab/tool > mild/api TCP 82'],
    no: ['mild/front > mild/api TCP 81'],
    unknown: ['mild/front > mild/api TCP 80', 'lab/tool > mild/api TCP 80'],
  },
  {
    name: 'targets that there are not, that nothing asks, or that may not be named are said',
    objects: [
      istio('shop/a', { ...toGateway('gone'), selector: db, action: 'DENY', rules: [{}] }),
      istio('shop/b', { targetRefs: [{ kind: 'Service', name: 'gone' }] }),
      service('shop/db', {}, { app: 'db' }),
      istio('shop/c', {
        targetRefs: [
          { kind: 'Service', name: 'db' },
          { kind: 'ServiceEntry', name: 'out' },
          { kind: 'Pod', name: 'x' },
        ],
      }),
      istio('shop/d', { targetRef: { kind: 'GatewayClass', name: 'istio-waypoint' } }),
      istio('shop/e', { targetRef: { kind: 'Gateway', name: 'x', namespace: 'lab' } }),
      istio('istio-system/f', { targetRefs: [{ kind: 'GatewayClass', name: 'istio-waypoint' }] }),
    ],
    yes: ['shop/web > shop/db TCP 80'],
    problems: [
      'KN0306 /spec/targetRefs/0 Gateway shop/gone is not among the objects: whether it is a waypoint is not known',
      'KN0306 /spec/targetRefs/0 Service shop/gone is not among the objects',
      'KN0306 /spec/targetRefs/0 it is asked only of what comes through a waypoint',
      'KN0306 /spec/targetRefs/1 what stands behind ServiceEntry out is not among the workloads',
      'KN0307 /spec/selector only one of targetRefs and selector can be set',
      'KN0307 /spec/targetRef a GatewayClass can be the target of policies of istio-system alone',
      'KN0307 /spec/targetRef/namespace a target must be in the namespace of its policy',
      'KN0307 /spec/targetRefs/0 Service shop/db has no waypoint (istio.io/use-waypoint): nobody asks the policy',
      'KN0307 /spec/targetRefs/2 kind Pod: must be Gateway, GatewayClass, Service or ServiceEntry',
    ],
  },
];

testPolicies(BASE, [...CASES, ...PEERS, ...TARGETS]);
