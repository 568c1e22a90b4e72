/** Whether one CIDR lies within another and is smaller. Both must be CIDRs. */
export function isStrictSubnet(inner: string, outer: string): boolean {
  const a = parse(inner);
  const b = parse(outer);
  if (a.width !== b.width || a.bits <= b.bits) return false;
  const shift = BigInt(b.width - b.bits);
  return a.address >> shift === b.address >> shift;
}

interface Network {
  readonly address: bigint;
  readonly bits: number;
  readonly width: 32 | 128;
}

function parse(cidr: string): Network {
  const [address = '', bits = '0'] = cidr.split('/');
  return address.includes(':')
    ? { address: parseIpv6(address), bits: Number(bits), width: 128 }
    : { address: parseIpv4(address), bits: Number(bits), width: 32 };
}

/** The number that an IPv4 address is; zeros in front of a part mean nothing. */
export function parseIpv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** The number that an IPv6 address is. */
export function parseIpv6(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const first = toGroups(head);
  const last = tail === undefined ? [] : toGroups(tail);
  const gap = Array.from({ length: 8 - first.length - last.length }, () => 0n);
  return [...first, ...gap, ...last].reduce((sum, group) => sum * 65536n + group, 0n);
}

function toGroups(text: string): readonly bigint[] {
  return text.split(':').flatMap((group) => {
    if (group === '') return [];
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const address = parseIpv4(group);
    return [address >> 16n, address & 65535n];
  });
}

/** An IPv4 address of a number. */
export function formatIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** An IPv6 address of a number, in the form of RFC 5952: the longest run of zeros is left out. */
export function formatIpv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 65535n).toString(16)).join(':');
  const runs = [...groups.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => ({ start: match.index, text: match[0] }));
  const longest = runs.reduce((best, run) => (countZeros(run.text) > countZeros(best.text) ? run : best), { start: 0, text: '' });
  if (longest.text === '') return groups;
  const rest = groups.slice(longest.start + longest.text.length).replace(/^:/, '');
  return `${groups.slice(0, longest.start)}::${rest}`;
}

function countZeros(run: string): number {
  return run.split('0').length - 1;
}
