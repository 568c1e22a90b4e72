import { nameOf, namespaceOf, refOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Expander } from './expansion.ts';
import { childrenOf } from './ownership.ts';
import { toPod, type PodIdentity } from './pod-factory.ts';
import type { PodAdmission } from './admission/pod-admission.ts';
import { desiredReplicas, findAutoscaler } from './replicas.ts';
import { claimTemplatesOf, isPodOfTemplate, templateOf } from './template.ts';

/** A StatefulSet's pods by ordinal, with their claims. Pods below the partition, or with OnDelete, stay as they are. */
export const EXPAND_STATEFUL_SET: Expander = {
  group: 'apps',
  kind: 'StatefulSet',
  inputs: (set, world) => [
    findAutoscaler(world, set),
    ...childrenOf(world, set, '', 'Pod'),
    claimTemplatesOf(set).length === 0 ? undefined : world.kind('', 'PersistentVolumeClaim'),
  ],
  expand: (set, { world, admission }) => {
    const ordinals = ordinalsOf(set, desiredReplicas(set, findAutoscaler(world, set)));
    const live = new Map(childrenOf(world, set, '', 'Pod').map((pod) => [nameOf(pod), pod]));
    const wanted = new Set(ordinals.map((ordinal) => `${nameOf(set)}-${ordinal}`));
    const add: KubernetesObject[] = [];
    for (const ordinal of ordinals) {
      const pod = live.get(`${nameOf(set)}-${ordinal}`);
      add.push(...toClaims(set, ordinal).filter((claim) => world.get(refOf(claim)) === undefined));
      if (pod === undefined || !isKept(set, pod, ordinal - (ordinals[0] ?? 0))) add.push(toStatefulPod(set, ordinal, admission));
    }
    return { add, remove: [...live.values()].filter((pod) => !wanted.has(nameOf(pod))).map(refOf) };
  },
};

/** Whether a pod stays as it is; the partition counts pods, whichever ordinal is the first. */
function isKept(set: KubernetesObject, pod: KubernetesObject, index: number): boolean {
  if (getString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return true;
  const partition = getNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  return index < partition || isPodOfTemplate(pod, templateOf(set));
}

/** The ordinals of a StatefulSet, from `spec.ordinals.start`. */
export function ordinalsOf(set: KubernetesObject, replicas: number): readonly number[] {
  const start = getNumber(set, 'spec', 'ordinals', 'start') ?? 0;
  return Array.from({ length: replicas }, (_, i) => start + i);
}

/** The pod of an ordinal, with its claims in place of the template's volumes of the same names. */
export function toStatefulPod(
  set: KubernetesObject,
  ordinal: number,
  admission: PodAdmission,
  more: Pick<PodIdentity, 'labels'> & { readonly template?: JsonObject } = {},
): KubernetesObject {
  const name = `${nameOf(set)}-${ordinal}`;
  const labels = { ...more.labels, 'apps.kubernetes.io/pod-index': String(ordinal), 'statefulset.kubernetes.io/pod-name': name };
  return toPod(set, more.template ?? templateOf(set), { name, labels }, admission, {
    after: (spec) => withIdentity(spec, set, ordinal, name),
  });
}

function withIdentity(spec: JsonObject, set: KubernetesObject, ordinal: number, hostname: string): JsonObject {
  const claims = claimTemplatesOf(set).map((template) => getString(template, 'metadata', 'name') ?? '');
  const own = getArray(spec, 'volumes').filter((volume) => !claims.includes(getString(volume, 'name') ?? ''));
  const claimed: JsonValue[] = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: `${name}-${nameOf(set)}-${ordinal}` } }));
  const volumes = [...claimed, ...own];
  const service = getString(set, 'spec', 'serviceName') ?? '';
  return { ...spec, hostname, ...(service === '' ? {} : { subdomain: service }), ...(volumes.length === 0 ? {} : { volumes }) };
}

/** The claims of an ordinal: they outlive the pod, and by default the set. */
export function toClaims(set: KubernetesObject, ordinal: number): readonly KubernetesObject[] {
  const namespace = namespaceOf(set);
  return claimTemplatesOf(set).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...getObject(template, 'metadata'),
      name: `${getString(template, 'metadata', 'name') ?? ''}-${nameOf(set)}-${ordinal}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...getObject(template, 'metadata', 'labels'), ...getObject(set, 'spec', 'selector', 'matchLabels') },
    },
    spec: getObject(template, 'spec') ?? {},
  }));
}
