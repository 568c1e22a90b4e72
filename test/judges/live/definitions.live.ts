import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stepsOf, type KubernetesObject } from '../../../src/model/index.ts';
import { readPlanFile } from '../../../src/planner/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { run as runProgram } from '../../cli/program.ts';
import { readReport } from '../../cli/report-schema.ts';
import { kubectl, kubectlGet, tryKubectl } from './kubectl.ts';

// Objects of a definition that the same change makes or changes: no dry run can be asked about them, so the plan says what
// its own schemas, defaults and rules make of them. Here they are applied for real, and must be what was said.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-definitions-'));
after(async () => {
  await runProgram('kapply', folder, ['delete', '--unit', 'defined', '--yes'], { KUBECONFIG });
  tryKubectl(['delete', 'crd', 'widgets.defined.example', '--ignore-not-found']);
  rmSync(folder, { recursive: true, force: true });
});

const string = { type: 'string' };
const PORT: JsonObject = {
  type: 'object',
  required: ['port'],
  properties: {
    port: { type: 'integer' },
    protocol: { type: 'string', default: 'TCP', enum: ['TCP', 'UDP'] },
    retry: { type: 'object', default: {}, properties: { times: { type: 'integer', default: 3 }, pause: string } },
  },
};
const FIELDS: JsonObject = {
  any: { 'x-kubernetes-preserve-unknown-fields': true },
  atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: PORT },
  deep: {
    type: 'object',
    default: { level: { name: 'low' } },
    properties: { level: { type: 'object', properties: { name: string, weight: { type: 'number', default: 0.5 } } } },
  },
  either: { 'x-kubernetes-int-or-string': true, default: '50%' },
  embedded: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { spec: { type: 'object', properties: { on: { type: 'boolean', default: true } } } },
  },
  maybe: { type: 'string', nullable: true, default: 'x' },
  open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'boolean', default: false } } },
  ports: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'], items: PORT },
  size: { type: 'integer', minimum: 1, 'x-kubernetes-validations': [{ rule: 'self < 100', message: 'too big' }] },
  tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: string },
  table: { type: 'object', additionalProperties: { type: 'object', properties: { on: { type: 'boolean', default: true } } } },
  when: { type: 'string', format: 'date-time' },
};

function definition(more: JsonObject = {}, subresources: JsonObject = {}): JsonObject {
  const spec = { type: 'object', properties: { ...FIELDS, ...more } };
  const status = { type: 'object', properties: { phase: { type: 'string', default: 'New' } } };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec, status } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.defined.example' },
    spec: {
      group: 'defined.example',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema, ...subresources }],
    },
  };
}

/** The Namespace is made in the same change as well. */
const NAMESPACE: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'defined' } };

const widget = (name: string, spec: JsonValue, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'defined.example/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'defined', labels: { app: name } },
  spec,
  ...more,
});

