import type { World } from '../../../model/index.ts';
import { CALICO_GROUPS, CALICO_KINDS, readCalicoContext, readCalicoPolicy } from './calico.ts';
import { CILIUM_GROUP, CILIUM_KINDS, readCiliumPolicy } from './cilium.ts';
import { ISTIO_GROUP, readAuthorizationPolicy, readPeerAuthentication } from './istio.ts';
import type { ReadPolicies } from './problem.ts';

/** The policies of network plugins and meshes in a world, with what is wrong with them and what is not judged. */
export function readPluginPolicies(world: World): ReadPolicies {
  const context = readCalicoContext(world);
  const read = [
    ...CILIUM_KINDS.flatMap((kind) => world.byKind(CILIUM_GROUP, kind).map(readCiliumPolicy)),
    ...CALICO_GROUPS.flatMap((group) =>
      CALICO_KINDS.flatMap((kind) => world.byKind(group, kind).map((object) => readCalicoPolicy(object, context))),
    ),
    ...world.byKind(ISTIO_GROUP, 'AuthorizationPolicy').map(readAuthorizationPolicy),
    ...world.byKind(ISTIO_GROUP, 'PeerAuthentication').map(readPeerAuthentication),
  ];
  return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) };
}
