import { isAllowed, PROTOCOLS } from '../../src/engine/network/index.ts';
import { isKubernetesObject, nameOf, namespaceOf, World } from '../../src/model/index.ts';
import { getArray, getBoolean, getNumber, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

/** Whether NetworkPolicies let connections through as the matcher of cyclonus says, which checks network plugins. */
export const networkJudge: OracleJudge = {
  subject: 'network',
  cases: 3000,
  branches: ['allowed', 'egress refused', 'ingress refused', 'both refused', 'from an address', 'to an address', 'by a named port'],
  generate: makeCase,
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const objects = getArray(input, 'objects').flatMap((object) => (isKubernetesObject(object) ? [object] : []));
  if (objects.length !== getArray(input, 'objects').length || !objects.every(({ metadata }) => getString(metadata, 'name')))
    return undefined;
  const world = World.of(objects);
  const pods = new Set(objects.filter(({ kind }) => kind === 'Pod').map((pod) => `${namespaceOf(pod) ?? ''}/${nameOf(pod)}`));
  const coverage = new Set<string>();
  for (const [index, flow] of getArray(input, 'flows').entries()) {
    const [from, to] = [getString(flow, 'from') ?? '', getString(flow, 'to') ?? ''];
    const protocol = PROTOCOLS.find((name) => name === getString(flow, 'protocol'));
    if (protocol === undefined) return undefined;
    const verdict = isAllowed(world, { from, to, protocol, port: getNumber(flow, 'port') ?? 0 });
    if (verdict.kind === 'unknown-end') return undefined;
    const verdicts = getArray(answer)[index];
    const real = { egress: getBoolean(verdicts, 'egress') === true, ingress: getBoolean(verdicts, 'ingress') === true };
    for (const key of listCoverage(real)) coverage.add(key);
    if (!pods.has(from)) coverage.add('from an address');
    if (!pods.has(to)) coverage.add('to an address');
    if (verdict.ingress.rules.some((rule) => hasNamedPort(world, rule.ref.name))) coverage.add('by a named port');
    const ours = `egress ${verdict.egress.allowed}, ingress ${verdict.ingress.allowed}`;
    const servers = `egress ${real.egress}, ingress ${real.ingress}`;
    if (ours === servers) continue;
    const side = verdict.egress.allowed === real.egress ? 'ingress' : 'egress';
    return { coverage: [...coverage], difference: { signature: `${side} differs`, ours: `flow ${index}: ${ours}`, servers } };
  }
  return { coverage: [...coverage] };
}

function listCoverage({ egress, ingress }: { readonly egress: boolean; readonly ingress: boolean }): readonly string[] {
  if (egress === ingress) return [egress ? 'allowed' : 'both refused'];
  return [egress ? 'ingress refused' : 'egress refused'];
}

function hasNamedPort(world: World, name: string): boolean {
  return world
    .byKind('networking.k8s.io', 'NetworkPolicy')
    .some((policy) => nameOf(policy) === name && JSON.stringify(policy).includes('"port":"web"'));
}

const NAMESPACES = ['x', 'y', 'z'];
const OUTSIDE = ['10.0.0.1', '10.1.0.1', '192.168.1.7', '8.8.8.8', '2001:db8::1', 'fd00::7'];
const PORTS = [79, 80, 81, 82, 8080];

function makeCase(random: Random): JsonValue {
  const pods = random.list(2 + random.below(4), (i) => makePod(`p${i}`, random));
  const ends = pods.map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
  const policies = random.list(1 + random.below(4), (i) => makePolicy(`n${i}`, random));
  const spaces = NAMESPACES.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: makeLabels(random) },
  }));
  const flows = random.list(8, () => {
    const from = random.once(5) ? random.pick(OUTSIDE) : random.pick(ends);
    const others = ends.filter((end) => end !== from);
    const to = ends.includes(from) && random.once(5) ? random.pick(OUTSIDE) : random.pick(others);
    return { from, to, protocol: random.pick(['TCP', 'TCP', 'UDP', 'SCTP']), port: random.pick(PORTS) };
  });
  return { objects: [...spaces, ...pods, ...policies], flows };
}

/** All have the label `app`: the matcher takes a label that is absent for an empty one, and for none that is not in a list. */
function makeLabels(random: Random): JsonObject {
  return { app: random.pick(['a', 'b', 'c']), ...random.maybe({ tier: () => random.pick(['a', 'b']) }) };
}

function makePod(name: string, random: Random): { readonly metadata: JsonObject } & JsonObject {
  const ports = random.some<JsonValue>([
    { name: 'web', protocol: 'TCP', containerPort: random.pick([80, 8080]) },
    { name: 'dns', protocol: 'UDP', containerPort: 81 },
    { containerPort: 82 },
  ]);
  const ip = random.once(2) ? `10.${random.below(2)}.0.${100 + random.below(100)}` : `fd00::${100 + random.below(800)}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: random.pick(NAMESPACES), labels: makeLabels(random) },
    spec: { containers: [{ name: 'c', image: 'i', ports }] },
    status: { podIP: ip, podIPs: [{ ip }] },
  };
}

function makePolicy(name: string, random: Random): JsonValue {
  const spec = {
    podSelector: random.once(3) ? {} : makeSelector(random),
    ...random.maybe<JsonValue>({
      policyTypes: () => random.pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']]),
      ingress: () => random.list(random.below(3), () => makeRule(random, 'from')),
      egress: () => random.list(random.below(3), () => makeRule(random, 'to')),
    }),
  };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: random.pick(NAMESPACES) }, spec };
}

function makeRule(random: Random, side: 'from' | 'to'): JsonValue {
  return random.maybe<JsonValue>({
    [side]: () => random.list(random.below(3), () => makePeer(random)),
    ports: () => random.list(random.below(3), () => makePort(random)),
  });
}

function makePeer(random: Random): JsonValue {
  if (random.once(3)) {
    const ipBlock = random.pick<JsonValue>([
      { cidr: '0.0.0.0/0' },
      { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
      { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.0.0.1/32'] },
      { cidr: '192.168.1.0/24' },
      { cidr: '::/0', except: ['2001:db8::/32'] },
      { cidr: 'fd00::/120' },
      { cidr: '10.0.0.128/25' },
    ]);
    return { ipBlock };
  }
  const named = (): JsonValue => ({ matchLabels: { 'kubernetes.io/metadata.name': random.pick(NAMESPACES) } });
  const peers = random.maybe<JsonValue>({
    podSelector: () => makeSelector(random),
    namespaceSelector: () => (random.once(2) ? named() : makeSelector(random)),
  });
  return Object.keys(peers).length === 0 ? { podSelector: {} } : peers;
}

function makePort(random: Random): JsonValue {
  if (random.once(4)) return { port: 80, endPort: random.pick([80, 81, 8080]), ...random.maybe({ protocol: () => 'TCP' }) };
  return random.maybe<JsonValue>({
    protocol: () => random.pick(['TCP', 'UDP', 'SCTP']),
    port: () => random.pick<JsonValue>([80, 81, 'web', 'dns', 'none']),
  });
}

function makeSelector(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    matchLabels: () => random.maybe({ app: () => random.pick(['a', 'b']), tier: () => random.pick(['a', 'b']) }),
    matchExpressions: () => {
      const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
      const isList = operator === 'In' || operator === 'NotIn';
      const values = isList ? { values: random.some(['a', 'b', 'd']).concat('c') } : {};
      return [{ key: operator === 'NotIn' ? 'app' : random.pick(['app', 'tier']), operator, ...values }];
    },
  });
}
