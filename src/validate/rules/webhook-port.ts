import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type Path } from '../../std/index.ts';
import { formatTarget, listOne } from './lookup.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';
import { listWebhookServices } from './webhook-service.ts';

const DEFAULT_PORT = 443;

/** The API server reaches no webhook and no aggregated API at a port that the Service does not have (`apiserver/pkg/util/proxy`). */
export const webhookPort: Rule = {
  code: 'KR0027',
  find: (world) => [
    ...listWebhookServices(world).flatMap(({ object, path }) => findMissingPort(world, object, path)),
    ...world.byKind('apiregistration.k8s.io', 'APIService').flatMap((object) => findMissingPort(world, object, ['spec', 'service'])),
  ],
};

function findMissingPort(world: World, referrer: KubernetesObject, path: Path): readonly DanglingReference[] {
  const reference = getObject(referrer, ...path);
  const [name, namespace] = [getString(reference, 'name') ?? '', getString(reference, 'namespace') ?? ''];
  const target = { group: '', kind: 'Service', namespace, name };
  const service = world.get(target);
  if (service === undefined || getString(service, 'spec', 'type') === 'ExternalName') return [];
  const given = getNumber(reference, 'port');
  const ports = getArray(service, 'spec', 'ports').flatMap((port) => getNumber(port, 'port') ?? []);
  if (ports.includes(given ?? DEFAULT_PORT)) return [];
  return [
    {
      referrer,
      path: [...path, given === undefined ? 'name' : 'port'],
      target: `port ${given ?? DEFAULT_PORT} of ${formatTarget(target)}`,
      data: { ports: ports.length === 0 ? ['none'] : ports },
      severity: ERROR,
      isCertain: true,
      findTargets: (other) => listOne(other.get(target)),
    },
  ];
}
