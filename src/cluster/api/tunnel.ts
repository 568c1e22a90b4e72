import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Address } from './dial.ts';

/** A connection through an HTTP proxy (`CONNECT`). */
export function openTunnel({ protocol, hostname, port, username, password }: URL, { host, port: targetPort }: Address): Promise<Socket> {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${targetPort}`;
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const outgoing = (protocol === 'https:' ? requestHttps : requestHttp)({
    method: 'CONNECT',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    path: target,
    headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${secret}` }) },
  });
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(Object.assign(new Error(`the proxy answered ${statusCode}`), { code: 'EPROXY' }));
    });
    outgoing.end();
  });
}
