import { quoteGo } from '../../std/index.ts';
import { CIDR_COSTS } from '../cost.ts';
import { member, overload } from '../declaration.ts';
import { BOOL, INT, opaque, STRING, type CelType } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result, type Value } from '../value.ts';
import { formatAddress, isMapped, isWithin, maskAddress, parseNetwork, type Network } from './address.ts';
import { IP_TYPE, IpValue, readIp } from './ip.ts';
import type { Library } from './library.ts';

const CIDR_TYPE: CelType = opaque('net.CIDR');

class CidrValue extends SealedValue {
  readonly typeName = 'net.CIDR';
  override readonly goType = 'netip.Prefix';
  readonly network: Network;

  constructor(network: Network) {
    super();
    this.network = network;
  }

  isEqual(other: this): boolean {
    return formatNetwork(this.network) === formatNetwork(other.network);
  }

  override get size(): number {
    return Math.ceil(this.network.bits / 8);
  }
}

function formatNetwork({ address, bits }: Network): string {
  return `${formatAddress(address)}/${bits}`;
}

function readCidr(value: Value | undefined): CidrValue | Failure {
  if (typeof value !== 'string') return NO_SUCH_OVERLOAD;
  const why = 'network address parse error during conversion from string';
  const network = parseNetwork(value);
  if ('error' in network) return new Failure(`${why}: ${why}: ${network.error}`);
  if (isMapped(network.address)) return new Failure(`${why}: IPv4-mapped IPv6 address ${quoteGo(value)} is not allowed`);
  return new CidrValue(network);
}

function containsIp(cidr: Value | undefined, ip: Result | undefined): Result {
  return cidr instanceof CidrValue && ip instanceof IpValue ? isWithin(ip.address, cidr.network) : NO_SUCH_OVERLOAD;
}

function containsCidr(cidr: Value | undefined, other: Result | undefined): Result {
  if (other instanceof Failure) return other;
  if (!(cidr instanceof CidrValue) || !(other instanceof CidrValue)) return NO_SUCH_OVERLOAD;
  const isWider = cidr.network.bits <= other.network.bits;
  return isWider && isWithin(other.network.address, cidr.network);
}

const ofCidr =
  (run: (network: Network) => Result) =>
  (value?: Value): Result =>
    value instanceof CidrValue ? run(value.network) : NO_SUCH_OVERLOAD;

/** Networks (`k8s.io/apiserver/pkg/cel/library/cidr.go`). */
export const CIDR: Library = {
  types: [CIDR_TYPE],
  costs: CIDR_COSTS,
  functions: [
    { name: 'cidr', overloads: [overload('string_to_cidr', [STRING], CIDR_TYPE, readCidr)] },
    {
      name: 'containsIP',
      overloads: [
        member('cidr_contains_ip_string', [CIDR_TYPE, STRING], BOOL, (cidr, text) =>
          containsIp(cidr, typeof text === 'string' ? readIp(text) : NO_SUCH_OVERLOAD),
        ),
        member('cidr_contains_ip_ip', [CIDR_TYPE, IP_TYPE], BOOL, containsIp),
      ],
    },
    {
      name: 'containsCIDR',
      overloads: [
        member('cidr_contains_cidr_string', [CIDR_TYPE, STRING], BOOL, (cidr, text) => containsCidr(cidr, readCidr(text))),
        member('cidr_contains_cidr', [CIDR_TYPE, CIDR_TYPE], BOOL, containsCidr),
      ],
    },
    {
      name: 'ip',
      overloads: [
        member(
          'cidr_ip',
          [CIDR_TYPE],
          IP_TYPE,
          ofCidr(({ address }) => new IpValue(address)),
        ),
      ],
    },
    {
      name: 'prefixLength',
      overloads: [
        member(
          'cidr_prefix_length',
          [CIDR_TYPE],
          INT,
          ofCidr(({ bits }) => BigInt(bits)),
        ),
      ],
    },
    {
      name: 'masked',
      overloads: [
        member(
          'cidr_masked',
          [CIDR_TYPE],
          CIDR_TYPE,
          ofCidr((network) => new CidrValue({ address: maskAddress(network), bits: network.bits })),
        ),
      ],
    },
    {
      name: 'isCIDR',
      overloads: [
        overload('is_cidr', [STRING], BOOL, (text) => (typeof text === 'string' ? readCidr(text) instanceof CidrValue : NO_SUCH_OVERLOAD)),
      ],
    },
    { name: 'string', overloads: [overload('cidr_to_string', [CIDR_TYPE], STRING, ofCidr(formatNetwork))] },
  ],
};
