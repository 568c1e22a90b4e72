import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';
import { openTunnel, type TunnelTarget } from './tunnel.ts';

/**
 * The pool of connections to the server of an access, through its proxy if it has one. A connection
 * on which nothing has come for `timeout` milliseconds tells its request so.
 */
export function openAgent(
  access: Pick<ClusterAccess, 'server' | 'tls' | 'proxy'>,
  certificate: Credentials['certificate'],
  maxSockets: number,
  timeout?: number,
): HttpAgent {
  const { server, tls, proxy } = access;
  const pool = { keepAlive: true, maxSockets, ...(timeout === undefined ? {} : { timeout }) };
  if (server.protocol === 'http:') return proxy === undefined ? new PlainAgent(pool) : new PlainTunnelAgent(proxy, pool);
  const trust: SecureContextOptions = {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  };
  const options: AgentOptions = {
    ...pool,
    rejectUnauthorized: !tls.insecure,
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    // Certificates are read once, not for each connection.
    secureContext: createSecureContext(trust),
  };
  return proxy === undefined ? new SecureAgent(options) : new SecureTunnelAgent(proxy, options);
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

type Connected = (error: Error | null, stream: Duplex) => void;

class PlainTunnelAgent extends PlainAgent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection({ host, port, timeout }: ClientRequestArgs, done?: Connected): undefined {
    const target = { host: host ?? '', port: Number(port ?? 80) };
    void connect(this.#proxy, target, (socket) => socket.setTimeout(timeout ?? 0), done);
  }
}

class SecureTunnelAgent extends SecureAgent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: ConnectionOptions, done?: Connected): undefined {
    const { host = '', port = 443 } = options;
    void connect(this.#proxy, { host, port }, (socket) => connectTls({ ...options, socket }), done);
  }
}

async function connect(proxy: URL, target: TunnelTarget, wrap: (socket: Socket) => Duplex, done: Connected | undefined): Promise<void> {
  try {
    const socket = await openTunnel(proxy, target);
    done?.(null, wrap(socket));
  } catch (error) {
    // Node reads no stream where there is an error.
    (done as ((error: unknown) => void) | undefined)?.(error);
  }
}
