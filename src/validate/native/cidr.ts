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

function parseIpv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint {
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
