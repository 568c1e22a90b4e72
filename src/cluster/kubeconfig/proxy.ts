import { BlockList, isIP } from 'node:net';
import { unusable } from './fault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the URL of a proxy; throws `UNREADABLE` without the URL, which may hold a password. */
export function toProxy(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw unusable(where, 'could not parse it as a URL', 'write it like http://proxy.example:3128');
  if (/^(https?|socks5h?):$/.test(url.protocol)) return url;
  throw unusable(where, `unsupported scheme "${url.protocol.slice(0, -1)}"`, 'it must be http, https, or socks5');
}

/**
 * The proxy that the environment has for a server, as Go's `httpproxy` finds it: HTTPS_PROXY or HTTP_PROXY by the scheme, unless
 * NO_PROXY covers the host. Never one for localhost.
 */
export function findProxy(server: URL, env: Environment): URL | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = readVariable(env, name);
  if (text === undefined || isDirect(server, readVariable(env, 'NO_PROXY') ?? '')) return undefined;
  return toProxy(text.includes('://') ? text : `http://${text}`, `environment: ${name}`);
}

function readVariable(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function isDirect(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || isWithin(host, '127.0.0.0/8') || isWithin(host, '::1/128')) return true;
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  return noProxy.split(',').some((entry) => isCovered(host, port, entry.trim().toLowerCase()));
}

function isCovered(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(host, entry);
  const [name, onlyPort] = splitPort(entry);
  if (name === '' || (onlyPort !== '' && onlyPort !== port)) return false;
  if (isIP(name) !== 0) return isWithin(host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function splitPort(entry: string): readonly [name: string, port: string] {
  if (isIP(entry) !== 0) return [entry, ''];
  const match = /^(?:\[(.*)\]|([^:]*))(?::(\d*))?$/.exec(entry);
  return match === null ? [entry, ''] : [match[1] ?? match[2] ?? '', match[3] ?? ''];
}

function isWithin(host: string, range: string): boolean {
  const [address = '', length = ''] = range.split('/');
  const version = isIP(address);
  const bits = Number(length);
  if (version === 0 || isIP(host) !== version || !/^\d+$/.test(length) || bits > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list.check(host, family);
}
