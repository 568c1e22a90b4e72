import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { parseNodesSpec } from '../../../src/engine/scheduler/index.ts';

/** Three roomy nodes. */
export const NODES: readonly KubernetesObject[] = parseNodesSpec('3x16cpu,64Gi');

/** A workload of a kind named `app` in namespace shop, with one container of an image. */
export function workload(kind: string, spec: JsonObject = {}, image = 'app:1', podSpec: JsonObject = {}): KubernetesObject {
  const labels = { app: 'app' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image }], ...podSpec } };
  const selector = kind === 'ReplicationController' ? labels : { matchLabels: labels };
  const group = kind === 'ReplicationController' ? 'v1' : kind === 'Job' ? 'batch/v1' : 'apps/v1';
  return {
    apiVersion: group,
    kind,
    metadata: { name: 'app', namespace: 'shop' },
    spec: { ...(kind === 'Job' ? {} : { selector }), template, ...spec },
  };
}

export function job(spec: JsonObject = {}, image = 'app:1'): KubernetesObject {
  return workload('Job', spec, image, { restartPolicy: 'Never' });
}
