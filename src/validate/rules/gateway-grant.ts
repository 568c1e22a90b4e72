import { gvkOf, isGranted, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getString, type Path } from '../../std/index.ts';
import { formatTarget, namespaceOrNone, type Target } from './lookup.ts';
import { GATEWAY_GROUP, isService, listBackends } from './routes.ts';
import { LIKELY_ELSEWHERE, MAYBE_ELSEWHERE, type DanglingReference, type Rule } from './rule.ts';

/** What the Gateway API refers to in another namespace must be granted there, by a ReferenceGrant. */
export const gatewayGrant: Rule = {
  code: 'KR0038',
  find: (world) => [
    ...listBackends(world).flatMap((backend) =>
      isService(backend) ? findUngranted(world, backend.route, [...backend.path, 'namespace'], backend.target) : [],
    ),
    ...world
      .byKind(GATEWAY_GROUP, 'Gateway')
      .flatMap((gateway) =>
        listCertificates(gateway).flatMap(({ path, target }) => findUngranted(world, gateway, [...path, 'namespace'], target)),
      ),
  ],
};

function findUngranted(world: World, referrer: KubernetesObject, path: Path, target: Required<Target>): readonly DanglingReference[] {
  const { group, kind } = gvkOf(referrer);
  const namespace = namespaceOrNone(referrer);
  if (isGranted(world, { group, kind, namespace }, target)) return [];
  return [
    {
      referrer,
      path,
      target: formatTarget(target),
      data: { kind, namespace, other: target.namespace },
      severity: world.get(target) === undefined ? LIKELY_ELSEWHERE : MAYBE_ELSEWHERE,
      findTargets: (other) => other.kind(GATEWAY_GROUP, 'ReferenceGrant').inNamespace(target.namespace),
    },
  ];
}

function listCertificates(gateway: KubernetesObject): readonly { readonly path: Path; readonly target: Required<Target> }[] {
  return getArray(gateway, 'spec', 'listeners').flatMap((listener, at) =>
    getArray(listener, 'tls', 'certificateRefs').flatMap((item, index) => {
      const name = getString(item, 'name') ?? '';
      const namespace = getString(item, 'namespace') ?? namespaceOrNone(gateway);
      if (name === '' || (getString(item, 'kind') ?? 'Secret') !== 'Secret') return [];
      return [{ path: ['spec', 'listeners', at, 'tls', 'certificateRefs', index], target: { group: '', kind: 'Secret', namespace, name } }];
    }),
  );
}
