import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonObject, type Path } from '../../std/index.ts';

/** A Service that an Ingress names: the `service` object of a backend, and the path to it. */
export interface IngressBackend {
  readonly service: JsonObject;
  readonly name: string;
  readonly path: Path;
}

/** The Services that an Ingress sends requests to. */
export function listIngressBackends(ingress: KubernetesObject): readonly IngressBackend[] {
  const paths: Path[] = [['spec', 'defaultBackend']];
  for (const [rule, item] of getArray(ingress, 'spec', 'rules').entries()) {
    for (const index of getArray(item, 'http', 'paths').keys()) paths.push(['spec', 'rules', rule, 'http', 'paths', index, 'backend']);
  }
  return paths.flatMap((path) => {
    const service = getObject(ingress, ...path, 'service');
    const name = getString(service, 'name') ?? '';
    return service === undefined || name === '' ? [] : [{ service, name, path: [...path, 'service'] }];
  });
}
