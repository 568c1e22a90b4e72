import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getString, hasPoint, stringifyJson } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { isAllowed, PROTOCOLS, type ConnectionEnd, type Flow, type SideVerdict } from '../../../../src/engine/network/index.ts';
import { parseAddress } from '../../../../src/engine/network/address.ts';
import { toPortPoint } from '../../../../src/engine/network/port-set.ts';
import { PORTS } from '../random-world.ts';
import { toEnd } from '../naive-network.ts';
import { naivePluginsAllow, type Answer } from './naive-plugins.ts';
import { isHost } from './naive-question.ts';
import { meanings } from './random-calico.ts';
import { anyPluginObjects, OUTSIDE } from './random-plugins.ts';
import { listConnections } from '../list-connections.ts';

const RUNS = Number(process.env['KPLAN_PLUGIN_RUNS'] ?? '150');
const SEED = Number(process.env['KPLAN_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)));

function listFlows(objects: readonly KubernetesObject[]): readonly Flow[] {
  const pods = objects
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
  const ends = [...pods, ...OUTSIDE];
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from && (pods.includes(from) || pods.includes(to)))
      .flatMap((to) => PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ from, to, protocol, port })))),
  );
}

function isUnplaced(objects: readonly KubernetesObject[], name: string): boolean {
  const end = toEnd(objects, name);
  const hasNodes = objects.some(({ kind }) => kind === 'Node');
  return 'pod' in end && isHost(end) && (!hasNodes || getString(end.pod, 'spec', 'nodeName') === undefined);
}

function toAnswer({ allowed, unknown }: SideVerdict): Answer {
  return unknown === undefined ? (allowed ? 'allow' : 'deny') : 'unknown';
}

function holds(end: ConnectionEnd, name: string): boolean {
  return end.kind === 'workload' ? end.workload.name === name : hasPoint(end.addresses, parseAddress(name) ?? -1n);
}

/** What the worlds must have held, as it is written in them. */
const CONSTRUCTS = [
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  '"specs"',
  '"enableDefaultDeny"',
  '"ingressDeny"',
  '"egressDeny"',
  '"fromEndpoints"',
  '"toEndpoints"',
  '"fromEntities"',
  '"toEntities"',
  '"fromCIDR"',
  '"toCIDRSet"',
  '"toFQDNs"',
  '"fromNodes"',
  '"toNodes"',
  '"nodeSelector"',
  '"k8sService"',
  '"k8sServiceSelector"',
  '"cidrGroupRef"',
  '"policy-cidr-match-mode"',
  '"kube-apiserver"',
  '"endPort"',
  '"port":"web"',
  'io.cilium.k8s.namespace.labels',
  'policy.serviceaccount',
  '"GlobalNetworkPolicy"',
  '"projectcalico.org/v3","kind":"NetworkPolicy"',
  '"tier":"early"',
  '"tier":"late"',
  '"defaultAction":"Pass"',
  '"action":"Pass"',
  '"action":"Log"',
  '"action":"Deny"',
  '"notSelector"',
  '"namespaceSelector"',
  '"nets"',
  '"notNets"',
  '"notPorts"',
  '"notProtocol"',
  '"serviceAccounts":{',
  '"http"',
  '"GlobalNetworkSet"',
  '"HostEndpoint"',
  '"preDNAT"',
  '"doNotTrack"',
  '"applyOnForward"',
  '"serviceAccountSelector"',
  '"serviceAccounts":{"selector"',
  '"services":{',
  ' contains ',
  ' starts with ',
  ' not in ',
  '"action":"DENY"',
  '"action":"ALLOW"',
  '"action":"CUSTOM"',
  '"action":"AUDIT"',
  '"principals"',
  '"notPrincipals"',
  '"notNamespaces"',
  '"ipBlocks"',
  '"methods"',
  '"istio-system"',
  'dataplane-mode',
  'sidecar.istio.io/inject',
  'gateway.istio.io/managed',
  '"PeerAuthentication"',
  '"portLevelMtls"',
  '"mode":"STRICT"',
  '"mode":"DISABLE"',
  '"mode":"UNSET"',
  '"name":"edge"}]',
  '"name":"w"}]',
  '"kind":"Service","name":"a"}]',
  'use-waypoint',
  '"destination.port"',
  '"source.namespace"',
  '"request.headers[a]"',
] as const;

test('policies of Cilium, Calico and Istio are judged as a naive evaluator of their texts does', (t) => {
  const seen = new Map<string, number>(CONSTRUCTS.map((construct) => [construct, 0]));
  const answers: Record<Answer, number> = { allow: 0, deny: 0, unknown: 0 };
  fc.assert(
    fc.property(anyPluginObjects, (objects) => {
      const text = stringifyJson(objects);
      for (const construct of CONSTRUCTS) if (text.includes(construct)) seen.set(construct, (seen.get(construct) ?? 0) + 1);
      const world = World.of(objects);
      const connections = listConnections(world);
      for (const flow of listFlows(objects)) {
        const verdict = isAllowed(world, flow);
        assert.ok(verdict.kind === 'verdict');
        const ours = { egress: toAnswer(verdict.egress), ingress: toAnswer(verdict.ingress) };
        const naive = naivePluginsAllow(objects, flow, meanings);
        for (const [side, end] of [
          ['egress', flow.from],
          ['ingress', flow.to],
        ] as const) {
          // Whether a policy of hosts means a pod whose node nobody knows is one question for it, and several for the engine.
          const isUnsure = ours[side] === 'unknown' && isUnplaced(objects, end);
          if (!isUnsure) assert.equal(ours[side], naive[side], `${side} ${JSON.stringify(flow)} ${verdict.reasons.join('; ')}`);
        }
        answers[ours.egress]++;
        answers[ours.ingress]++;
        const listed = connections.some(
          ({ from, to, ports }) => holds(from, flow.from) && holds(to, flow.to) && hasPoint(ports, toPortPoint(flow.protocol, flow.port)),
        );
        assert.equal(listed, ours.egress !== 'deny' && ours.ingress !== 'deny', `listed: ${JSON.stringify(flow)}`);
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  const rare = [...seen].toSorted((a, b) => a[1] - b[1])[0];
  t.diagnostic(
    `seed ${SEED}: ${answers.allow + answers.deny + answers.unknown} verdicts (${answers.deny} no, ${answers.unknown} unknown); of ${seen.size} constructs the rarest in ${rare?.[1] ?? 0} worlds (${rare?.[0] ?? ''})`,
  );
  // Few worlds may lack the rarest by chance.
  if (RUNS >= 1000) for (const [construct, worlds] of seen) assert.ok(worlds > 0, `never seen: ${construct}`);
  for (const count of Object.values(answers)) assert.ok(count > 0);
});
