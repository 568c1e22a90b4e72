import type { Judgement } from '../object/names.ts';
import { isCidr, isIpv4, isIpv6 } from '../structural/custom-formats.ts';

const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const BLOCK = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** `IsValidIPForLegacyField`. */
export function judgeLegacyAddress(text: string): Judgement {
  return isIpv4(text) || isIpv6(text) ? [] : [ADDRESS];
}

/** `IsValidCIDRForLegacyField`. */
export function judgeLegacyCidr(text: string): Judgement {
  return isCidr(text) ? [] : [BLOCK];
}

/** `ValidateEndpointIP`: an address that other hosts can reach. */
export function judgeEndpointAddress(text: string): Judgement {
  if (judgeLegacyAddress(text).length > 0) return ['must be a valid IP address'];
  const found: string[] = [];
  if (isUnspecified(text)) found.push(`may not be unspecified (${text})`);
  if (isLoopback(text)) found.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (text.startsWith('169.254.') || /^fe[89ab]/i.test(text)) found.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (text.startsWith('224.0.0.') || /^ff[0-9a-f]2:/i.test(text)) {
    found.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return found;
}

function isUnspecified(text: string): boolean {
  return text === '0.0.0.0' || (isIpv6(text) && /^[0:]+$/.test(text));
}

function isLoopback(text: string): boolean {
  return text.startsWith('127.') || (isIpv6(text) && /^[0:]*:0*1$/.test(text));
}
