import type { KubernetesObject, World } from '../../../model/index.ts';
import { CALICO_KINDS, readCalicoPolicy } from './calico.ts';
import { CALICO_GROUPS, readCalicoContext } from './calico-context.ts';
import { readHostEndpoints } from './calico-host.ts';
import { CILIUM_KINDS, readCiliumPolicy } from './cilium.ts';
import { CILIUM_GROUP, readCiliumContext } from './cilium-context.ts';
import { readIstioPolicies } from './istio.ts';
import type { ReadPolicies } from './problem.ts';

/** The policies of network plugins and meshes in a world, with what is wrong with them and what is not judged. */
export function readPluginPolicies(world: World): ReadPolicies {
  const read = [...readCilium(world), ...readCalico(world), readIstioPolicies(world)];
  return { policies: read.flatMap(({ policies }) => policies), problems: read.flatMap(({ problems }) => problems) };
}

function readCilium(world: World): readonly ReadPolicies[] {
  const objects = CILIUM_KINDS.flatMap((kind) => world.byKind(CILIUM_GROUP, kind));
  if (objects.length === 0) return [];
  const context = readCiliumContext(world);
  return objects.map((object) => readCiliumPolicy(object, context));
}

function readCalico(world: World): readonly ReadPolicies[] {
  const list = (kind: string): readonly KubernetesObject[] => CALICO_GROUPS.flatMap((group) => world.byKind(group, kind));
  const objects = CALICO_KINDS.flatMap(list);
  if (objects.length === 0 && list('HostEndpoint').length === 0) return [];
  const context = readCalicoContext(world);
  return [...objects.map((object) => readCalicoPolicy(object, context)), readHostEndpoints(context)];
}
