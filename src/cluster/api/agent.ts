import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';
import { tlsOptionsOf } from './dial.ts';
import { openTunnel } from './tunnel.ts';

/** The connections of answers that are read as they come, as many as are asked for, through the proxy of an access if it has one. */
export function openAgent(access: ClusterAccess, certificate: Credentials['certificate']): HttpAgent {
  const { server, proxy } = access;
  if (server.protocol === 'http:') return new HttpAgent({ keepAlive: true });
  const options: AgentOptions = { keepAlive: true, ...tlsOptionsOf(access, certificate) };
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
    void this.#connect(options, done);
    return undefined;
  }

  async #connect(options: ConnectionOptions, done?: (error: Error | null, stream: Duplex) => void): Promise<void> {
    // Node reads no stream where there is an error.
    const fail = done as ((error: Error) => void) | undefined;
    try {
      const socket = await openTunnel(this.#proxy, { host: options.host ?? '', port: options.port ?? 443 });
      done?.(null, connectTls({ ...options, socket }));
    } catch (error) {
      fail?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
