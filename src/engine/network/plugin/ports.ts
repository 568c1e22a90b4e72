import { ALL_PORTS, PROTOCOLS, toPortSet, type PortSet, type Protocol } from '../port-set.ts';
import { uniteAll } from '../../../std/index.ts';

/** The ports of some protocols. */
export function portsOf(protocols: readonly Protocol[], first?: number, last?: number): PortSet {
  if (first === undefined && protocols.length === PROTOCOLS.length) return ALL_PORTS;
  return uniteAll(protocols.map((protocol) => toPortSet(protocol, first, last)));
}

/** A port or a range (`80`, `80:90`, `80-90`, by the separator) as numbers; undefined for text that is none. */
export function readRange(text: string, separator: ':' | '-'): readonly [first: number, last: number] | undefined {
  const parts = text.split(separator);
  const [first = NaN, last = first] = parts.map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN));
  const isRange = parts.length <= 2 && first >= 0 && last >= first && last <= 65_535;
  return isRange ? [first, last] : undefined;
}
