import type { Place } from '../native/place.ts';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../native/cidr.ts';
import { isCidr, isIpv6 } from '../structural/custom-formats.ts';
import type { Warner } from './say.ts';

const MAPPED = 0xffffn;

interface Address {
  readonly bits: bigint;
  readonly width: 32 | 128;
  /** Whether it is written in a way that some programs read otherwise, or not at all. */
  readonly isOdd: boolean;
  readonly canonical: string;
}

function readAddress(text: string): Address {
  if (!text.includes(':')) {
    const bits = parseIpv4(text);
    const canonical = formatIpv4(bits);
    return { bits, width: 32, isOdd: canonical !== text, canonical };
  }
  const bits = parseIpv6(text);
  const isMapped = bits >> 32n === MAPPED;
  const low = bits & 0xffffffffn;
  return isMapped
    ? { bits: low, width: 32, isOdd: true, canonical: formatIpv4(low) }
    : { bits, width: 128, isOdd: false, canonical: formatIpv6(bits) };
}

/** An IPv4 address as old versions of Go read it: with zeros in front of its parts. */
function isSloppyIpv4(text: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

/** `GetWarningsForIP`. */
export function warnOfAddress(place: Place, warner: Warner): void {
  const { text } = place;
  if (!isSloppyIpv4(text) && !isIpv6(text)) return;
  const { isOdd, width, canonical } = readAddress(text);
  const shown = JSON.stringify(text);
  if (isOdd) warner.say('doubtful', place, `non-standard IP address ${shown} is invalid: use ${JSON.stringify(canonical)}`);
  else if (width === 128 && canonical !== text)
    warner.say('doubtful', place, `IPv6 address ${shown} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`);
}

/** `GetWarningsForCIDR`. */
export function warnOfCidr(place: Place, warner: Warner): void {
  const { text } = place;
  if (!isCidr(text)) return;
  const [head = '', tail = ''] = text.split('/');
  const address = readAddress(head);
  // A mapped address has the mask of what it is written as.
  const length = Number(tail) - (head.includes(':') ? 128 : 32) + address.width;
  if (length < 0) return;
  const host = BigInt(address.width - length);
  const network = (address.bits >> host) << host;
  const format = address.width === 32 ? formatIpv4 : formatIpv6;
  const whole = JSON.stringify(`${format(network)}/${length}`);
  const shown = JSON.stringify(text);
  const isAmbiguous = network !== address.bits;
  const isOdd = address.isOdd || String(Number(tail)) !== tail;
  const single = JSON.stringify(`${address.canonical}/${address.width}`);
  if (isAmbiguous) warner.say('doubtful', place, `CIDR value ${shown} is ambiguous in this context (should be ${whole} or ${single}?)`);
  if (isOdd) warner.say('doubtful', place, `non-standard CIDR value ${shown} is invalid: use ${whole}`);
  if (isAmbiguous || isOdd || address.width === 32) return;
  const canonical = `${address.canonical}/${length}`;
  if (canonical !== text)
    warner.say('doubtful', place, `IPv6 CIDR value ${shown} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`);
}
