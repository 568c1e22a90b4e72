import { namespaceOf, type World } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getString } from '../../std/index.ts';
import type { WebhookService } from './gatekeeper.ts';

/** Why calls of a webhook's Service fail, in words that follow its name; undefined where nothing is seen to be wrong. */
export function findServiceFault(world: World, { namespace, name, port }: WebhookService): string | undefined {
  const service = world.get({ group: '', kind: 'Service', namespace, name });
  if (service === undefined) return 'does not exist';
  if (getString(service, 'spec', 'type') === 'ExternalName') return undefined;
  if (!getArray(service, 'spec', 'ports').some((item) => getNumber(item, 'port') === port)) return `has no port ${port}`;
  const slices = world
    .kind('discovery.k8s.io', 'EndpointSlice')
    .inNamespace(namespace)
    .filter((slice) => namespaceOf(slice) === namespace && getString(slice, 'metadata', 'labels', 'kubernetes.io/service-name') === name);
  const endpoints = slices.flatMap((slice) => getArray(slice, 'endpoints'));
  return endpoints.some((endpoint) => getBoolean(endpoint, 'conditions', 'ready') !== false) ? undefined : 'has no ready endpoint';
}
