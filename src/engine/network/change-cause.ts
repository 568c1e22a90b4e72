import { subtract, unite } from '../../std/index.ts';
import type { Fact, World } from '../../model/index.ts';
import type { ConnectionChange } from './changes.ts';
import type { ConnectionEnd } from './connections.ts';
import { listDifferingLines, someAddress } from './invariant/pair.ts';

/**
 * The lines that a pair's connections differ by: rules that let them through on one side, or policies that do not on the other, as
 * far as these are not the same in both worlds; of a change that labels alone make, all that decide. None where a workload comes
 * or goes.
 */
export function listChangeCauses(
  before: World,
  after: World,
  { from, to, before: was, after: is, only }: ConnectionChange,
): Fact['objects'] {
  if (only.length > 0) return [];
  const ports = unite(subtract(is, was), subtract(was, is));
  return listDifferingLines(before, after, toName(from), toName(to), ports);
}

function toName(end: ConnectionEnd): string {
  return end.kind === 'workload' ? end.workload.name : someAddress(end.addresses);
}
