import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { deployment, node } from '../objects.ts';
import { BASE, calico, custom, testPolicies, type Case } from './policy-cases.ts';

const labelled = (object: KubernetesObject, labels: JsonObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, labels },
});
const host = (name: string, spec: JsonObject = {}): KubernetesObject =>
  labelled(custom('projectcalico.org/v3', 'HostEndpoint', name, { node: name, interfaceName: '*', ...spec }), { role: 'host' });
const OPEN = { profiles: ['projectcalico-default-allow'] };
const onNode = (name: string, nodeName: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'lab', name },
  spec: { hostNetwork: true, nodeName, containers: [{ name: 'c' }] },
});
const HOSTS: readonly KubernetesObject[] = [
  node('n1', '192.168.1.1'),
  node('n2', '192.168.1.2'),
  onNode('one', 'n1'),
  onNode('two', 'n2'),
  deployment('lab/agent', { app: 'agent' }, { hostNetwork: true }),
];
const ofHosts = "role == 'host'";
const PASSING = 'it is asked of what passes through the host, and through which hosts it passes is not known';

const CASES: readonly Case[] = [
  {
    name: 'a host endpoint without a policy lets nothing through but the failsafe ports; of a node without one nothing is limited',
    objects: [...HOSTS, host('n1')],
    yes: ['shop/web > lab/one TCP 22', 'lab/one > 1.2.3.4 UDP 53', '1.2.3.4 > lab/two TCP 80', 'shop/web > 192.168.1.1 TCP 6443'],
    no: ['shop/web > lab/one TCP 80', 'lab/one > 1.2.3.4 TCP 80', '1.2.3.4 > 192.168.1.1 TCP 80', 'lab/one > shop/web TCP 80'],
    unknown: ['1.2.3.4 > lab/agent TCP 80'],
    problems: ['KN0306 /spec on which nodes its pods run is not known'],
  },
  {
    name: 'the profile that allows by default leaves what no policy speaks of, and Felix may be told other failsafe ports',
    objects: [
      ...HOSTS,
      host('n1', OPEN),
      host('n2'),
      custom('projectcalico.org/v3', 'FelixConfiguration', 'default', {
        failsafeInboundHostPorts: [{ protocol: 'tcp', port: 2222, net: '10.0.0.0/8' }],
      }),
    ],
    yes: ['1.2.3.4 > lab/one TCP 80', '10.1.2.3 > lab/two TCP 2222'],
    no: ['1.2.3.4 > lab/two TCP 2222', '10.1.2.3 > lab/two TCP 22'],
    problems: ['KN0306 /spec on which nodes its pods run is not known', 'KN0306 /spec on which nodes its pods run is not known'],
  },
  {
    name: 'a policy of the whole cluster selects hosts by their labels, one that chooses namespaces or accounts does not',
    objects: [
      ...HOSTS,
      host('n1', OPEN),
      host('n2', OPEN),
      calico('hosts', {
        selector: ofHosts,
        ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80] }, source: { selector: "app == 'web'" } }],
      }),
      calico('pods', { selector: ofHosts, namespaceSelector: 'all()', egress: [{ action: 'Deny' }] }),
      calico('accounts', { selector: ofHosts, serviceAccountSelector: 'all()', egress: [{ action: 'Deny' }] }),
    ],
    yes: ['shop/web > lab/one TCP 80', 'shop/web > lab/agent TCP 80', 'lab/one > 1.2.3.4 TCP 80', 'shop/db > shop/web TCP 80'],
    no: ['shop/db > lab/one TCP 80', 'shop/web > lab/two TCP 81', '1.2.3.4 > 192.168.1.2 TCP 80'],
  },
  {
    name: 'before translation only what comes in is asked, and what no rule speaks of goes on; pods behind may be refused as well',
    objects: [
      ...HOSTS,
      host('n1', OPEN),
      host('n2', OPEN),
      calico('early', {
        selector: ofHosts,
        preDNAT: true,
        applyOnForward: true,
        order: 1,
        ingress: [
          { action: 'Allow', source: { nets: ['10.0.0.0/8'] } },
          { action: 'Deny', source: { nets: ['0.0.0.0/0'] }, protocol: 'TCP', destination: { ports: [31000] } },
        ],
      }),
      calico('late', {
        selector: ofHosts,
        order: 9,
        ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [9] } }, { action: 'Allow' }],
      }),
    ],
    yes: ['1.2.3.4 > lab/one TCP 80', '10.1.2.3 > lab/one TCP 31000', 'lab/one > 1.2.3.4 TCP 31000', 'shop/web > shop/db TCP 80'],
    no: ['1.2.3.4 > lab/one TCP 31000', '10.1.2.3 > lab/one TCP 9'],
    unknown: ['1.2.3.4 > shop/web TCP 80'],
    problems: [`KN0306 /spec/preDNAT ${PASSING}`],
  },
  {
    name: 'what is not tracked is asked first: what it denies is denied, and what it allows needs rules for replies',
    objects: [
      ...HOSTS,
      host('n1', OPEN),
      host('n2', OPEN),
      calico('raw', {
        selector: ofHosts,
        doNotTrack: true,
        applyOnForward: true,
        order: 1,
        ingress: [
          { action: 'Allow', protocol: 'UDP', destination: { ports: [123] } },
          { action: 'Deny', protocol: 'UDP' },
        ],
      }),
      calico('late', { selector: ofHosts, order: 9, ingress: [{ action: 'Deny', protocol: 'UDP' }, { action: 'Allow' }] }),
    ],
    yes: ['1.2.3.4 > lab/one TCP 80'],
    no: ['1.2.3.4 > lab/one UDP 124'],
    unknown: ['1.2.3.4 > lab/one UDP 123'],
    problems: [`KN0306 /spec/doNotTrack ${PASSING}`],
  },
  {
    name: 'what passes on to pods is asked with applyOnForward alone, and whether it passes through such a host nobody can say',
    objects: [
      ...HOSTS,
      host('n1', OPEN),
      calico('through', {
        selector: ofHosts,
        applyOnForward: true,
        types: ['Ingress'],
        ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80] } }],
      }),
    ],
    yes: ['1.2.3.4 > shop/web TCP 80', 'shop/web > 1.2.3.4 TCP 81'],
    unknown: ['1.2.3.4 > shop/web TCP 81'],
    problems: [
      'KN0306 /spec on which nodes its pods run is not known',
      `KN0306 /spec/applyOnForward ${PASSING}`,
      'KN0306 /spec/selector on which nodes its pods run is not known',
    ],
  },
  {
    name: 'a policy for hosts that none of the objects is, and an interface among several, are in doubt',
    objects: [
      ...HOSTS,
      host('n1', { interfaceName: 'eth1' }),
      calico('gone', { selector: "role == 'other'", preDNAT: true, ingress: [{ action: 'Deny' }] }),
    ],
    yes: ['1.2.3.4 > shop/web TCP 80', '1.2.3.4 > lab/two TCP 80'],
    unknown: ['1.2.3.4 > lab/one TCP 80'],
    problems: [
      'KN0306 /spec by which interface of the node it comes is not known',
      'KN0306 /spec/preDNAT no HostEndpoint that it selects is among the objects',
    ],
  },
  {
    name: 'service accounts are chosen by their labels',
    objects: [
      labelled(custom('v1', 'ServiceAccount', 'shop/robot', {}), { trust: 'low' }),
      {
        ...deployment('shop/bot', { app: 'bot' }),
        spec: { template: { metadata: { labels: { app: 'bot' } }, spec: { serviceAccountName: 'robot', containers: [] } } },
      },
      calico('shop/low', { serviceAccountSelector: "trust == 'low'", egress: [{ action: 'Deny' }] }),
      calico('shop/db', {
        selector: "app == 'db'",
        ingress: [{ action: 'Allow', source: { serviceAccounts: { selector: '!has(trust)' } } }],
      }),
    ],
    yes: ['shop/web > shop/db TCP 80'],
    no: ['shop/bot > shop/web TCP 80', 'lab/tool > shop/db TCP 80'],
  },
  {
    name: 'a Service means its pods and the ports that it leads to; of senders the pods alone',
    objects: [
      custom('v1', 'Service', 'shop/db', { selector: { app: 'db' }, ports: [{ port: 80, targetPort: 'sql' }] }),
      calico('shop/web', { selector: "app == 'web'", egress: [{ action: 'Allow', destination: { services: { name: 'db' } } }] }),
      calico('tool', {
        selector: "app == 'tool'",
        ingress: [{ action: 'Allow', source: { services: { name: 'db', namespace: 'shop' } } }],
        egress: [{ action: 'Allow', destination: { services: { name: 'gone' } } }],
      }),
    ],
    yes: ['shop/web > shop/db TCP 5432', 'shop/db > lab/tool TCP 9'],
    no: ['shop/web > shop/db TCP 80', 'shop/web > 1.2.3.4 TCP 5432'],
    unknown: ['lab/tool > shop/web TCP 80'],
    problems: ['KN0306 /spec/egress/0/destination/services Service gone is not among the objects'],
  },
];

testPolicies(BASE, CASES);
