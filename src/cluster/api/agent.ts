import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';

/** The pool of connections to the server of an access, through its proxy if it has one. */
export function openAgent(access: ClusterAccess, certificate: Credentials['certificate'], maxSockets: number): HttpAgent {
  const { server, tls, proxy } = access;
  if (server.protocol === 'http:') return new HttpAgent({ keepAlive: true, maxSockets });
  const options: AgentOptions = {
    keepAlive: true,
    maxSockets,
    rejectUnauthorized: !tls.insecure,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  };
  return proxy === undefined ? new HttpsAgent(options) : new TunnelAgent(proxy, options);
}

/** Connections through an HTTP proxy (`CONNECT`). */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: ConnectionOptions, done?: (error: Error | null, stream: Duplex) => void): undefined {
    const { protocol, hostname, port, username, password } = this.#proxy;
    const target = `${options.host ?? ''}:${options.port ?? 443}`;
    const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    const outgoing = (protocol === 'https:' ? requestHttps : requestHttp)({
      method: 'CONNECT',
      host: hostname,
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      path: target,
      headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${secret}` }) },
    });
    // Node reads no stream where there is an error.
    const fail = done as ((error: Error) => void) | undefined;
    outgoing.once('error', (error) => fail?.(error));
    outgoing.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return done?.(null, connectTls({ ...options, socket }));
      socket.destroy();
      fail?.(Object.assign(new Error(`the proxy answered ${answer.statusCode ?? 0}`), { code: 'EPROXY' }));
    });
    outgoing.end();
    return undefined;
  }
}
