import { findBadBase64, isTime } from './scalars.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DURATION = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
/** On megabytes the pattern would overflow its stack. */
const LONGEST_DURATION = 10_000;
const LONG_DURATION =
  /^\s*\d+\s*(?:ns|nano|nanosecond|us|µs|μs|micro|microsecond|ms|milli|millisecond|s|sec|second|m|min|minute|h|hr|hour|d|day|w|wk|week)s?\s*$/i;
const EMAIL = /^[^\s@<>()[\]\\,;:]+@[^\s@<>()[\]\\,;:]+$/;
const HOSTNAME = /^(?=.{1,255}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?)*\.?$/;

/** The formats that `apiextensions` enforces (`supportedVersionedFormats`), as `kube-openapi/pkg/validation/strfmt` judges them. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => text !== '' && !/[\r\n]/.test(text) && findBadBase64(text) < 0,
  cidr: isCidr,
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isTime(`${text}T00:00:00Z`, false),
  'date-time': (text) => isTime(text.toUpperCase().replace(' ', 'T'), false),
  datetime: (text) => isTime(text.toUpperCase().replace(' ', 'T'), false),
  duration: (text) => text === '0' || (text.length <= LONGEST_DURATION && DURATION.test(text)) || LONG_DURATION.test(text),
  email: (text) => EMAIL.test(text),
  hostname: (text) => HOSTNAME.test(text),
  ipv4: isIpv4,
  ipv6: isIpv6,
  mac: (text) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) || text.startsWith('/'),
  uuid: (text) => UUID.test(text),
  uuid3: (text) => UUID.test(text) && text.replaceAll('-', '')[12] === '3',
  uuid4: (text) => UUID.test(text) && text.replaceAll('-', '')[12] === '4',
  uuid5: (text) => UUID.test(text) && text.replaceAll('-', '')[12] === '5',
};

/** Whether a text is of a format; true for formats that the server does not enforce. */
export function isOfFormat(text: string, format: string): boolean {
  return (Object.hasOwn(FORMATS, format) ? FORMATS[format]?.(text) : undefined) ?? true;
}

/** Whether a text is a dotted IPv4 address without leading zeros. */
export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** Whether a text is an IPv6 address, without a zone. */
export function isIpv6(text: string): boolean {
  const parts = text.split('::');
  if (parts.length > 2 || !/^[0-9a-f:.]+$/i.test(text)) return false;
  const groups = parts.flatMap((part) => (part === '' ? [] : part.split(':')));
  const last = groups.at(-1);
  const hasIpv4 = last !== undefined && last.includes('.');
  if (hasIpv4 && !isIpv4(last)) return false;
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  const length = plain.length + (hasIpv4 ? 2 : 0);
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (parts.length === 2 ? length < 8 : length === 8);
}

/** Whether a text is an address and a prefix length. */
export function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return false;
  return (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
}

const NUMBER_FORMATS = new Set(['double', 'float', 'int32', 'int64']);

/** Whether a format is one that the server keeps in a schema: it drops those that it does not know. */
export function isEnforced(format: string | undefined): boolean {
  return format !== undefined && (NUMBER_FORMATS.has(format) || Object.hasOwn(FORMATS, format));
}
