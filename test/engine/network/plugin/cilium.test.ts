import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { deployment, node } from '../objects.ts';
import { BASE, cilium, custom, db, testPolicies, type Case } from './policy-cases.ts';

const service = (name: string, labels: JsonObject, spec: JsonObject): KubernetesObject => {
  const made = custom('v1', 'Service', name, spec);
  return { ...made, metadata: { ...made.metadata, labels } };
};
const slice = (name: string, addresses: readonly string[]): KubernetesObject => {
  const made = custom('discovery.k8s.io/v1', 'EndpointSlice', `${name}-1`, {});
  const labels = { 'kubernetes.io/service-name': name.split('/')[1] ?? '' };
  return { ...made, metadata: { ...made.metadata, labels }, endpoints: [{ addresses: [...addresses] }], ports: [{ port: 5432 }] };
};
const group = (name: string, labels: JsonObject, externalCIDRs: readonly string[]): KubernetesObject => ({
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumCIDRGroup',
  metadata: { name, labels },
  spec: { externalCIDRs: [...externalCIDRs] },
});
const zone = (name: string, ip: string, labels: JsonObject): KubernetesObject => {
  const made = node(name, ip);
  return { ...made, metadata: { ...made.metadata, labels } };
};
const NODES: readonly KubernetesObject[] = [zone('n1', '192.168.1.1', { zone: 'a' }), zone('n2', '192.168.1.2', { zone: 'b' })];
const onNode = (name: string, nodeName: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'lab', name },
  spec: { hostNetwork: true, nodeName, containers: [{ name: 'c' }] },
});
const HOSTS: readonly KubernetesObject[] = [
  onNode('one', 'n1'),
  onNode('two', 'n2'),
  deployment('lab/agent', { app: 'agent' }, { hostNetwork: true }),
];
const toServices = (...list: readonly JsonObject[]): JsonObject => ({ endpointSelector: db, egress: [{ toServices: [...list] }] });

