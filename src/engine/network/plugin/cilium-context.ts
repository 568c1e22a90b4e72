import { EMPTY_INTERVALS, getArray, getString, uniteAll } from '../../../std/index.ts';
import { labelsOf, nameOf, specOf, type World } from '../../../model/index.ts';
import { parseCidr, type AddressSet } from '../address.ts';
import { readServiceTargets, type ServiceTargets } from './service-target.ts';
import { toText } from './text.ts';

/** The API group of Cilium's objects. */
export const CILIUM_GROUP = 'cilium.io';

/** A CiliumCIDRGroup. */
export interface CidrGroup {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: AddressSet;
}

/** A Node as policies of nodes choose it. */
export interface NamedNode {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** What policies of Cilium refer to. */
export interface CiliumContext {
  readonly services: ServiceTargets;
  readonly groups: readonly CidrGroup[];
  readonly nodes: readonly NamedNode[];
  /** What blocks of addresses mean: nodes too where `policy-cidr-match-mode` of cilium-config has `nodes`. */
  readonly blocks: 'nodes' | 'outside';
}

/** Reads what policies of Cilium refer to in a world. */
export function readCiliumContext(world: World): CiliumContext {
  const config = world.byKind('', 'ConfigMap').filter((map) => nameOf(map) === 'cilium-config');
  const modes = config.flatMap((map) => (getString(map, 'data', 'policy-cidr-match-mode') ?? '').split(/[\s,]+/));
  return {
    services: readServiceTargets(world),
    groups: world.byKind(CILIUM_GROUP, 'CiliumCIDRGroup').map((group) => ({
      name: nameOf(group),
      labels: labelsOf(group),
      addresses: uniteAll(getArray(specOf(group), 'externalCIDRs').map((cidr) => parseCidr(toText(cidr)) ?? EMPTY_INTERVALS)),
    })),
    nodes: world.byKind('', 'Node').map((node) => ({ name: nameOf(node), labels: labelsOf(node) })),
    blocks: modes.includes('nodes') ? 'nodes' : 'outside',
  };
}
