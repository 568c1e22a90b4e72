import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRef, type Finding, type WorldSource } from '../../src/model/index.ts';
import { readPlanFile, writePlanFile, type PlanInput } from '../../src/planner/index.ts';
import { FORMATS } from '../formats.ts';
import { getArray, type JsonObject } from '../../src/std/index.ts';
import { readReport } from '../cli/report-schema.ts';
import { manifest, object, plan, stored } from './scenario.ts';

const LIVE: WorldSource = { kind: 'cluster', description: 'cluster test', kubernetesVersions: ['1.36'] };
const MAPS: JsonObject = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] };

function config(name: string, namespace: string, value = '1'): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
}

function namespace(name: string, labels: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function webhook(fields: JsonObject): ReturnType<typeof object> {
  return object({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'conf' },
    webhooks: [{ name: 'inject.example', sideEffects: 'None', rules: [MAPS], ...fields }],
  });
}

const HOOK_SERVICE: JsonObject = { clientConfig: { service: { namespace: 'hooks', name: 'hook' } } };

function planned(fields: JsonObject, options: Partial<PlanInput> = {}): ReturnType<typeof plan> {
  const before = [stored(namespace('old')), stored(config('changes', 'old')), stored(config('goes', 'old')), webhook(fields)];
  const desired = [
    manifest(namespace('old')),
    manifest(namespace('fresh', { team: 'a' })),
    manifest(config('changes', 'old', '2')),
    manifest(config('comes', 'fresh')),
  ];
  return plan(before, desired, { beforeSource: LIVE, ...options });
}

function told(made: ReturnType<typeof plan>): readonly string[] {
  return (made.admission ?? []).flatMap(({ name, sees, maySee }) => [
    ...sees.map((ref) => `${name} sees ${formatRef(ref)}`),
    ...maySee.map((ref) => `${name} may see ${formatRef(ref)}`),
  ]);
}

test('the changes that a webhook is asked about, deletions too', () => {
  const made = planned({});
  assert.deepEqual(told(made), [
    'inject.example sees ConfigMap fresh/comes',
    'inject.example sees ConfigMap old/changes',
    'inject.example sees ConfigMap old/goes',
  ]);
  const read = readPlanFile(writePlanFile(made, { kplanVersion: '0' }));
  assert.deepEqual(read.kind === 'ok' ? read.plan.admission : read.reason, made.admission);
});

test('a namespace that the plan makes is known by its labels to come', () => {
  const byTeam = { namespaceSelector: { matchLabels: { team: 'a' } } };
  assert.deepEqual(told(planned(byTeam)), ['inject.example sees ConfigMap fresh/comes']);
  const byName = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'fresh' } } };
  assert.deepEqual(told(planned(byName)), ['inject.example sees ConfigMap fresh/comes']);
});

test('between revisions nobody is asked', () => {
  assert.deepEqual(told(planned({}, { mode: 'revision' })), []);
});

test('a webhook that nobody answers for is told of, unless it is passed over, made by the plan, or may be there unseen', () => {
  const codes = (fields: JsonObject, options: Partial<PlanInput> = {}): readonly (readonly unknown[])[] =>
    planned(fields, options)
      .findings.filter(({ code }) => code === 'KP0302')
      .map(({ severity, data, source }: Finding) => [severity, data['service'], data['problem'], data['count'], source?.file]);
  assert.deepEqual(codes(HOOK_SERVICE), [['warning', 'hooks/hook', 'does not exist', 3, 'a.yaml']]);
  assert.deepEqual(codes({}), []);
  assert.deepEqual(codes({ ...HOOK_SERVICE, failurePolicy: 'Ignore' }), []);
  assert.deepEqual(codes(HOOK_SERVICE, { unread: ['/Service'] }), []);
  assert.deepEqual(codes(HOOK_SERVICE, { beforeSource: { ...LIVE, kind: 'snapshot' } }), []);
});

test('reports name it once, with what it is asked about', () => {
  const layout = { width: 120, color: false, all: false };
  const report = { kind: 'PlanReport', plan: planned({}), notes: [], next: '' } as const;
  assert.match(
    FORMATS.text(report, layout),
    /\nAdmission .*\n · mutating webhook inject\.example {2}sees ConfigMap fresh\/comes, ConfigMap old\/changes, ConfigMap old\/goes\n/,
  );
  assert.match(FORMATS.markdown(report, layout), /Admission \(1\)[^]*\| mutating webhook \| `inject\.example`<br>conf \| sees ConfigMap/);
  assert.equal(getArray(readReport(FORMATS.json(report, layout)), 'admission', 0, 'sees').length, 3);
});