const CASES: readonly Case[] = [
  {
    name: 'a Service with a selector means its pods, by name and namespace or by its labels',
    objects: [
      service('lab/tool', { tier: 'tools' }, { selector: { app: 'tool' }, ports: [{ port: 80 }] }),
      service('shop/web', {}, { selector: { app: 'web' }, ports: [{ port: 80 }] }),
      cilium('shop/db', toServices({ k8sServiceSelector: { selector: { matchLabels: { 'k8s:tier': 'tools' } } } })),
      cilium('shop/web', {
        endpointSelector: { matchLabels: { app: 'web' } },
        egress: [{ toServices: [{ k8sService: { serviceName: 'tool', namespace: 'lab' } }] }],
      }),
    ],
    yes: ['shop/db > lab/tool TCP 80', 'shop/db > lab/tool UDP 9', 'shop/web > lab/tool TCP 80'],
    no: ['shop/db > shop/web TCP 80', 'shop/db > 1.2.3.4 TCP 80', 'shop/web > shop/db TCP 80'],
  },
  {
    name: 'a Service without a selector means the addresses that are written for it, and never pods',
    objects: [
      service('shop/out', {}, { ports: [{ port: 5432 }] }),
      slice('shop/out', ['203.0.113.9']),
      cilium('shop/db', toServices({ k8sService: { serviceName: 'out', namespace: 'shop' } })),
    ],
    yes: ['shop/db > 203.0.113.9 TCP 5432'],
    no: ['shop/db > 203.0.113.8 TCP 5432', 'shop/db > shop/web TCP 5432'],
  },
  {
    name: 'a Service that is not there, and ports beside Services, are in doubt',
    objects: [
      cilium('shop/db', toServices({ k8sService: { serviceName: 'gone', namespace: 'shop' } })),
      cilium('shop/web', {
        endpointSelector: { matchLabels: { app: 'web' } },
        egress: [{ toServices: [{ k8sService: { serviceName: 'gone' } }], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] }],
      }),
    ],
    unknown: ['shop/db > shop/web TCP 80', 'shop/db > 1.2.3.4 TCP 80', 'shop/web > shop/db TCP 80'],
    no: ['shop/web > shop/db TCP 81'],
    problems: [
      'KN0306 /spec/egress/0/toServices toServices with toPorts means one thing to one version of Cilium, another to the next',
      'KN0306 /spec/egress/0/toServices/0 Service gone is not among the objects',
    ],
  },
  {
    name: 'groups of CIDRs are looked up by name and by labels; one that is not there is in doubt',
    objects: [
      group('office', { of: 'us' }, ['198.51.100.0/24']),
      group('branch', { of: 'us' }, ['203.0.113.0/24']),
      cilium('shop/db', { endpointSelector: db, ingress: [{ fromCIDRSet: [{ cidrGroupRef: 'office', except: ['198.51.100.128/25'] }] }] }),
      cilium('shop/web', {
        endpointSelector: { matchLabels: { app: 'web' } },
        ingress: [{ fromCIDRSet: [{ cidrGroupSelector: { matchLabels: { of: 'us' } } }] }],
        egress: [{ toCIDRSet: [{ cidrGroupRef: 'gone' }] }],
      }),
    ],
    yes: ['198.51.100.7 > shop/db TCP 80', '203.0.113.7 > shop/web TCP 80'],
    no: ['198.51.100.200 > shop/db TCP 80', '203.0.113.7 > shop/db TCP 80', 'shop/web > lab/tool TCP 80'],
    unknown: ['shop/web > 203.0.113.7 TCP 80'],
    problems: ['KN0306 /spec/egress/0/toCIDRSet/0 CiliumCIDRGroup gone is not among the objects'],
  },
  {
    name: 'blocks of addresses mean no nodes',
    objects: [...NODES, ...HOSTS, cilium('shop/db', { endpointSelector: db, ingress: [{ fromCIDR: ['192.168.1.0/24'] }] })],
    yes: ['192.168.1.9 > shop/db TCP 80'],
    no: ['192.168.1.1 > shop/db TCP 80', 'lab/one > shop/db TCP 80'],
  },
  {
    name: 'but where the configuration of Cilium has them match nodes',
    objects: [
      ...NODES,
      ...HOSTS,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'kube-system', name: 'cilium-config' },
        data: { 'policy-cidr-match-mode': 'nodes' },
      },
      cilium('shop/db', { endpointSelector: db, ingress: [{ fromCIDR: ['192.168.1.0/31'] }] }),
    ],
    yes: ['192.168.1.1 > shop/db TCP 80', 'lab/one > shop/db TCP 80'],
    no: ['192.168.1.2 > shop/db TCP 80', 'lab/two > shop/db TCP 80', 'shop/web > shop/db TCP 80'],
  },
  {
    name: 'nodes are peers by their labels',
    objects: [
      ...NODES,
      ...HOSTS,
      cilium('shop/db', { endpointSelector: db, ingress: [{ fromNodes: [{ matchLabels: { 'node:zone': 'a' } }] }] }),
    ],
    yes: ['192.168.1.1 > shop/db TCP 80', 'lab/one > shop/db TCP 80'],
    no: ['192.168.1.2 > shop/db TCP 80', 'lab/two > shop/db TCP 80', 'shop/web > shop/db TCP 80', '1.2.3.4 > shop/db TCP 80'],
  },
  {
    name: 'a policy of hosts selects nodes and the pods in their networks, and no others',
    objects: [
      ...NODES,
      ...HOSTS,
      cilium('hosts', {
        nodeSelector: { matchLabels: { zone: 'a' } },
        ingress: [{ fromEntities: ['cluster'], toPorts: [{ ports: [{ port: '22', protocol: 'TCP' }] }] }],
      }),
    ],
    yes: ['shop/web > lab/one TCP 22', 'shop/web > 192.168.1.1 TCP 22', '1.2.3.4 > lab/two TCP 80', '1.2.3.4 > shop/db TCP 80'],
    no: ['shop/web > lab/one TCP 80', 'shop/web > 192.168.1.1 TCP 80', '1.2.3.4 > lab/one TCP 22'],
    unknown: ['1.2.3.4 > lab/agent TCP 22'],
    problems: ['KN0306 /spec/nodeSelector on which nodes its pods run is not known'],
  },
  {
    name: 'of hosts that nobody knows only a policy of all of them is sure',
    objects: [...HOSTS, cilium('all', { nodeSelector: {}, ingressDeny: [{ toPorts: [{ ports: [{ port: '23', protocol: 'TCP' }] }] }] })],
    no: ['shop/web > lab/agent TCP 23'],
  },
  {
    name: 'a namespace has no policies of hosts, and a rule one selector',
    objects: [
      cilium('shop/db', { nodeSelector: {} }),
      cilium('shop/two', { nodeSelector: {}, endpointSelector: {} }),
      cilium('shop/none', { ingress: [{}] }),
    ],
    yes: ['shop/web > shop/db TCP 80'],
    problems: [
      'KN0307 /spec rule cannot have both EndpointSelector and NodeSelector',
      'KN0307 /spec rule must have one of EndpointSelector or NodeSelector',
      'KN0307 /spec/nodeSelector a policy of nodes must be a CiliumClusterwideNetworkPolicy',
    ],
  },
];

testPolicies(BASE, CASES);
