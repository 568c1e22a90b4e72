import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOfEnd, formatPorts, readFlowLog, readLoggedWishes } from '../../../../src/engine/network/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { stringifyJson, type JsonObject } from '../../../../src/std/index.ts';
import { deployment, pod } from '../objects.ts';

const service: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name: 'db' },
  spec: { clusterIP: '10.96.0.7', selector: { app: 'db' }, ports: [{ port: 80, targetPort: 5432 }] },
};
const WORLD = World.of([deployment('shop/web', { app: 'web' }), deployment('shop/db', { app: 'db' }), service]);

const hubbleEnd = (namespace: string, app: string, more: JsonObject = {}): JsonObject => ({
  namespace,
  labels: [`k8s:app=${app}`, `k8s:io.kubernetes.pod.namespace=${namespace}`, 'k8s:io.cilium.k8s.policy.serviceaccount=default'],
  pod_name: `${app}-5d4f8c7b9d-x2x7p`,
  ...more,
});
const hubble = (more: JsonObject): JsonObject => ({
  verdict: 'FORWARDED',
  IP: { source: '10.0.1.4', destination: '10.0.2.9' },
  l4: { TCP: { source_port: 40_000, destination_port: 5432 } },
  source: hubbleEnd('shop', 'web'),
  destination: hubbleEnd('shop', 'db'),
  Type: 'L3_L4',
  is_reply: false,
  ...more,
});
const calico = (more: JsonObject): JsonObject => ({
  start_time: 1,
  action: 'allow',
  reporter: 'src',
  proto: 'tcp',
  source_type: 'wep',
  source_namespace: 'shop',
  source_name: '-',
  source_name_aggr: 'web-5d4f8c7b9d-*',
  source_labels: { labels: ['app=web', 'pod-template-hash=5d4f8c7b9d'] },
  dest_type: 'wep',
  dest_namespace: 'shop',
  dest_name: '-',
  dest_name_aggr: 'db-7f6d-*',
  dest_labels: { labels: ['app=db'] },
  dest_port: 5432,
  ...more,
});

const world: JsonObject = { labels: ['reserved:world'] };
const lines = (...entries: readonly JsonObject[]): string => entries.map((entry) => stringifyJson(entry)).join('\n');

