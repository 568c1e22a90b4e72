const BEGIN = '-----BEGIN ';
const COMMON_NAME = '55 04 03';
const [SEQUENCE, SET, OBJECT_IDENTIFIER] = [0x30, 0x31, 0x06];

/** One value of ASN.1's distinguished encoding. */
interface Element {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/**
 * The common name that a certificate signing request asks for, of the text in `spec.request` (base64 of PEM of PKCS #10); the last
 * one, if there are several. A problem if it cannot be read.
 */
export function readRequestedName(request: string): { readonly name: string } | { readonly problem: string } {
  const text = new TextDecoder().decode(decode(request) ?? new Uint8Array());
  const [type, body] = readBlock(text) ?? [];
  if (type !== 'CERTIFICATE REQUEST' || body === undefined) return { problem: 'PEM block type must be CERTIFICATE REQUEST' };
  const [outer] = listElements(body);
  const [info] = outer?.tag === SEQUENCE ? listElements(outer.bytes) : [];
  const [, subject] = info?.tag === SEQUENCE ? listElements(info.bytes) : [];
  if (subject?.tag !== SEQUENCE) return { problem: 'malformed certificate request' };
  const sets = listElements(subject.bytes).filter(({ tag }) => tag === SET);
  return { name: sets.flatMap(({ bytes }) => listElements(bytes).flatMap(readCommonName)).at(-1) ?? '' };
}

function readCommonName({ bytes }: Element): readonly string[] {
  const [type, value] = listElements(bytes);
  if (type?.tag !== OBJECT_IDENTIFIER || value === undefined || toHex(type.bytes) !== COMMON_NAME) return [];
  return [new TextDecoder().decode(value.bytes)];
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function readBlock(text: string): readonly [type: string, body: Uint8Array] | undefined {
  const start = text.startsWith(BEGIN) ? 0 : text.indexOf(`\n${BEGIN}`) + 1;
  if (!text.startsWith(BEGIN, start)) return undefined;
  const [, type, rest] = /^-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*)$/.exec(text.slice(start)) ?? [];
  if (type === undefined || rest === undefined) return undefined;
  const end = rest.indexOf(`-----END ${type}-----`);
  const body = end < 0 ? undefined : decode(rest.slice(0, end));
  return body === undefined ? undefined : [type, body];
}

function decode(base64: string): Uint8Array | undefined {
  const text = base64.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(text), (letter) => letter.codePointAt(0) ?? 0);
}

/** The elements that bytes consist of, up to the first that is cut short. */
function listElements(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
    const more = first < 0x80 ? 0 : first - 0x80;
    if (more > 4) break;
    const length = more === 0 ? first : bytes.subarray(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
    const start = at + 2 + more;
    if (start + length > bytes.length) break;
    elements.push({ tag, bytes: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
