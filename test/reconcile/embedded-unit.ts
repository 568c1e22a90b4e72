import { applyPlan, membershipLabel, readInventory, type ApplyResult } from '../../src/reconcile/index.ts';
import { refOf, World, type KubernetesObject, type Manifest, type Plan } from '../../src/model/index.ts';
import { draftPlan } from '../../src/planner/index.ts';
import type { EmbeddedCluster } from '../../src/sim/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { judgeTransition } from '../../src/validate/index.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';

export const UNIT = 'shop';

export function deployment(name: string, replicas: number, image = 'nginx'): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' }, spec };
}

export function object(kind: string, name: string, fields: JsonObject = {}): KubernetesObject {
  const metadata = kind === 'Namespace' ? { name } : { name, namespace: 'shop' };
  return { apiVersion: kind === 'Job' ? 'batch/v1' : 'v1', kind, metadata, ...fields };
}

function toManifest(object: KubernetesObject, line: number): Manifest {
  const place = { file: 'a.yaml', line, column: 1, endLine: line, endColumn: 1 };
  return { object, origin: { file: 'a.yaml', document: line, line, locate: () => place } };
}

/** Plans these objects as the unit, by the real planner, against the cluster as it is. */
export async function planUnit(cluster: EmbeddedCluster, objects: readonly KubernetesObject[]): Promise<Plan> {
  const inventory = await readInventory(cluster, UNIT);
  const live = await Promise.all(objects.map((wanted) => cluster.get(refOf(wanted))));
  const { key, value } = membershipLabel(UNIT);
  const source = { kind: 'none', description: '', kubernetesVersions: ['1.36'] } as const;
  const { plan } = draftPlan({
    unit: UNIT,
    fieldManager: 'kapply',
    desired: objects.map(toManifest),
    before: World.of([...inventory.objects, ...live.flatMap((known) => known ?? [])]),
    beforeSource: source,
    afterSource: source,
    mode: 'live',
    owned: inventory.owned,
    ownedByOthers: new Map(),
    context: World.EMPTY,
    catalog: CATALOG,
    defaultNamespace: 'default',
    labels: { [key]: value },
    findings: [],
    salt: 'salt',
    now: '2026-06-01T00:00:00Z',
    forceConflicts: false,
    judgeUpdate: (was, is) => judgeTransition(was, is, CATALOG),
  });
  return plan;
}

/** Applies a plan while the cluster's controllers work. */
export async function carryOut(cluster: EmbeddedCluster, plan: Plan, objects: readonly KubernetesObject[]): Promise<ApplyResult> {
  return withControllers(cluster, () =>
    applyPlan(cluster, plan, {
      clock: REAL_CLOCK,
      findSecret: async ({ name }) => objects.find((wanted) => wanted.kind === 'Secret' && refOf(wanted).name === name),
    }),
  );
}

export async function withControllers<T>(cluster: EmbeddedCluster, run: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const controllers = cluster.run({ signal: stop.signal, leap: true });
  try {
    return await run();
  } finally {
    stop.abort();
    await controllers;
  }
}
