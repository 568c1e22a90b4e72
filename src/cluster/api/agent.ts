import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';

/** The pool of connections to the server of an access, through its proxy if it has one. */
export function openAgent(access: ClusterAccess, certificate: Credentials['certificate'], maxSockets: number): HttpAgent {
  const { server, tls, proxy } = access;
  if (server.protocol === 'http:') return new PlainAgent({ keepAlive: true, maxSockets });
  const trust: SecureContextOptions = {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  };
  const options: AgentOptions = {
    keepAlive: true,
    maxSockets,
    rejectUnauthorized: !tls.insecure,
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    // Certificates are read once, not for each connection.
    secureContext: createSecureContext(trust),
  };
  return proxy === undefined ? new SecureAgent(options) : new TunnelAgent(proxy, options);
}

/** All connections of an agent are to one server: Node need not write their certificates down to tell them apart, several times for each request. */
const ONE_SERVER = 'server';

class PlainAgent extends HttpAgent {
  override getName(): string {
    return ONE_SERVER;
  }
}

class SecureAgent extends HttpsAgent {
  override getName(): string {
    return ONE_SERVER;
  }
}

/** Connections through an HTTP proxy (`CONNECT`). */
class TunnelAgent extends SecureAgent {
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