const WIDGETS: readonly JsonObject[] = [
  widget('empty', {}),
  widget('any', { any: { a: [1, { b: null }], c: 'd' } }),
  widget('atomic', { atomic: [{ port: 80 }, { port: 81, protocol: 'UDP', retry: { times: 1 } }, { port: 80, retry: {} }] }),
  widget('deep', { deep: {} }),
  widget('deeper', { deep: { level: { name: 'high', weight: 2 } } }),
  widget('either', { either: 7 }),
  widget('embedded', { embedded: { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x', labels: { a: 'b' } }, spec: {} } }),
  widget('lists', { ports: [], tags: [], table: {}, atomic: [] }),
  widget('maybe', { maybe: null }),
  widget('open', { open: { other: { deep: [1, 2] } } }),
  widget('ports', { ports: [{ port: 443 }, { port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP', retry: { pause: '1s' } }] }),
  widget('size', { size: 99, when: '2026-01-02T03:04:05Z' }),
  widget('status', { size: 1 }, { status: {} }),
  widget('table', { table: { a: {}, b: { on: false } } }),
  widget('tags', { tags: ['b', 'a'] }),
];

const toYaml = (objects: readonly JsonObject[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');

/** Plans into a file, applies that file, and answers the objects of the definition as they were told, by name. */
async function planAndApply(objects: readonly JsonObject[]): Promise<ReadonlyMap<string, KubernetesObject>> {
  writeFileSync(join(folder, 'app.yaml'), toYaml(objects));
  const planned = await runProgram('kplan', folder, ['app.yaml', '--unit', 'defined', '--out', 'app.kplan'], { KUBECONFIG });
  assert.equal(planned.code, 0, planned.stdout + planned.stderr);
  const applied = await runProgram('kapply', folder, ['app.kplan', '--yes'], { KUBECONFIG });
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
  const file = readPlanFile(readFileSync(join(folder, 'app.kplan'), 'utf8'));
  assert.ok(file.kind === 'ok');
  const steps = stepsOf(file.plan).filter(({ ref }) => ref.kind === 'Widget');
  return new Map(steps.flatMap(({ ref, merged }) => (merged === undefined ? [] : [[ref.name, merged]])));
}

async function plan(): Promise<JsonObject> {
  const given = ['app.yaml', '--unit', 'defined', '-o', 'json', '--fail-on', 'never'];
  const { code, stdout, stderr } = await runProgram('kplan', folder, given, { KUBECONFIG });
  assert.equal(code, 0, stderr);
  return readReport(stdout);
}

/** What a manifest can say of an object; the rest of its metadata is the server's. */
function contentOf(object: JsonValue): JsonObject {
  const { labels, annotations } = getObject(object, 'metadata') ?? {};
  const { metadata: _m, ...content } = getObject(object) ?? {};
  return { ...content, metadata: { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) } };
}

function compareWithServer(told: ReadonlyMap<string, KubernetesObject>, names: readonly string[]): void {
  for (const name of names) {
    const wanted = told.get(name);
    assert.ok(wanted !== undefined, `${name} is not in the plan`);
    assert.deepEqual(contentOf(kubectlGet(`widgets.defined.example/${name}`, '-n', 'defined')), contentOf({ ...wanted }), name);
  }
}

describe('objects of a definition of the same change', { concurrency: 1 }, () => {
  test('are told as the server then stores them', async () => {
    const told = await planAndApply([NAMESPACE, definition(), ...WIDGETS]);
    assert.equal(told.size, WIDGETS.length);
    compareWithServer(told, [...told.keys()]);
    console.log(`${told.size} objects of a definition made in the same change are what the plan said`);
  });

  test('are told so where the definition changes', async () => {
    const changed = definition({
      added: { type: 'object', default: { by: 'server' }, properties: { by: string, at: { type: 'integer', default: 1 } } },
    });
    const moved = WIDGETS.map((object) => {
      const name = getString(object, 'metadata', 'name') ?? '';
      return name === 'size'
        ? widget(name, { size: 98, added: { by: 'us' } })
        : name === 'deep'
          ? widget(name, { deep: { level: {} } })
          : object;
    });
    const told = await planAndApply([NAMESPACE, changed, ...moved, widget('new', { ports: [{ port: 1 }] })]);
    assert.deepEqual([...told.keys()].toSorted(), ['deep', 'new', 'size']);
    compareWithServer(told, [...told.keys()]);
  });

  test('are refused in the words of the server', async () => {
    const wrong: readonly JsonObject[] = [
      widget('w1', { size: 0 }),
      widget('w3', { ports: [{ protocol: 'TCP' }] }),
      widget('w5', { atomic: [{ port: 1, protocol: 'SCTP' }] }),
      widget('w6', { when: 'yesterday' }),
      widget('w7', { embedded: { kind: 'Thing' } }),
    ];
    kubectl(['delete', 'crd', 'widgets.defined.example']);
    writeFileSync(join(folder, 'app.yaml'), toYaml([NAMESPACE, definition(), ...wrong, widget('ruled', { size: 100 })]));
    const report = await plan();
    const findings = getArray(report, 'findings');
    const ruled = getArray(report, 'changes').find((change) => getString(change, 'ref', 'name') === 'ruled');
    assert.match(getString(ruled, 'unconfirmed') ?? '', /its rules in CEL are not looked at/);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(definition()));
    kubectl(['wait', '--for=condition=Established', 'crd/widgets.defined.example']);
    for (const object of wrong) {
      const name = getString(object, 'metadata', 'name');
      const told = findings.filter((item) => getString(item, 'ref', 'name') === name).map((item) => getString(item, 'message') ?? '');
      const { status, stderr } = tryKubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], JSON.stringify(object));
      assert.equal(status, 1, `${name}: the server takes it`);
      assert.ok(told.length > 0 && told.every((message) => stderr.includes(message)), `${name}: ${told.join('; ')}\n${stderr}`);
    }
  });
});
