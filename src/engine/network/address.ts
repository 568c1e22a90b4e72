import { listIntervals, subtract, toInterval, unite, type IntervalSet } from '../../std/index.ts';

/** Addresses of both families on one line: IPv4 from 0, IPv6 right after it. */
export type AddressSet = IntervalSet<bigint>;

const V6_BASE = 1n << 32n;
const END = V6_BASE + (1n << 128n);

/** Every IPv4 address, and every IPv6 address. */
export const ALL_V4: AddressSet = toInterval(0n, V6_BASE);
export const ALL_V6: AddressSet = toInterval(V6_BASE, END);
export const ALL_ADDRESSES: AddressSet = unite(ALL_V4, ALL_V6);

/** The point of an IP address on the line; undefined for text that is none. */
export function parseAddress(text: string): bigint | undefined {
  if (!text.includes(':')) return parseV4(text);
  const v6 = parseV6(text);
  return v6 === undefined ? undefined : V6_BASE + v6;
}

/** The addresses of a CIDR (host bits are ignored, as `net.ParseCIDR` does); undefined for text that is none. */
export function parseCidr(text: string): AddressSet | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const point = parseAddress(match?.[1] ?? '');
  if (match === null || point === undefined) return undefined;
  const [base, bits] = point < V6_BASE ? [0n, 32] : [V6_BASE, 128];
  const length = Number(match[2]);
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const start = base + ((point - base) / size) * size;
  return toInterval(start, start + size);
}

function parseV4(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  let point = 0n;
  for (const part of text.split('.')) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    point = point * 256n + BigInt(part);
  }
  return point;
}

function parseV6(text: string): bigint | undefined {
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (v4 !== null) {
    const low = parseV4(v4[2] ?? '');
    return low === undefined ? undefined : parseV6(`${v4[1] ?? ''}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`);
}

/** Addresses for people: `any address`, `10.0.0.0/8`, `any address but 10.0.0.0/8`, ranges that are no CIDR as `10.0.0.1-10.0.0.9`. */
export function formatAddresses(set: AddressSet): string {
  const rest = subtract(ALL_ADDRESSES, set);
  if (rest.cuts.length === 0) return 'any address';
  const [text, exceptions] = [formatList(set), formatList(rest)];
  return text.includes(', ') && exceptions.length < text.length / 2 ? `any address but ${exceptions}` : text;
}

function formatList(set: AddressSet): string {
  const families = [toFamily(set, ALL_V4, 32), toFamily(set, ALL_V6, 128)];
  return families.flatMap(({ part, bits }) => listIntervals(part).map(({ start, end }) => formatRange(start, end, bits))).join(', ');
}

function toFamily(set: AddressSet, family: AddressSet, bits: 32 | 128): { readonly part: AddressSet; readonly bits: 32 | 128 } {
  return { part: subtract(set, subtract(ALL_ADDRESSES, family)), bits };
}

/** The fewest CIDRs that together are these addresses. */
export function listCidrs(set: AddressSet): readonly string[] {
  return [toFamily(set, ALL_V4, 32), toFamily(set, ALL_V6, 128)].flatMap(({ part, bits }) =>
    listIntervals(part).flatMap(({ start, end }) => splitRange(start, end, bits)),
  );
}

function splitRange(start: bigint, end: bigint, bits: 32 | 128): readonly string[] {
  const base = bits === 32 ? 0n : V6_BASE;
  const blocks: string[] = [];
  for (let at = start; at < end;) {
    let length = bits;
    for (let size = 1n; length > 0 && (at - base) % (size * 2n) === 0n && at + size * 2n <= end; size *= 2n) length--;
    blocks.push(`${formatAddress(at)}/${length}`);
    at += 1n << BigInt(bits - length);
  }
  return blocks;
}

function formatRange(start: bigint, end: bigint, bits: 32 | 128): string {
  const base = bits === 32 ? 0n : V6_BASE;
  const size = end - start;
  const isCidr = (size & (size - 1n)) === 0n && (start - base) % size === 0n;
  if (isCidr) return `${formatAddress(start)}/${bits - (size.toString(2).length - 1)}`;
  return `${formatAddress(start)}-${formatAddress(end - 1n)}`;
}

/** An address of the line as people write it; IPv6 as in RFC 5952. */
export function formatAddress(point: bigint): string {
  if (point < V6_BASE) return [24n, 16n, 8n, 0n].map((shift) => (point >> shift) & 255n).join('.');
  const digits = (point - V6_BASE).toString(16).padStart(32, '0');
  const text = (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':');
  const runs = (text.match(/(?<![0-9a-f])0(:0)+(?![0-9a-f])/g) ?? []).toSorted((a, b) => b.length - a.length);
  const [longest] = runs;
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}
