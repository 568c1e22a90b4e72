import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isAllowed, PROTOCOLS } from '../../src/engine/network/index.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, isObject, parseJson, type JsonValue } from '../../src/std/index.ts';

const CASES_FILE = new URL('../../../shared/fixtures/policy-assistant/integration-cases.jsonl', import.meta.url);
const CASES = 12;

/** The truth tables of policy-assistant for all tiers at once. */
if (existsSync(CASES_FILE)) runSuite();
else {
  test('policy-assistant: the fixtures are not beside this checkout', (t) => {
    t.diagnostic(`0 of ${CASES} cases were run: ../shared/fixtures/policy-assistant is not there`);
    assert.notEqual(process.env['KPLAN_CONFORMANCE'], 'required', 'conformance is required and its fixtures are missing');
  });
}

function runSuite(): void {
  const cases = readFileSync(CASES_FILE, 'utf8').trimEnd().split('\n').map(parseJson);
  let cells = 0;
  for (const item of cases) {
    test(`policy-assistant ${getNumber(item, 'id') ?? 0}: ${getString(item, 'name') ?? ''}`, () => {
      cells += assertCase(item);
    });
  }
  test('policy-assistant: every case was there', (t) => {
    t.diagnostic(`${cases.length} of ${CASES} cases, ${cells} cells of truth tables compared`);
    assert.equal(cases.length, CASES);
  });
}

function assertCase(item: JsonValue): number {
  const world = World.of(toObjects(item));
  const pods = getArray(item, 'expected', 'pods').map(String);
  const ports = getArray(item, 'expected', 'ports').map(String);
  for (const side of ['combined', 'ingress', 'egress'] as const) {
    const table = pods.map((from) => pods.map((to) => ports.map((port) => toCell(world, side, { from, to }, port)).join('')));
    assert.deepEqual(table, getAt(item, 'expected', side), side);
  }
  return 3 * pods.length * pods.length * ports.length;
}

function toCell(
  world: World,
  side: 'combined' | 'egress' | 'ingress',
  ends: { readonly from: string; readonly to: string },
  text: string,
): string {
  if (ends.from === ends.to) return '#';
  const [name, port] = text.split('/');
  const protocol = PROTOCOLS.find((known) => known === name);
  assert.ok(protocol !== undefined, text);
  const verdict = isAllowed(world, { ...ends, protocol, port: Number(port) });
  assert.ok(verdict.kind === 'verdict');
  return (side === 'combined' ? verdict.allowed : verdict[side].allowed) ? '.' : 'X';
}

function toObjects(item: JsonValue): readonly KubernetesObject[] {
  const ports = getArray(item, 'containerPorts').map((port) => ({ ...getObject(port), containerPort: getAt(port, 'port') ?? 0 }));
  const namespaces = Object.entries(getObject(item, 'namespaces') ?? {}).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
  const pods = getArray(item, 'pods').map((pod) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: getAt(pod, 'name') ?? '', namespace: getAt(pod, 'namespace') ?? '', labels: getAt(pod, 'labels') ?? {} },
    spec: { containers: [{ name: 'c', ports }] },
    status: { podIP: getAt(pod, 'ip') ?? '' },
  }));
  const policies = [
    ...getArray(item, 'networkPolicies'),
    ...getArray(item, 'adminNetworkPolicies'),
    getAt(item, 'baselineAdminNetworkPolicy') ?? null,
  ];
  return [...namespaces, ...pods, ...policies.map(withoutSameLabels).filter(isKubernetesObject)];
}

/**
 * `sameLabels`, which the API no longer has, in its present fields: the policies of these cases that use it have subjects of
 * namespaces labelled `ns: x` alone, so the same label `ns` is that label.
 */
function withoutSameLabels(policy: JsonValue): JsonValue {
  if (Array.isArray(policy)) return policy.map(withoutSameLabels);
  if (!isObject(policy)) return policy;
  if (getAt(policy, 'sameLabels', 0) === 'ns') return { namespaceSelector: { matchLabels: { ns: 'x' } } };
  return Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, withoutSameLabels(value)]));
}
