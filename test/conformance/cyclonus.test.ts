import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { getArray, getAt, getNumber, getObject, getString, parseJson, type JsonValue } from '../../src/std/index.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../src/model/index.ts';
import { isAllowed, networkEngine, PROTOCOLS, type Protocol } from '../../src/engine/network/index.ts';

const FIXTURES = new URL('../../../shared/fixtures/cyclonus/', import.meta.url);
const CASES = 121;

/**
 * The truth tables of cyclonus, read where they stand beside the checkout. Without them the suite says so, and fails where
 * KPLAN_CONFORMANCE=required.
 */
if (existsSync(new URL('cases.jsonl', FIXTURES))) runSuite();
else {
  test('cyclonus: the fixtures are not beside this checkout', (t) => {
    t.diagnostic(`0 of ${CASES} cases were run: ../shared/fixtures/cyclonus is not there`);
    assert.notEqual(process.env['KPLAN_CONFORMANCE'], 'required', 'conformance is required and its fixtures are missing');
  });
}

function runSuite(): void {
  const ports = getAt(parseJson(readFileSync(new URL('container-ports.json', FIXTURES), 'utf8')), 'containerPorts') ?? [];
  const cases = readFileSync(new URL('cases.jsonl', FIXTURES), 'utf8').trimEnd().split('\n').map(parseJson);
  let cells = 0;
  for (const item of cases) {
    test(`cyclonus ${getNumber(item, 'id') ?? 0}: ${getString(item, 'description') ?? ''}`, () => {
      for (const step of getArray(item, 'steps')) cells += assertStep(step, ports);
    });
  }
  test('cyclonus: what opens and closes from each step to the next, over all cases', (t) => {
    const steps = cases.flatMap((item) => getArray(item, 'steps'));
    const changes = steps.reduce<number>((sum, step, i) => (i === 0 ? 0 : sum + assertChange(steps[i - 1] ?? null, step, ports)), 0);
    t.diagnostic(`${changes} cells compared over ${steps.length - 1} changes`);
    assert.ok(changes > 50_000);
  });
  test('cyclonus: every case was there', (t) => {
    t.diagnostic(`${cases.length} cases, ${cells} cells of truth tables compared`);
    assert.equal(cases.length, CASES);
  });
}

function assertStep(step: JsonValue, containerPorts: JsonValue): number {
  const world = World.of(toObjects(step, containerPorts));
  const pods = getArray(step, 'expected', 'pods').map(String);
  const ports = getArray(step, 'expected', 'ports').map(String).map(toPort);
  const tables = {
    combined: pods.map(() => [] as string[]),
    ingress: pods.map(() => [] as string[]),
    egress: pods.map(() => [] as string[]),
  };
  for (const [i, from] of pods.entries()) {
    for (const to of pods) {
      const verdicts = ports.map((port) => isAllowed(world, { from, to, ...port }));
      const write = (choose: (verdict: (typeof verdicts)[number]) => boolean): string =>
        verdicts.map((verdict) => (from === to ? '#' : choose(verdict) ? '.' : 'X')).join('');
      tables.combined[i]?.push(write((verdict) => verdict.kind === 'verdict' && verdict.allowed));
      tables.ingress[i]?.push(write((verdict) => verdict.kind === 'verdict' && verdict.ingress.allowed));
      tables.egress[i]?.push(write((verdict) => verdict.kind === 'verdict' && verdict.egress.allowed));
    }
  }
  for (const name of ['combined', 'ingress', 'egress'] as const) assert.deepEqual(tables[name], getAt(step, 'expected', name), name);
  return 3 * pods.length * pods.length * ports.length;
}

/** What opens and closes from one step to the next is the difference of their tables, where the same pods are in both. */
function assertChange(before: JsonValue, after: JsonValue, containerPorts: JsonValue): number {
  const names = getArray(after, 'expected', 'pods').map(String);
  const ports = getArray(after, 'expected', 'ports').map(String).map(toPort);
  if (getArray(before, 'expected', 'pods').map(String).join() !== names.join()) return 0;
  const facts = networkEngine.compare(World.of(toObjects(before, containerPorts)), World.of(toObjects(after, containerPorts)));
  const isTold = (change: 'gained' | 'lost', from: string, to: string, at: (typeof ports)[number]): boolean =>
    facts.some(
      ({ change: told, fact }) =>
        told === change &&
        getArray(fact.data, 'sources').includes(from) &&
        getArray(fact.data, 'destinations').includes(to) &&
        getArray(fact.data, 'portRanges').some(
          (range) =>
            getString(range, 'protocol') === at.protocol &&
            (getNumber(range, 'first') ?? 0) <= at.port &&
            at.port <= (getNumber(range, 'last') ?? 0),
        ),
    );
  for (const [i, from] of names.entries()) {
    for (const [j, to] of names.entries()) {
      if (i === j) continue;
      const [was, is] = [before, after].map((step) => getString(step, 'expected', 'combined', i, j) ?? '');
      const told = ports.map((port) => (isTold('gained', from, to, port) ? '+' : isTold('lost', from, to, port) ? '-' : ' ')).join('');
      const want = ports.map((_, k) => (was?.[k] === is?.[k] ? ' ' : is?.[k] === '.' ? '+' : '-')).join('');
      assert.equal(told, want, `${from} -> ${to}`);
    }
  }
  return names.length * (names.length - 1) * ports.length;
}

function toPort(text: string): { readonly protocol: Protocol; readonly port: number } {
  const [name, port] = text.split('/');
  const protocol = PROTOCOLS.find((known) => known === name);
  assert.ok(protocol !== undefined, text);
  return { protocol, port: Number(port) };
}

function toObjects(step: JsonValue, containerPorts: JsonValue): readonly KubernetesObject[] {
  const ports = getArray(containerPorts).map((port) => ({ ...getObject(port), containerPort: getAt(port, 'port') ?? 0 }));
  const namespaces = Object.entries(getObject(step, 'namespaces') ?? {}).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
  const pods = getArray(step, 'pods').map((pod) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: getAt(pod, 'name') ?? '', namespace: getAt(pod, 'namespace') ?? '', labels: getAt(pod, 'labels') ?? {} },
    spec: { containers: [{ name: 'c', ports }] },
    status: { podIP: getAt(pod, 'ip') ?? '' },
  }));
  return [...namespaces, ...pods, ...getArray(step, 'policies').filter(isKubernetesObject)];
}
