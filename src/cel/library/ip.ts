import { quoteGo } from '../../std/index.ts';
import { member, overload, type Implementation } from '../declaration.ts';
import { BOOL, INT, opaque, STRING, type CelType } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result, type Value } from '../value.ts';
import { formatAddress, isMapped, parseAddress, type Address } from './address.ts';
import type { Library } from './library.ts';

export const IP_TYPE: CelType = opaque('net.IP');

export class IpValue extends SealedValue {
  readonly typeName = 'net.IP';
  override readonly goType = 'netip.Addr';
  readonly address: Address;

  constructor(address: Address) {
    super();
    this.address = address;
  }

  isEqual(other: this): boolean {
    return formatAddress(this.address) === formatAddress(other.address);
  }

  override get size(): number {
    return this.address.bytes.length;
  }
}

/** A text as an address; a failure for what Kubernetes takes for none. */
export function readIp(text: string): IpValue | Failure {
  const address = parseAddress(text);
  if ('error' in address) return new Failure(`IP Address ${quoteGo(text)} parse error during conversion from string: ${address.error}`);
  if (address.zone !== '') return new Failure(`IP address ${quoteGo(text)} with zone value is not allowed`);
  if (isMapped(address)) return new Failure(`IPv4-mapped IPv6 address ${quoteGo(text)} is not allowed`);
  return new IpValue(address);
}

const ofText =
  (run: (text: string) => Result): Implementation =>
  (text) =>
    typeof text === 'string' ? run(text) : NO_SUCH_OVERLOAD;
const ofIp =
  (run: (bytes: readonly number[]) => Result): Implementation =>
  (value: Value | undefined) =>
    value instanceof IpValue ? run(value.address.bytes) : NO_SUCH_OVERLOAD;

const at = (bytes: readonly number[], index: number): number => bytes[index] ?? 0;
const isZero = (bytes: readonly number[]): boolean => bytes.every((byte) => byte === 0);

function isUnspecified(bytes: readonly number[]): boolean {
  return isZero(bytes);
}

function isLoopback(bytes: readonly number[]): boolean {
  return bytes.length === 4 ? bytes[0] === 127 : isZero(bytes.slice(0, 15)) && bytes[15] === 1;
}

function isMulticast(bytes: readonly number[]): boolean {
  return bytes.length === 4 ? (at(bytes, 0) & 0xf0) === 0xe0 : bytes[0] === 0xff;
}

function isLinkLocalMulticast(bytes: readonly number[]): boolean {
  if (bytes.length === 4) return bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0;
  return bytes[0] === 0xff && (at(bytes, 1) & 0x0f) === 2;
}

function isLinkLocalUnicast(bytes: readonly number[]): boolean {
  return bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && (at(bytes, 1) & 0xc0) === 0x80;
}

function isGlobalUnicast(bytes: readonly number[]): boolean {
  const isBroadcast = bytes.length === 4 && bytes.every((byte) => byte === 255);
  return !isBroadcast && !isUnspecified(bytes) && !isLoopback(bytes) && !isMulticast(bytes) && !isLinkLocalUnicast(bytes);
}

const test = (name: string, id: string, holds: (bytes: readonly number[]) => boolean) => ({
  name,
  overloads: [member(id, [IP_TYPE], BOOL, ofIp(holds))],
});

/** IP addresses (`k8s.io/apiserver/pkg/cel/library/ip.go`). */
export const IP: Library = {
  types: [IP_TYPE],
  functions: [
    { name: 'ip', overloads: [overload('string_to_ip', [STRING], IP_TYPE, ofText(readIp))] },
    {
      name: 'family',
      overloads: [
        member(
          'ip_family',
          [IP_TYPE],
          INT,
          ofIp((bytes) => (bytes.length === 4 ? 4n : 6n)),
        ),
      ],
    },
    {
      name: 'ip.isCanonical',
      overloads: [
        overload(
          'ip_is_canonical',
          [STRING],
          BOOL,
          ofText((text) => {
            const found = readIp(text);
            return found instanceof Failure ? found : formatAddress(found.address) === text;
          }),
        ),
      ],
    },
    test('isUnspecified', 'ip_is_unspecified', isUnspecified),
    test('isLoopback', 'ip_is_loopback', isLoopback),
    test('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    test('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    {
      name: 'isIP',
      overloads: [
        overload(
          'is_ip',
          [STRING],
          BOOL,
          ofText((text) => !(readIp(text) instanceof Failure)),
        ),
      ],
    },
    {
      name: 'string',
      overloads: [
        overload('ip_to_string', [IP_TYPE], STRING, (value) =>
          value instanceof IpValue ? formatAddress(value.address) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
  ],
};
