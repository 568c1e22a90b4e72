import { getArray, getAt, getNumber, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import { naiveIsAllowed, text } from '../naive-network.ts';

/**
 * Whether a packet from a Pod to the cluster address of a Service arrives, as the API text of Services and EndpointSlices says it,
 * sharing no code with the engine: every endpoint of the port must be reached, and there must be one.
 */
export function naiveReachesService(objects: readonly KubernetesObject[], service: KubernetesObject, flow: Flow): boolean {
  const own = getArray(service, 'spec', 'ports').find(
    (port) => getNumber(port, 'port') === flow.port && (getString(port, 'protocol') ?? 'TCP') === flow.protocol,
  );
  if (own === undefined) return false;
  const targets = [...listPods(objects, service, own, flow.protocol), ...listSlices(objects, service, own, flow.protocol)];
  return targets.length > 0 && targets.every((target) => arrives(objects, { ...flow, ...target }));
}

function arrives(objects: readonly KubernetesObject[], flow: Flow): boolean {
  if (flow.from === flow.to) return true;
  const { egress, ingress } = naiveIsAllowed(objects, flow);
  return egress && ingress;
}

type Target = Pick<Flow, 'port' | 'to'>;

function listPods(objects: readonly KubernetesObject[], service: KubernetesObject, own: JsonValue, protocol: string): readonly Target[] {
  const wanted = Object.entries(getAt(service, 'spec', 'selector') ?? {});
  if (wanted.length === 0) return [];
  const pods = objects.filter(
    (object) =>
      object.kind === 'Pod' &&
      text(object, 'namespace') === text(service, 'namespace') &&
      wanted.every(([key, value]) => getString(object, 'metadata', 'labels', key) === value),
  );
  return pods.flatMap((pod) => {
    const target = getAt(own, 'targetPort') ?? getAt(own, 'port');
    if (typeof target === 'number') return [{ to: `${text(pod, 'namespace')}/${text(pod, 'name')}`, port: target }];
    const named = getArray(pod, 'spec', 'containers', 0, 'ports').find(
      (port) => getString(port, 'name') === target && (getString(port, 'protocol') ?? 'TCP') === protocol,
    );
    const port = getNumber(named, 'containerPort');
    return port === undefined ? [] : [{ to: `${text(pod, 'namespace')}/${text(pod, 'name')}`, port }];
  });
}

function listSlices(objects: readonly KubernetesObject[], service: KubernetesObject, own: JsonValue, protocol: string): readonly Target[] {
  const slices = objects.filter(
    (object) =>
      object.kind === 'EndpointSlice' &&
      text(object, 'namespace') === text(service, 'namespace') &&
      getString(object, 'metadata', 'labels', 'kubernetes.io/service-name') === text(service, 'name'),
  );
  return slices.flatMap((slice) =>
    getArray(slice, 'ports').flatMap((port) => {
      const isOwn =
        (getString(port, 'name') ?? '') === (getString(own, 'name') ?? '') && (getString(port, 'protocol') ?? 'TCP') === protocol;
      if (!isOwn) return [];
      const ready = getArray(slice, 'endpoints').filter((endpoint) => getAt(endpoint, 'conditions', 'ready') !== false);
      return ready.flatMap((endpoint) =>
        getArray(endpoint, 'addresses').flatMap((address) =>
          typeof address === 'string' ? [{ to: toName(objects, address), port: getNumber(port, 'port') ?? 0 }] : [],
        ),
      );
    }),
  );
}

function toName(objects: readonly KubernetesObject[], address: string): string {
  const pod = objects.find((object) => object.kind === 'Pod' && getString(object, 'status', 'podIPs', 0, 'ip') === address);
  return pod === undefined ? address : `${text(pod, 'namespace')}/${text(pod, 'name')}`;
}
