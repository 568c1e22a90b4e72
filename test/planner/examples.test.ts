import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readRepository } from '../../src/loader/index.ts';
import { findEntry, refKeyOf } from '../../src/model/index.ts';
import type { ServerAnswer } from '../../src/planner/index.ts';
import { writeFiles } from '../loader/files.ts';
import { plan } from './scenario.ts';
import { added, complete, OTHER, removed, replaced, testExamples, type ExampleCase } from './example-world.ts';

const SETTINGS = complete('kind: ConfigMap\nmetadata: {name: settings}').map(refKeyOf);
const WEB =
  'kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: web}]}}}';

const WEB_KEYS = complete('kind: Deployment\nmetadata: {name: web}').map(refKeyOf);
const REFUSED: ServerAnswer = {
  kind: 'refused',
  refusal: { reason: 'Forbidden', message: 'admission webhook "owners" denied the request: no label owner' },
};

const cases: readonly ExampleCase[] = [
  { code: 'KP0101', sides: replaced('replicas: 3', 'replicas: 5'), options: { mode: 'live' }, writer: 'autoscaler' },
  { code: 'KP0102', sides: replaced('web:2', 'web:1') },
  { code: 'KP0103', sides: replaced('web2', 'web'), options: { mode: 'live' } },
  { code: 'KP0104', sides: (example) => ({ before: example, after: '' }), options: { mode: 'live' } },
  { code: 'KP0105', sides: removed },
  { code: 'KP0106', sides: removed },
  { code: 'KP0107', sides: removed, options: { ownedByOthers: new Map(SETTINGS.map((key) => [key, 'web'])) } },
  { code: 'KP0108', sides: replaced('', ''), options: { ownedByOthers: new Map(SETTINGS.map((key) => [key, 'web'])) } },
  { code: 'KP0109', sides: added() },
  { code: 'KP0110', sides: added() },
  { code: 'KP0111', sides: added() },
  { code: 'KP0112', sides: added() },
  { code: 'KP0114', sides: added() },
  { code: 'KP0115', sides: added() },
  { code: 'KP0116', sides: added(), options: { mode: 'live' } },
  { code: 'KP0117', sides: removed, options: { moved: new Map(SETTINGS.map((key) => [key, 'deploy/web/a.yaml:1'])) } },
  { code: 'KP0118', sides: replaced('replicas: 2', 'replicas: 3') },
  { code: 'KP0201', sides: replaced('web:1.5', 'web:1.4') },
  { code: 'KP0202', sides: replaced('debug', 'info') },
  { code: 'KP0203', sides: replaced('level=debug', 'level=info') },
  { code: 'KP0301', sides: added(), options: { mode: 'live', answers: new Map(WEB_KEYS.map((key) => [key, REFUSED])) } },
  {
    code: 'KP0302',
    sides: (example) => ({ before: example, after: OTHER }),
    options: { mode: 'live', owned: new Set(), beforeSource: { kind: 'cluster', description: 'test', kubernetesVersions: ['1.36'] } },
  },
  { code: 'KP0303', sides: added(), options: { served: [] } },
  {
    code: 'KP0204',
    sides: replaced('web:2', 'web:1'),
  },
  { code: 'KP0401', sides: replaced('image: web', 'readinessProbe: {tcpSocket: {port: 80}}\n          image: web') },
  { code: 'KP0402', sides: replaced('Recreate', 'RollingUpdate') },
  { code: 'KP0403', sides: replaced('replicas: 0', 'replicas: 3') },
  { code: 'KP0404', sides: replaced('100%', '1', WEB) },
  { code: 'KP0405', sides: replaced('maxReplicas: 4', 'maxReplicas: 12', WEB) },
  { code: 'KP0406', sides: replaced('terminationGracePeriodSeconds: 0', 'terminationGracePeriodSeconds: 30') },
  { code: 'KP0407', sides: replaced('Delete', 'Retain') },
  { code: 'KP0409', sides: replaced('name: postgres', 'name: db') },
  { code: 'KP0408', sides: replaced('[example.com/cleanup]', '[]') },
];

testExamples(/^KP/, cases, ['KP0113']);

test('the example of KP0113 has it', async () => {
  const base = mkdtempSync(join(tmpdir(), 'kplan-example-'));
  after(() => rmSync(base, { recursive: true, force: true }));
  const path = writeFiles(join(base, 'shop'), { 'web.yaml': `apiVersion: v1\n${findEntry('KP0113').example}` });
  const { incomplete } = await readRepository({ path, git: 'js', renderers: 'none' });
  const { findings } = plan(complete(OTHER), [], { incomplete });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['KP0113'],
  );
});
