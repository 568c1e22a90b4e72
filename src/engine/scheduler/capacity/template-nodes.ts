import { labelsOf, nameOf, withMetadata, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, getString, type JsonObject } from '../../../std/index.ts';
import type { CandidateShape } from './shape-spec.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** A new node of a shape; the shape's zones go round. */
export function toNewNode({ templates }: CandidateShape, name: string, ordinal: number): KubernetesObject {
  const template = templates[ordinal % templates.length] ?? { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  const own = nameOf(template);
  const labels = Object.fromEntries(
    [...labelsOf(template)].map(([key, value]) => [key, key === HOSTNAME ? name : value.replaceAll(own, name)]),
  );
  const status = getObject(template, 'status');
  const fresh = { apiVersion: 'v1', kind: 'Node', spec: toFreshSpec(template), ...(status === undefined ? {} : { status }) };
  return withMetadata({ ...fresh, metadata: { name } }, { labels: { ...labels, [HOSTNAME]: name } });
}

// A node that is being drained, or not ready yet, says nothing of the next one of its kind.
function toFreshSpec(template: KubernetesObject): JsonObject {
  const { unschedulable: _, providerID: _id, ...spec } = getObject(template, 'spec') ?? {};
  const taints = getArray(spec, 'taints');
  return { ...spec, taints: taints.filter((taint) => getString(taint, 'key')?.startsWith('node.kubernetes.io/') !== true) };
}