const cases: readonly { readonly name: string; readonly text: string; readonly kept: readonly string[]; readonly unresolved?: number }[] = [
  { name: 'Hubble, as it is', text: lines(hubble({})), kept: ['shop/web > shop/db TCP 5432'] },
  { name: 'Hubble, wrapped', text: lines({ flow: hubble({}), node_name: 'n', time: 't' }), kept: ['shop/web > shop/db TCP 5432'] },
  { name: 'a flow that is seen twice', text: lines(hubble({}), hubble({})), kept: ['shop/web > shop/db TCP 5432'] },
  { name: 'a reply', text: lines(hubble({ is_reply: true })), kept: [] },
  { name: 'a refused flow', text: lines(hubble({ verdict: 'DROPPED' })), kept: [] },
  {
    name: 'a flow that a policy in audit mode would have refused',
    text: lines(hubble({ verdict: 'AUDIT' })),
    kept: ['shop/web > shop/db TCP 5432'],
  },
  { name: 'ICMP', text: lines(hubble({ l4: { ICMPv4: { type: 8 } } })), kept: [] },
  { name: 'UDP', text: lines(hubble({ l4: { UDP: { destination_port: 53 } } })), kept: ['shop/web > shop/db UDP 53'] },
  {
    name: 'to the outside',
    text: lines(hubble({ destination: world, IP: { source: '10.0.1.4', destination: '1.2.3.4' } })),
    kept: ['shop/web > 1.2.3.4/32 TCP 5432'],
  },
  {
    name: 'two neighbours outside are one block',
    text: lines(...['1.2.3.4', '1.2.3.5'].map((source) => hubble({ source: world, IP: { source, destination: '10.0.2.9' } }))),
    kept: ['1.2.3.4/31 > shop/db TCP 5432'],
  },
  { name: 'a probe of the node', text: lines(hubble({ source: { labels: ['reserved:host'] } })), kept: [] },
  {
    name: "a Service's own address is what it leads to",
    text: lines(hubble({ destination: world, IP: { destination: '10.96.0.7' }, l4: { TCP: { destination_port: 80 } } })),
    kept: ['shop/web > shop/db TCP 5432'],
  },
  {
    name: 'the workload that Hubble names goes before names of pods',
    text: lines(hubble({ source: hubbleEnd('shop', 'other', { workloads: [{ name: 'web', kind: 'Deployment' }] }) })),
    kept: ['shop/web > shop/db TCP 5432'],
  },
  {
    name: 'a pod of nobody that is known is told by its labels',
    text: lines(hubble({ source: hubbleEnd('mon', 'prom') })),
    kept: ['mon/prom-5d4f8c7b9d-x2x7p > shop/db TCP 5432'],
  },
  { name: 'a pod of nobody without labels', text: lines(hubble({ source: { namespace: 'mon', pod_name: 'x' } })), kept: [], unresolved: 1 },
  { name: 'Calico', text: lines(calico({})), kept: ['shop/web > shop/db TCP 5432'] },
  {
    name: 'Calico, an array over many lines',
    text: `[\n${stringifyJson(calico({}))},\n${stringifyJson(calico({ dest_port: 80 }))}\n]`,
    kept: ['shop/web > shop/db TCP 5432', 'shop/web > shop/db TCP 80'],
  },
  { name: 'Calico, as Elasticsearch exports it', text: lines({ _index: 'i', _source: calico({}) }), kept: ['shop/web > shop/db TCP 5432'] },
  { name: 'Calico, refused', text: lines(calico({ action: 'deny' })), kept: [] },
  {
    name: 'Calico, to an address',
    text: lines(calico({ dest_type: 'net', dest_namespace: '-', dest_name_aggr: 'pub', dest_ip: '9.9.9.9' })),
    kept: ['shop/web > 9.9.9.9/32 TCP 5432'],
  },
  {
    name: 'Calico, to addresses that it summed up',
    text: lines(calico({ dest_type: 'net', dest_namespace: '-', dest_name_aggr: 'pub', dest_ip: null })),
    kept: [],
    unresolved: 1,
  },
  {
    name: 'Calico with labels as one text',
    text: lines(calico({ source_name_aggr: '-', source_labels: 'app=web | x=y' })),
    kept: ['shop/web > shop/db TCP 5432'],
  },
];

for (const { name, text, kept, unresolved = 0 } of cases) {
  test(`flow log: ${name}`, () => {
    const wishes = readLoggedWishes(WORLD, readFlowLog(text));
    assert.deepEqual(
      wishes.connections.map(({ from, to, ports }) => `${nameOfEnd(from)} > ${nameOfEnd(to)} ${formatPorts(ports)}`),
      kept,
    );
    assert.equal(wishes.unresolved.length, unresolved);
  });
}

test('what is left out is counted, and lines that are no entries are named', () => {
  const log = readFlowLog(`${lines(hubble({}), hubble({ is_reply: true }), hubble({ verdict: 'DROPPED' }))}\nnonsense\n{"a":1}\n`);
  assert.deepEqual([log.flows.length, log.replies, log.refused, log.unread], [1, 1, 1, [4, 5]]);
});

test('pods that are alike are one end', () => {
  const seen = ['a', 'b'].map((name) => hubble({ source: hubbleEnd('mon', 'prom', { pod_name: `prom-${name}` }) }));
  const wishes = readLoggedWishes(World.of([pod('shop/db', { app: 'db' })]), readFlowLog(lines(...seen)));
  assert.equal(wishes.connections.length, 1);
});
