import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseDocuments } from '../../src/loader/index.ts';
import { isAllowed, PROTOCOLS } from '../../src/engine/network/index.ts';
import { isKubernetesObject, nameOf, specOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';

const FIXTURES = new URL('../../../shared/fixtures/', import.meta.url);
const SUITE = new URL('network-policy-api-conformance/anp-v1alpha1/', FIXTURES);
const POKES = 289;
const HOST_PORTS = [36363, 36364, 34345, 36365, 34346, 36366, 9003, 9005];
const IPS: ReadonlyMap<string, string> = new Map([
  ['luna-lovegood-0', '10.0.4.0'],
  ['cedric-diggory-0', '10.0.3.0'],
]);

/** The rules that the suite's Go code makes up for its mutations. */
const NEW_RULES: Readonly<Record<string, (rule: JsonObject) => JsonObject>> = {
  namedPortRule: (rule) => ({ ...rule, ports: [{ namedPort: 'web' }] }),
  dnsPortRule: (rule) => ({ ...rule, ports: [{ namedPort: 'dns' }] }),
};

function runSuite(): void {
  const cluster = readObjects('conformance/base/manifests.yaml').flatMap(toPods);
  let pokes = 0;
  for (const item of getArray(parseJson(readFileSync(new URL('pokes.json', SUITE), 'utf8')), 'tests')) {
    test(`network-policy-api: ${getString(item, 'test') ?? ''}`, () => {
      let policies: readonly KubernetesObject[] = getArray(item, 'manifests').flatMap((file) =>
        typeof file === 'string' ? readObjects(file) : [],
      );
      for (const run of getArray(item, 'runs')) {
        const steps = getArray(run, 'steps');
        policies = mutate(
          withoutNetworkPolicies(policies, getString(run, 'name') ?? ''),
          steps.flatMap((step) => getString(step, 'mutationGo') ?? []),
        );
        const world = World.of([...cluster, ...policies]);
        for (const step of steps) if (getAt(step, 'allowed') !== undefined) pokes += assertPoke(world, step, getString(run, 'name') ?? '');
      }
    });
  }
  test('network-policy-api: every poke was asked', (t) => {
    t.diagnostic(`${pokes} of ${POKES} pokes of the conformance tests`);
    assert.equal(pokes, POKES);
  });
}

function readObjects(file: string): readonly KubernetesObject[] {
  const text = readFileSync(new URL(file, SUITE), 'utf8').replaceAll(/\{\{ index \.HostNetworkPorts (\d) \}\}/g, (_, index: string) =>
    String(HOST_PORTS[Number(index)]),
  );
  return parseDocuments(text, file).documents.flatMap(({ value }) => (isKubernetesObject(value) ? [value] : []));
}

/** The pods that a StatefulSet makes, with the addresses and the node that a cluster would give them. */
function toPods(object: KubernetesObject): readonly KubernetesObject[] {
  if (object.kind !== 'StatefulSet') return [object];
  const template = getObject(specOf(object), 'template') ?? {};
  return [0, 1].map((ordinal) => {
    const name = `${nameOf(object)}-${ordinal}`;
    const isHost = getAt(template, 'spec', 'hostNetwork') === true;
    const ip = IPS.get(name) ?? `10.9.${nameOf(object).length}.${ordinal}`;
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: getString(object.metadata, 'namespace') ?? '',
        labels: getObject(template, 'metadata', 'labels') ?? {},
      },
      spec: { ...getObject(template, 'spec'), nodeName: `node-${ordinal}` },
      status: isHost ? {} : { podIP: ip },
    };
  });
}

