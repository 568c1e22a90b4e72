import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, sha256, type JsonObject } from '../../std/index.ts';
import { toStatusUpdate, type Controller, type Intent } from './controller.ts';

/** Gives Services of type LoadBalancer a simulated address, as a cloud's controller would. */
export const SERVICE_LOAD_BALANCER: Controller = {
  name: 'service-load-balancer',
  kind: { group: '', kind: 'Service' },
  watches: [],
  concerns: () => [],
  reconcile: (_world, service) => {
    if (getString(service, 'spec', 'type') === 'LoadBalancer') return toAddressed(service, { ipMode: 'VIP' });
    const { loadBalancer = {}, ...rest } = getObject(service, 'status') ?? {};
    return getArray(loadBalancer, 'ingress').length === 0 ? [] : toStatusUpdate(service, { ...rest, loadBalancer: {} });
  },
};

/** Gives Ingresses a simulated address, as their controller would. */
export const INGRESS: Controller = {
  name: 'ingress',
  kind: { group: 'networking.k8s.io', kind: 'Ingress' },
  watches: [],
  concerns: () => [],
  reconcile: (_world, ingress) => toAddressed(ingress, {}),
};

function toAddressed(object: KubernetesObject, extra: JsonObject): readonly Intent[] {
  const isDone = getArray(object, 'status', 'loadBalancer', 'ingress').length > 0;
  if (isDone || getString(object.metadata, 'deletionTimestamp') !== undefined) return [];
  const entry = { ip: toAddress(`${getString(object.metadata, 'namespace') ?? ''}/${nameOf(object)}`), ...extra };
  return toStatusUpdate(object, { ...getObject(object, 'status'), loadBalancer: { ingress: [entry] } });
}

/** An address of the documentation range 203.0.113.0/24. */
function toAddress(seed: string): string {
  return `203.0.113.${1 + (Number.parseInt(sha256(seed).slice(0, 4), 16) % 254)}`;
}
