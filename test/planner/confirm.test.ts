import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, refKeyOf, stepsOf, toRefKey, withMetadata, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import { readPlanFile, writePlanFile, type ServerAnswer } from '../../src/planner/index.ts';
import { getObject, type JsonObject } from '../../src/std/index.ts';
import { manifest, object, plan, stored, summary } from './scenario.ts';

function web(replicas: number, metadata: JsonObject = {}): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', ...metadata },
    spec: { replicas, selector: { matchLabels: { a: 'b' } }, template },
  };
}

const SERVICE: JsonObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'NodePort', selector: { a: 'b' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
};
const SECRET: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'default' },
  data: { p: btoa('hunter2') },
};
const KEY = refKeyOf(object(web(1)));
const ANNOTATED = { annotations: { injected: 'yes' } };

function asked(before: readonly KubernetesObject[], desired: JsonObject, answer: ServerAnswer): Plan {
  const made = plan(before, [manifest(desired)], { answers: new Map([[refKeyOf(object(desired)), answer]]), owned: new Set() });
  const read = readPlanFile(writePlanFile(made, { kplanVersion: '0' }));
  assert.deepEqual(read.kind === 'ok' ? read.plan : read.reason, made);
  return made;
}

function accepted(value: KubernetesObject, mutated = false): ServerAnswer {
  return { kind: 'accepted', object: value, mutated };
}

function refused(
  reason: string,
  message: string,
  ...causes: readonly (readonly [reason: string, message: string, field: string])[]
): ServerAnswer {
  const listed = causes.map(([why, text, field]) => ({ reason: why, message: text, field }));
  return { kind: 'refused', refusal: { reason, message, ...(listed.length === 0 ? {} : { causes: listed }) } };
}

function told({ findings }: Plan): readonly string[] {
  return findings.map((finding) => `${finding.code} ${finding.source?.file ?? ''}: ${describe(finding)}`);
}

test('what admission adds to a new object is told, and is what the engines see', () => {
  const made = asked([], web(1), accepted(stored(web(1, ANNOTATED)), true));
  const [step] = stepsOf(made);
  assert.deepEqual(step?.fields, [{ path: '/metadata/annotations', after: { injected: 'yes' }, by: 'admission' }]);
  assert.deepEqual([step?.action, step?.confirmed, step?.merged?.metadata['annotations']], ['create', true, { injected: 'yes' }]);
});

test('what the server makes up for a new Service is not told', () => {
  const spec = {
    ...getObject(SERVICE, 'spec'),
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 30007 }],
  };
  const [step] = stepsOf(asked([], SERVICE, accepted(stored({ ...SERVICE, spec }), true)));
  assert.deepEqual(step?.fields, []);
  assert.doesNotMatch(JSON.stringify(step?.merged), /10\.96\.0\.7|30007/);
});

test('an update is what the server answers, and says what the manifest did not lead to', () => {
  const live = stored(web(1));
  const made = asked([live], web(3), accepted(withMetadata(stored(web(4, ANNOTATED), 'kapply', live), { resourceVersion: '9' }), true));
  assert.deepEqual(stepsOf(made)[0]?.fields, [
    { path: '/metadata/annotations', after: { injected: 'yes' }, by: 'admission' },
    { path: '/spec/replicas', before: 1, after: 4, by: 'admission' },
  ]);
  const plain = stepsOf(asked([live], web(3), accepted(stored(web(3), 'kapply', live))))[0];
  assert.deepEqual(plain?.fields, [{ path: '/spec/replicas', before: 1, after: 3 }]);
  assert.equal(plain?.confirmed, true);
});

test('an update that the server answers with what is there is none', () => {
  const live = stored(web(1));
  const made = asked([live], web(3), accepted(live));
  assert.deepEqual([summary(made), made.unchanged.length], [[], 1]);
});

test('a replacement that the server takes as an update is one', () => {
  const [one, two] = [{ ...web(1) }, { ...web(1), spec: { ...getObject(web(1), 'spec'), selector: { matchLabels: { a: 'b', c: 'd' } } } }];
  const live = stored(one);
  assert.deepEqual(
    stepsOf(plan([live], [manifest(two)])).map(({ action }) => action),
    ['replace'],
  );
  const made = asked([live], two, accepted(stored(two, 'kapply', live)));
  assert.deepEqual([stepsOf(made)[0]?.action, told(made)], ['update', []]);
  const immutable = refused('Invalid', 'no', ['FieldValueInvalid', 'Invalid value: {}: field is immutable', 'spec.selector']);
  const kept = asked([live], two, immutable);
  assert.deepEqual(
    [stepsOf(kept)[0]?.action, stepsOf(kept)[0]?.confirmed, kept.findings.map(({ code }) => code)],
    ['replace', true, ['KP0103']],
  );
});

test('a refusal is told at its place, in the words of the server', () => {
  const denied = asked([], web(1), refused('Forbidden', 'admission webhook "w" denied the request: no'));
  assert.deepEqual(told(denied), ['KP0301 a.yaml: the API server refuses this in a dry run: admission webhook "w" denied the request: no']);
  const invalid = refused('Invalid', 'Deployment.apps "web" is invalid', [
    'FieldValueInvalid',
    'Invalid value',
    'spec.template.spec.containers[0].image',
  ]);
  assert.deepEqual(told(asked([], web(1), invalid)), [
    'KP0301 a.yaml /spec/template/spec/containers/0/image: the API server refuses this in a dry run: Deployment.apps "web" is invalid',
  ]);
});

test('what is refused of a Secret is told without its words', () => {
  const made = asked(
    [],
    SECRET,
    refused('Invalid', 'data[p]: Invalid value: "hunter2"', ['FieldValueInvalid', 'hunter2', 'data[hunter2]']),
  );
  assert.equal(made.findings[0]?.code, 'KP0301');
  assert.match(told(made)[0] ?? '', /: Invalid at data \(its words are left out/);
  assert.doesNotMatch(JSON.stringify(asked([], SECRET, refused('Forbidden', 'because hunter2'))), /hunter2/);
});

test('a conflict that the plan has told already is not told twice, and one that it has not is', () => {
  const taken = stored(web(5), 'hpa', stored(web(1)));
  const conflict = refused('Conflict', 'Apply failed', ['FieldManagerConflict', 'conflict with "hpa" using apps/v1', '.spec.replicas']);
  assert.deepEqual(
    asked([taken], web(3), conflict).findings.map(({ code }) => code),
    ['KP0101'],
  );
  const made = asked([stored(web(1))], web(3), conflict);
  assert.deepEqual(told(made), ['KP0101 a.yaml /spec/replicas: conflict with "hpa" using apps/v1: .spec.replicas']);
});

test('a change that could not be asked about says why', () => {
  const [step] = stepsOf(asked([], web(1), { kind: 'unknown', reason: 'the Namespace x is made in the same change' }));
  assert.deepEqual([step?.action, step?.confirmed, step?.unconfirmed], ['create', undefined, 'the Namespace x is made in the same change']);
});

test('a deletion that the server refuses is told', () => {
  const live = stored(web(1));
  const answers = new Map([[KEY, refused('Forbidden', 'denied: keep it')]]);
  const made = plan([live], [], { answers });
  const told = made.findings.filter(({ code }) => code === 'KP0301').map(({ ref }) => (ref === undefined ? '' : toRefKey(ref)));
  assert.deepEqual(told, [KEY]);
  const allowed = plan([live], [], { answers: new Map([[KEY, { kind: 'accepted', mutated: false } as const]]) });
  assert.equal(stepsOf(allowed)[0]?.confirmed, true);
});
