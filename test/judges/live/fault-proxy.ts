import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with one request. `reset-after`: the server has done it, and nobody hears. */
export type Fault = 'none' | 'delay' | 'reset-before' | 'reset-after' | 'truncate' | '429' | '500' | '503' | '410' | 'close-watch';

/** How often each fault happens, of all requests, from 0 to 1. */
export type FaultRates = Readonly<Partial<Record<Fault, number>>>;

/** Where the requests go, and by whom. */
export interface ProxyTarget {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
}

/** An HTTP server before an API server that loses, delays, cuts and refuses by chance. It counts what it did. */
export class FaultProxy {
  readonly counts: Map<Fault, number> = new Map();
  /** Writes that reached the API server, by method and path. */
  readonly writes: Map<string, number> = new Map();
  readonly #target: ProxyTarget;
  readonly #random: () => number;
  readonly #rates: FaultRates;
  readonly #agent: HttpsAgent;
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));

  constructor(target: ProxyTarget, random: () => number, rates: FaultRates) {
    this.#target = target;
    this.#random = random;
    this.#rates = rates;
    this.#agent = new HttpsAgent({ keepAlive: true, ca: target.ca });
  }

  /** Listens on loopback; the port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }

  #choose(isWatch: boolean): Fault {
    let left = this.#random();
    for (const [fault, rate] of Object.entries(this.#rates)) {
      left -= rate;
      if (left < 0 && isFault(fault) && (fault === 'close-watch' || fault === '410') === isWatch) return fault;
      if (left < 0) return 'none';
    }
    return 'none';
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const isWatch = /[?&]watch=/.test(incoming.url ?? '');
    const fault = this.#choose(isWatch);
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
    if (fault === 'delay') await sleep(5 + this.#random() * 60);
    if (fault === 'reset-before') return void incoming.socket.destroy();
    if (fault === '429' || fault === '500' || fault === '503' || fault === '410') return refuse(response, Number(fault));
    this.#forward(incoming, Buffer.concat(chunks), response, fault);
  }

  #forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse, fault: Fault): void {
    const { port, token } = this.#target;
    const method = incoming.method ?? 'GET';
    const path = incoming.url ?? '/';
    if (method !== 'GET' && !path.includes('dryRun='))
      this.writes.set(`${method} ${path}`, (this.writes.get(`${method} ${path}`) ?? 0) + 1);
    const headers = { ...incoming.headers, host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` };
    const outgoing = requestHttps({ agent: this.#agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      if (fault === 'reset-after') {
        answer.resume();
        return void incoming.socket.destroy();
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault === 'truncate') {
        // An empty answer is cut off too: one that never ends would only wait for the time-out.
        answer.once('end', () => incoming.socket.destroy());
        answer.once('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, Math.floor(chunk.length / 2)));
          setImmediate(() => incoming.socket.destroy());
        });
        return;
      }
      if (fault === 'close-watch') setTimeout(() => incoming.socket.destroy(), 20 + this.#random() * 200);
      answer.pipe(response);
    });
    outgoing.on('error', () => incoming.socket.destroy());
    response.on('close', () => outgoing.destroy());
    outgoing.end(body);
  }
}

function isFault(text: string): text is Fault {
  return ['delay', 'reset-before', 'reset-after', 'truncate', '429', '500', '503', '410', 'close-watch'].includes(text);
}

const REASONS: Readonly<Record<number, string>> = {
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

function refuse(response: ServerResponse, code: number): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: REASONS[code], message: 'injected', code };
  response.writeHead(code, { 'content-type': 'application/json', ...(code === 429 || code === 503 ? { 'retry-after': '0' } : {}) });
  response.end(JSON.stringify(status));
}
