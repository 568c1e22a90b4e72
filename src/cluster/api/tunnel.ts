import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type Socket } from 'node:net';

/** Where a tunnel ends. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * A connection to a server through a proxy: `CONNECT` (RFC 9110, 9.3.6) to one of HTTP, else SOCKS5 (RFC 1928), which looks up the name itself.
 * Rejects with the code `EPROXY` and a sentence without the password of the proxy.
 */
export async function openTunnel(proxy: URL, target: TunnelTarget): Promise<Socket> {
  try {
    return await (/^socks5h?:$/.test(proxy.protocol) ? openSocksTunnel(proxy, target) : openHttpTunnel(proxy, target));
  } catch (error) {
    // The error of the library for SOCKS holds the password: it is not passed on as a cause.
    const why = error instanceof Error ? error.message : String(error);
    throw Object.assign(new Error(`the proxy ${proxy.protocol}//${proxy.host} does not let through: ${why}`), { code: 'EPROXY' });
  }
}

async function openSocksTunnel(proxy: URL, { host, port }: TunnelTarget): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const { user, password } = credentialsOf(proxy);
  const { socket } = await SocksClient.createConnection({
    command: 'connect',
    destination: { host, port },
    proxy: { type: 5, host: hostOf(proxy), port: portOf(proxy, 1080), ...(user === '' ? {} : { userId: user, password }) },
  });
  return socket;
}

function openHttpTunnel(proxy: URL, { host, port }: TunnelTarget): Promise<Socket> {
  const isSecure = proxy.protocol === 'https:';
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { user, password } = credentialsOf(proxy);
  const secret = Buffer.from(`${user}:${password}`).toString('base64');
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? requestHttps : requestHttp)({
      method: 'CONNECT',
      host: hostOf(proxy),
      port: portOf(proxy, isSecure ? 443 : 80),
      path: target,
      headers: { host: target, ...(user === '' ? {} : { 'proxy-authorization': `Basic ${secret}` }) },
    });
    const refuse = (status: number | undefined): void => reject(new Error(`it answered ${status ?? 0}`));
    outgoing.once('error', reject);
    outgoing.once('response', ({ statusCode }) => {
      outgoing.destroy();
      refuse(statusCode);
    });
    outgoing.once('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(answer.statusCode);
    });
    outgoing.end();
  });
}

function credentialsOf({ username, password }: URL): { readonly user: string; readonly password: string } {
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port }: URL, usual: number): number {
  return port === '' ? usual : Number(port);
}
