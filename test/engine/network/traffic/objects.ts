import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';

/** An object of any kind, by `namespace/name`, or a name alone for one of the whole cluster. */
export function object(apiVersion: string, kind: string, text: string, fields: JsonObject): KubernetesObject {
  const [namespace, name] = text.includes('/') ? text.split('/') : [undefined, text];
  return { apiVersion, kind, metadata: { name: name ?? '', ...(namespace === undefined ? {} : { namespace }) }, ...fields };
}

/** A Service. */
export function service(text: string, spec: JsonObject, status: JsonObject = {}): KubernetesObject {
  return object('v1', 'Service', text, { spec, status });
}

/** An EndpointSlice for a Service of its namespace, written by hand. */
export function slice(text: string, serviceName: string, endpoints: readonly JsonValue[], ports: readonly JsonValue[]): KubernetesObject {
  const made = object('discovery.k8s.io/v1', 'EndpointSlice', text, { addressType: 'IPv4', endpoints, ports });
  return { ...made, metadata: { ...made.metadata, labels: { 'kubernetes.io/service-name': serviceName } } };
}

/** An Ingress of a host and its backends by path. */
export function ingress(text: string, host: string, paths: Readonly<Record<string, string>>, fields: JsonObject = {}): KubernetesObject {
  const items = Object.entries(paths).map(([path, backend]) => {
    const [name = '', port = ''] = backend.split(':');
    return {
      path,
      pathType: 'Prefix',
      backend: { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } },
    };
  });
  return object('networking.k8s.io/v1', 'Ingress', text, { spec: { rules: [{ host, http: { paths: items } }], ...fields } });
}

/** A Gateway of one HTTP listener on port 80, or of the listeners given. */
export function gateway(text: string, listeners: readonly JsonObject[], fields: JsonObject = {}): KubernetesObject {
  return object('gateway.networking.k8s.io/v1', 'Gateway', text, { spec: { gatewayClassName: 'c', listeners, ...fields } });
}

/** A listener. */
export function listener(name: string, fields: JsonObject = {}): JsonObject {
  return { name, port: 80, protocol: 'HTTP', ...fields };
}

/** A route of a kind, at some parents, to some backends. */
export function route(kind: string, text: string, parentRefs: readonly JsonObject[], fields: JsonObject = {}): KubernetesObject {
  return object('gateway.networking.k8s.io/v1', kind, text, { spec: { parentRefs, rules: [], ...fields } });
}

/** A ReferenceGrant. */
export function grant(text: string, from: JsonObject, to: JsonObject): KubernetesObject {
  const group = 'gateway.networking.k8s.io';
  return object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', text, {
    spec: { from: [{ group, ...from }], to: [{ group: '', ...to }] },
  });
}
