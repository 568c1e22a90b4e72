import { subtract } from '../../../std/index.ts';
import { ALL_PORTS, listPortRanges, type PortSet } from '../port-set.ts';

const texts = new WeakMap<PortSet, string>();

/** Ports as netpol-analyzer writes them: `All Connections`, else protocols by name, `TCP 80,443-445,UDP 53`. */
export function formatConnection(set: PortSet): string {
  const known = texts.get(set);
  if (known !== undefined) return known;
  const text = toText(set);
  texts.set(set, text);
  return text;
}

function toText(set: PortSet): string {
  if (set.cuts.length === 0) return 'No Connections';
  if (subtract(ALL_PORTS, set).cuts.length === 0) return 'All Connections';
  const ranges = listPortRanges(set);
  return (['SCTP', 'TCP', 'UDP'] as const)
    .flatMap((protocol) => {
      const own = ranges.filter((range) => range.protocol === protocol);
      const list = own.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join();
      return own.length === 0 ? [] : [`${protocol} ${list}`];
    })
    .join();
}
