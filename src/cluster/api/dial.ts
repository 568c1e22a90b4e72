import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';
import type { Dialer } from './connection-pool.ts';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The address of a server, by its URL. */
export function addressOf({ hostname, port, protocol }: URL): Address {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
}

/** What TLS to the server of an access takes. */
export function tlsOptionsOf({ tls }: ClusterAccess, certificate: Credentials['certificate']): ConnectionOptions {
  return {
    rejectUnauthorized: !tls.insecure,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  };
}

/**
 * Opens connections to the server of an access, through its proxy if it has one; a later one resumes the session of an
 * earlier one. Each is ready to be spoken on. Rejects with Node's error, whose code says why.
 */
export function openDialer(access: ClusterAccess, certificate: Credentials['certificate'], timeout: number): Dialer {
  const { server, proxy } = access;
  const address = addressOf(server);
  const options = { ...address, noDelay: true, keepAlive: true };
  if (server.protocol === 'http:') return (signal) => untilReady(connectPlain(options), 'connect', timeout, signal);
  // Certificates are read once, not for each connection.
  let secureContext: SecureContext | undefined;
  let session: Buffer | undefined;
  return async (signal) => {
    const socket = proxy === undefined ? undefined : await throughProxy(proxy, address);
    const secure: TLSSocket = connectTls({
      ...tlsOptionsOf(access, certificate),
      secureContext: (secureContext ??= createSecureContext(tlsOptionsOf(access, certificate))),
      ...(socket === undefined ? options : { host: address.host, socket }),
      servername: access.tls.servername ?? (isIP(address.host) === 0 ? address.host : ''),
      ALPNProtocols: ['http/1.1'],
      ...(session === undefined ? {} : { session }),
    });
    secure.on('session', (ticket) => (session = ticket));
    return untilReady(secure, 'secureConnect', timeout, signal);
  };
}

async function throughProxy(proxy: URL, address: Address): Promise<Socket> {
  const { openTunnel } = await import('./tunnel.ts');
  return openTunnel(proxy, address);
}

function untilReady<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', timeout: number, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const late = (): unknown => socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }));
    const abort = (): unknown => socket.destroy(new Error('closed'));
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('timeout', late);
      socket.off('error', reject);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(timeout, late);
    socket.once('error', reject);
    socket.once('close', () => {
      settle();
      reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    });
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
  });
}
