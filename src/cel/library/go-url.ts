import { quoteGo } from '../../std/index.ts';
import { parseAddress } from './address.ts';

/** A URL as Go's `net/url` reads it. Paths keep the form in which they were written, as far as that is allowed. */
export interface GoUrl {
  readonly scheme: string;
  readonly host: string;
  readonly escapedPath: string;
  readonly query: string;
  readonly text: string;
}

type Fault = { readonly error: string };
type Mode = 'host' | 'path' | 'query' | 'user' | 'zone';

/** Go's `url.ParseRequestURI`, with its errors. */
export function parseRequestUrl(text: string): GoUrl | Fault {
  return explain(text, parse(text, true));
}

/** What is both a request's URL and, with a fragment, any URL: `url.Parse` after `url.ParseRequestURI`. */
export function parseUrl(text: string): GoUrl | Fault {
  const request = parseRequestUrl(text);
  if ('error' in request) return request;
  const hash = text.indexOf('#');
  const base = hash === -1 ? text : text.slice(0, hash);
  const fragment = unescape(hash === -1 ? '' : text.slice(hash + 1), 'path');
  const url = explain(base, parse(base, false));
  if ('error' in url) return url;
  return typeof fragment === 'string' ? { ...url, text } : explain(text, fragment);
}

function explain(text: string, url: GoUrl | Fault): GoUrl | Fault {
  return 'error' in url ? { error: `parse ${quoteGo(text)}: ${url.error}` } : url;
}

function parse(text: string, isRequest: boolean): GoUrl | Fault {
  if (/[\u0000-\u001f\u007f]/.test(text)) return { error: 'net/url: invalid control character in URL' };
  if (text === '') return { error: 'empty url' };
  if (text === '*') return { scheme: '', host: '', escapedPath: '*', query: '', text };
  if (text.startsWith(':')) return { error: 'missing protocol scheme' };
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? '';
  const rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  const query = mark === -1 ? '' : rest.slice(mark + 1);
  const base = { scheme: scheme.toLowerCase(), query, text };
  if (!path.startsWith('/')) return scheme === '' ? { error: 'invalid URI for request' } : { ...base, host: '', escapedPath: '' };
  const hasHost = path.startsWith('//') && (scheme !== '' || (!isRequest && !path.startsWith('///')));
  const slash = hasHost ? path.indexOf('/', 2) : 0;
  const authority = hasHost ? path.slice(2, slash === -1 ? undefined : slash) : '';
  const host = hasHost ? parseAuthority(base.scheme, authority) : '';
  if (typeof host !== 'string') return host;
  const local = hasHost ? (slash === -1 ? '' : path.slice(slash)) : path;
  const plain = unescape(local, 'path');
  return typeof plain === 'string' ? { ...base, host, escapedPath: toEscapedPath(local, plain) } : plain;
}

function parseAuthority(scheme: string, authority: string): string | Fault {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (typeof host !== 'string' || at === -1) return host;
  const user = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) return { error: 'net/url: invalid userinfo' };
  for (const part of user.split(':')) {
    const plain = unescape(part, 'user');
    if (typeof plain !== 'string') return plain;
  }
  return host;
}

function parseHost(scheme: string, host: string): string | Fault {
  const open = host.lastIndexOf('[');
  if (open > 0) return { error: 'invalid IP-literal' };
  if (open === 0) return parseLiteral(host);
  const first = host.indexOf(':');
  if (first !== -1) {
    const port = host.slice(scheme === 'http' || scheme === 'https' ? first : host.lastIndexOf(':'));
    if (!/^:\d*$/.test(port)) return { error: `invalid port ${quoteGo(port)} after host` };
  }
  return unescape(host, 'host');
}

/** An IPv6 address in brackets, with a port or none. */
function parseLiteral(host: string): string | Fault {
  const close = host.lastIndexOf(']');
  if (close === -1) return { error: "missing ']' in host" };
  const port = host.slice(close + 1);
  if (!/^(?::\d*)?$/.test(port)) return { error: `invalid port ${quoteGo(port)} after host` };
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const parts = zone === -1 ? [unescape(name, 'host')] : [unescape(name.slice(0, zone), 'host'), unescape(name.slice(zone), 'zone')];
  let plain = '';
  for (const part of parts) {
    if (typeof part !== 'string') return part;
    plain += part;
  }
  const address = parseAddress(plain);
  if ('error' in address) return { error: `invalid host: ${address.error}` };
  return address.bytes.length === 4 ? { error: 'invalid IP-literal' } : `[${plain}]${port}`;
}

const HOST_SIGNS = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/;
const ALL_HOST_SIGNS = new RegExp(`^${HOST_SIGNS.source}*$`);
const NOTHING_ESCAPED = /^[^%+\u0080-\uffff]*$/;

function unescape(text: string, mode: Mode): string | Fault {
  if ((mode === 'host' || mode === 'zone' ? ALL_HOST_SIGNS : NOTHING_ESCAPED).test(text)) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < text.length;) {
    const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (letter === '%') {
      const escape = text.slice(at, at + 3);
      const code = Number.parseInt(escape.slice(1), 16);
      const isWrong =
        !/^%[0-9a-fA-F]{2}$/.test(escape) || (mode === 'host' && code < 128 && escape !== '%25') || isWrongZone(mode, code, escape);
      if (isWrong) return { error: `invalid URL escape ${quoteGo(escape)}` };
      bytes.push(code);
      at += 3;
      continue;
    }
    const isAscii = letter.length === 1 && letter < '\u0080';
    if ((mode === 'host' || mode === 'zone') && isAscii && !HOST_SIGNS.test(letter))
      return { error: `invalid character ${quoteGo(letter)} in host name` };
    bytes.push(...encoder.encode(letter === '+' && mode === 'query' ? ' ' : letter));
    at += letter.length;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function isWrongZone(mode: Mode, code: number, escape: string): boolean {
  return mode === 'zone' && escape !== '%25' && code !== 32 && code < 128 && !HOST_SIGNS.test(String.fromCharCode(code));
}

const PATH_SIGNS = /^(?:[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]|%[0-9a-fA-F]{2})*$/;

// What was written stays where it is valid; what is not is escaped anew.
function toEscapedPath(written: string, plain: string): string {
  if (PATH_SIGNS.test(written)) return written;
  if (plain === '*') return '*';
  const bytes = Array.from(new TextEncoder().encode(plain));
  return bytes
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return byte < 128 && /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** A host without its port and brackets, and the port. */
export function splitHost(host: string): { readonly name: string; readonly port: string } {
  const colon = host.lastIndexOf(':');
  const hasPort = colon !== -1 && /^\d*$/.test(host.slice(colon + 1));
  const name = hasPort ? host.slice(0, colon) : host;
  return { name: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port: hasPort ? host.slice(colon + 1) : '' };
}

/** The values of a query by their names; what is malformed is left out. */
export function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const sign = part.indexOf('=');
    const name = unescape(sign === -1 ? part : part.slice(0, sign), 'query');
    const value = unescape(sign === -1 ? '' : part.slice(sign + 1), 'query');
    if (typeof name !== 'string' || typeof value !== 'string') continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}