const NODES: readonly KubernetesObject[] = [0, 1].map((ordinal) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${ordinal}`, labels: { 'kubernetes.io/os': 'linux' } },
  status: { addresses: [{ type: 'InternalIP', address: `172.18.0.${ordinal + 2}` }] },
}));

// The suite deletes the NetworkPolicy of its integration test before it looks at the baseline.
function withoutNetworkPolicies(policies: readonly KubernetesObject[], run: string): readonly KubernetesObject[] {
  return run.includes('respect the match for baseline') ? policies.filter(({ kind }) => kind !== 'NetworkPolicy') : policies;
}

/** Applies the Go assignments of a run to the policy that they are about. */
function mutate(policies: readonly KubernetesObject[], assignments: readonly string[]): readonly KubernetesObject[] {
  return assignments.reduce<readonly KubernetesObject[]>((current, text) => {
    const isPriority = text.includes('.Priority');
    const target = current.find((policy) => policy.kind !== 'NetworkPolicy' && (!isPriority || nameOf(policy).endsWith('-40-example')));
    assert.ok(target !== undefined, text);
    const spec = assign(specOf(target), text);
    return current.map((policy) => (policy === target ? { ...policy, spec } : policy));
  }, policies);
}

function assign(spec: JsonObject, text: string): JsonObject {
  if (text.includes('.Priority')) return { ...spec, priority: 40 };
  const section = text.includes('.Egress') ? 'egress' : 'ingress';
  const rules = getArray(spec, section).map((rule) => getObject(rule) ?? {});
  if (text.includes('append(newRule')) {
    const networks = [...IPS.values()].map((ip) => `${ip}/32`);
    return { ...spec, [section]: [{ name: 'new', action: 'Allow', to: [{ networks }] }, ...rules] };
  }
  const [, at = '', rest = ''] = /\[(\d)\](.*)$/.exec(text.split(' = ')[0] ?? '') ?? [];
  const [, value = ''] = text.split(' = ');
  const replace = (change: (rule: JsonObject) => JsonObject): JsonObject => ({
    ...spec,
    [section]: rules.map((rule, index) => (index === Number(at) ? change(rule) : rule)),
  });
  if (rest === '.Action') return replace((rule) => ({ ...rule, action: 'Pass' }));
  const made = NEW_RULES[value];
  if (made !== undefined) return replace(made);
  const from = /\[(\d)\]$/.exec(value)?.[1];
  if (from === undefined) return spec;
  const swapped = rules.with(Number(at), rules[Number(from)] ?? {}).with(Number(from), rules[Number(at)] ?? {});
  return { ...spec, [section]: swapped };
}

function assertPoke(world: World, step: JsonValue, name: string): number {
  const protocol = PROTOCOLS.find((known) => known.toLowerCase() === getString(step, 'protocol'));
  assert.ok(protocol !== undefined);
  const hostPort = /HostNetworkPorts\[(\d)\]/.exec(getString(step, 'port') ?? '')?.[1];
  const port = hostPort === undefined ? getNumber(step, 'port') : HOST_PORTS[Number(hostPort)];
  const to = getString(step, 'to') ?? 'network-policy-conformance-forbidden-forrest/centaur-1';
  const flow = { from: getString(step, 'from') ?? '', to, protocol, port: port ?? 0 };
  const verdict = isAllowed(world.with(NODES), flow);
  assert.ok(verdict.kind === 'verdict', `${name}: ${JSON.stringify(flow)}`);
  assert.equal(verdict.allowed, getAt(step, 'allowed'), `${name}: ${JSON.stringify(flow)} ${verdict.reasons.join('; ')}`);
  return 1;
}

/** The conformance tests of AdminNetworkPolicy and BaselineAdminNetworkPolicy: each poke is one question. */
if (existsSync(new URL('pokes.json', SUITE))) runSuite();
else {
  test('network-policy-api: the fixtures are not beside this checkout', (t) => {
    t.diagnostic(`0 of ${POKES} pokes were asked: ../shared/fixtures/network-policy-api-conformance is not there`);
    assert.notEqual(process.env['KPLAN_CONFORMANCE'], 'required', 'conformance is required and its fixtures are missing');
  });
}
