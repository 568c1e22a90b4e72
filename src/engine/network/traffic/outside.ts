import { hasPoint } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import type { AddressSet } from '../address.ts';
import { toAddresses } from '../connections.ts';
import { readModel } from '../model.ts';
import type { Direction } from '../policy.ts';
import { toPortPoint, type Protocol } from '../port-set.ts';
import type { Workload } from '../workload.ts';

/** The addresses outside that the policies of a workload let in to one of its ports, or let it send to. */
export function listOutsideAllowed(
  world: World,
  direction: Direction,
  workload: Workload,
  { protocol, port }: { readonly protocol: Protocol; readonly port: number },
): AddressSet {
  const { evaluation, frame, slotOf } = readModel(world);
  const { universe, ports } = frame;
  const point = toPortPoint(protocol, port);
  const parts = evaluation.row(direction, slotOf.get(workload) ?? -1).parts.filter((part) => hasPoint(ports.get(part.ports), point));
  return toAddresses(
    universe,
    parts.flatMap(({ peers }) => peers.and(universe.outside).members()),
  );
}
