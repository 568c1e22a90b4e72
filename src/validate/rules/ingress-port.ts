import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getNumber, getString } from '../../std/index.ts';
import { listIngressBackends, type IngressBackend } from './ingress-backends.ts';
import { formatTarget, listOne, namespaceOrNone } from './lookup.ts';
import { ERROR, type DanglingReference, type Rule } from './rule.ts';

/** An Ingress answers 503 for a port that its Service does not have. */
export const ingressPort: Rule = {
  code: 'KR0012',
  find: (world) =>
    world
      .byKind('networking.k8s.io', 'Ingress')
      .flatMap((ingress) => listIngressBackends(ingress).flatMap((backend) => findMissingPort(world, ingress, backend))),
};

function findMissingPort(world: World, ingress: KubernetesObject, backend: IngressBackend): readonly DanglingReference[] {
  const target = { group: '', kind: 'Service', namespace: namespaceOrNone(ingress), name: backend.name };
  const service = world.get(target);
  const name = getString(backend.service, 'port', 'name') ?? '';
  const number = getNumber(backend.service, 'port', 'number');
  if (service === undefined || getString(service, 'spec', 'type') === 'ExternalName' || (name === '' && number === undefined)) return [];
  const ports = getArray(service, 'spec', 'ports');
  const isThere = ports.some((port) => (name === '' ? getNumber(port, 'port') === number : getString(port, 'name') === name));
  if (isThere) return [];
  const has = ports.map((port) =>
    [getString(port, 'name'), String(getNumber(port, 'port') ?? '')].filter((part) => part !== undefined).join(' '),
  );
  return [
    {
      referrer: ingress,
      path: [...backend.path, 'port', name === '' ? 'number' : 'name'],
      target: `port ${name === '' ? String(number) : JSON.stringify(name)} of ${formatTarget(target)}`,
      data: { ports: has.length === 0 ? ['none'] : has },
      severity: ERROR,
      isCertain: true,
      findTargets: (other) => listOne(other.get(target)),
    },
  ];
}
