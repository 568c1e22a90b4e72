import type { World } from '../../../model/index.ts';
import { CALICO_KINDS, readCalicoPolicy } from './calico.ts';
import { CALICO_GROUPS, readCalicoContext } from './calico-context.ts';
import { readHostEndpoints } from './calico-host.ts';
import { CILIUM_KINDS, readCiliumPolicy } from './cilium.ts';
import { CILIUM_GROUP, readCiliumContext } from './cilium-context.ts';
import { readIstioPolicies } from './istio.ts';
import type { ReadPolicies } from './problem.ts';

/** The policies of network plugins and meshes in a world, with what is wrong with them and what is not judged. */
export function readPluginPolicies(world: World): ReadPolicies {
  const context = readCalicoContext(world);
  const cilium = readCiliumContext(world);
  const read = [
    ...CILIUM_KINDS.flatMap((kind) => world.byKind(CILIUM_GROUP, kind).map((object) => readCiliumPolicy(object, cilium))),
    ...CALICO_GROUPS.flatMap((group) =>
      CALICO_KINDS.flatMap((kind) => world.byKind(group, kind).map((object) => readCalicoPolicy(object, context))),
    ),
    readHostEndpoints(context),
    readIstioPolicies(world),
  ];
  return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) };
}
