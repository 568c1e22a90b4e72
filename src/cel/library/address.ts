import { quoteGo } from '../../std/index.ts';

/** An IP address by its bytes: 4 or 16 of them. */
export interface Address {
  readonly bytes: readonly number[];
  readonly zone: string;
}

type Parsed = Address | { readonly error: string };

/** Go's `netip.ParseAddr`, with its errors. */
export function parseAddress(text: string): Parsed {
  const sign = /[.:%]/.exec(text)?.[0];
  if (sign === '.') {
    const bytes = parseFour(text, text);
    return 'error' in bytes ? bytes : { bytes, zone: '' };
  }
  if (sign === ':') return parseSix(text);
  return refuse(text, sign === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

function refuse(text: string, why: string, at = ''): { readonly error: string } {
  return { error: `ParseAddr(${quoteGo(text)}): ${why}${at === '' ? '' : ` (at ${quoteGo(at)})`}` };
}

function parseFour(text: string, whole: string): readonly number[] | { readonly error: string } {
  const fields: number[] = [];
  let digits = '';
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (/\d/.test(letter)) {
      if (digits === '0') return refuse(whole, 'IPv4 field has octet with leading zero');
      digits += letter;
      if (Number(digits) > 255) return refuse(whole, 'IPv4 field has value >255');
    } else if (letter === '.') {
      if (at === 0 || at === text.length - 1 || text[at - 1] === '.')
        return refuse(whole, 'IPv4 field must have at least one digit', text.slice(at));
      if (fields.length === 3) return refuse(whole, 'IPv4 address too long');
      fields.push(Number(digits));
      digits = '';
    } else return refuse(whole, 'unexpected character', text.slice(at));
  }
  return fields.length < 3 ? refuse(whole, 'IPv4 address too short') : [...fields, Number(digits)];
}

function parseSix(whole: string): Parsed {
  const percent = whole.indexOf('%');
  const zone = percent === -1 ? '' : whole.slice(percent + 1);
  if (percent !== -1 && zone === '') return refuse(whole, 'zone must be a non-empty string');
  const found = parseGroups(whole, percent === -1 ? whole : whole.slice(0, percent));
  if ('error' in found) return found;
  const { bytes, gap } = found;
  if (bytes.length === 16) return gap === undefined ? { bytes, zone } : refuse(whole, 'the :: must expand to at least one field of zeros');
  if (gap === undefined) return refuse(whole, 'address string too short');
  const zeros = Array.from({ length: 16 - bytes.length }, () => 0);
  return { bytes: [...bytes.slice(0, gap), ...zeros, ...bytes.slice(gap)], zone };
}

type Groups = { readonly bytes: readonly number[]; readonly gap: number | undefined };

function parseGroups(whole: string, text: string): Groups | { readonly error: string } {
  const bytes: number[] = [];
  let gap: number | undefined;
  let rest = text;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
    if (rest === '') return { bytes, gap };
  }
  while (bytes.length < 16) {
    const [digits = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? [];
    if (digits.length > 4) return refuse(whole, 'each group must have 4 or less digits', rest);
    if (digits === '') return refuse(whole, 'each colon-separated field must have at least one digit', rest);
    if (rest[digits.length] === '.') return parseTail(whole, rest, { bytes, gap });
    const group = Number.parseInt(digits, 16);
    bytes.push(group >> 8, group & 255);
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return refuse(whole, 'unexpected character, want colon', rest);
    if (rest.length === 1) return refuse(whole, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (gap !== undefined) return refuse(whole, 'multiple :: in address', rest);
    gap = bytes.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  return rest === '' ? { bytes, gap } : refuse(whole, 'trailing garbage after address', rest);
}

/** An IPv4 address at the end of an IPv6 one. */
function parseTail(whole: string, rest: string, { bytes, gap }: Groups): Groups | { readonly error: string } {
  if (gap === undefined && bytes.length !== 12)
    return refuse(whole, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
  if (bytes.length + 4 > 16) return refuse(whole, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
  const tail = parseFour(rest, whole);
  return 'error' in tail ? tail : { bytes: [...bytes, ...tail], gap };
}

/** Whether an IPv6 address is an IPv4 one in disguise (`::ffff:1.2.3.4`). */
export function isMapped({ bytes }: Address): boolean {
  return bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}

/** An address in its canonical form. */
export function formatAddress({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0));
  let [start, length] = [-1, 0];
  for (let from = 0; from < 8; from++) {
    let end = from;
    while (end < 8 && groups[end] === 0) end++;
    if (end - from > length && end - from >= 2) [start, length] = [from, end - from];
  }
  const show = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return start === -1 ? show(groups) : `${show(groups.slice(0, start))}::${show(groups.slice(start + length))}`;
}

/** A network: an address and how many of its bits count. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

/** Go's `netip.ParsePrefix`, with its errors. */
export function parseNetwork(text: string): Network | { readonly error: string } {
  const fail = (why: string): { readonly error: string } => ({ error: `netip.ParsePrefix(${quoteGo(text)}): ${why}` });
  const slash = text.lastIndexOf('/');
  if (slash === -1) return fail("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if ('error' in address) return fail(address.error);
  if (address.zone !== '') return fail('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^(?:\d|[1-9]\d+)$/.test(bits)) return fail(`bad bits after slash: ${quoteGo(bits)}`);
  return Number(bits) > address.bytes.length * 8 ? fail('prefix length out of range') : { address, bits: Number(bits) };
}

/** A network's address with only the bits that count. */
export function maskAddress({ address, bits }: Network): Address {
  const bytes = address.bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * index))) & 255);
  return { bytes, zone: '' };
}

/** Whether an address is in a network. */
export function isWithin(address: Address, network: Network): boolean {
  if (address.bytes.length !== network.address.bytes.length || address.zone !== '') return false;
  const masked = maskAddress({ address, bits: network.bits });
  const own = maskAddress(network);
  return masked.bytes.every((byte, index) => byte === own.bytes[index]);
}
