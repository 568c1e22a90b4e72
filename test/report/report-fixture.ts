import type { Effect, Finding, ObjectRef, Plan, Step } from '../../src/model/index.ts';
import type { PlanReport } from '../../src/report/index.ts';

const WEB: ObjectRef = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

/** A step of a plan for tests of reports. */
export function step(fields: Partial<Step>): Step {
  return { action: 'update', ref: WEB, fields: [], precondition: { kind: 'absent' }, wave: 0, ...fields };
}

/** A plan report around some steps, findings and effects. */
export function planReport(steps: readonly Step[], findings: readonly Finding[] = [], effects: readonly Effect[] = []): PlanReport {
  const plan: Plan = {
    unit: 'shop',
    fieldManager: 'kapply',
    before: { kind: 'revision', description: 'main (4f1c2e9)', commit: '4f1c2e9', kubernetesVersions: ['1.36'] },
    after: { kind: 'directory', description: 'deploy', path: 'deploy', kubernetesVersions: ['1.36'] },
    waves: [{ index: 0, label: 'workloads', steps }],
    unchanged: [],
    findings,
    effects,
    salt: 'salt',
  };
  return { kind: 'PlanReport', plan, next: '`kapply deploy` applies it.', notes: [] };
}

/** An update of shop/web with two fields and a place. */
export const UPDATE: Step = step({
  fields: [
    { path: '/spec/replicas', before: 3, after: 5 },
    { path: '/spec/template/spec/containers/0/resources/requests/memory', before: '512Mi', after: '2Gi' },
  ],
  source: { file: 'apps/web/deployment.yaml', line: 12, column: 1, endLine: 40, endColumn: 1 },
  merged: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'web' }] } } },
  },
});
