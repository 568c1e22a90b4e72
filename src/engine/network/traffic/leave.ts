import { isSubsetIntervals } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { ALL_ADDRESSES, formatAddresses } from '../address.ts';
import type { Flow } from '../reach.ts';
import type { Workload } from '../workload.ts';
import { listOutsideAllowed } from './outside.ts';
import { askPolicies, toDoubt, toStep, type Way } from './step.ts';

/** A packet to a host of which no address is known. */
export interface Leaving extends Omit<Flow, 'to'> {
  readonly host: string;
}

/** The way out to a host, which may have any address: policies must let all of them, or none, through for anybody to say. */
export function leaveFor(world: World, sender: Workload, { host, ...packet }: Leaving): Way {
  const allowed = listOutsideAllowed(world, 'egress', sender, packet);
  const way = askPolicies(world, { ...packet, to: '192.0.2.1' }, ['egress']);
  if (isSubsetIntervals(ALL_ADDRESSES, allowed) || allowed.cuts.length === 0) return way;
  const text = `policies let ${sender.name} send to ${formatAddresses(allowed)} alone, and the addresses of ${host} are not known`;
  return {
    steps: [toDoubt(toStep('egress', false, text, way.steps[0]?.ref, way.steps[0]?.path), text)],
    ...(way.verdict === undefined ? {} : { verdict: way.verdict }),
  };
}
