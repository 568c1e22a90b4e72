import { request as requestHttp, type Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';
import { openAgent } from './agent.ts';
import { addressOf } from './dial.ts';
import type { Headers } from './encode-request.ts';

/** Asks for answers that are read as they come and may never end (watches): each has a connection of its own while it lasts. */
export class AnswerStreams {
  readonly #access: ClusterAccess;
  readonly #agent: HttpAgent;

  constructor(access: ClusterAccess, certificate: Credentials['certificate']) {
    this.#access = access;
    this.#agent = openAgent(access, certificate);
  }

  /** The request, which may be destroyed, and its answer as soon as that begins. */
  get(path: string, headers: Headers): readonly [ClientRequest, Promise<IncomingMessage>] {
    const { server } = this.#access;
    const options = { agent: this.#agent, method: 'GET', ...addressOf(server), path, headers: toMutable(headers) };
    const outgoing = server.protocol === 'http:' ? requestHttp(options) : requestHttps(options);
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
    });
    outgoing.end();
    return [outgoing, answered];
  }

  close(): void {
    this.#agent.destroy();
  }
}

function toMutable(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}
