import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getOrAdd } from '../../../src/std/index.ts';
import { makeCertificate } from './certificate.ts';

/** What goes wrong with one request. `reset-after`: the server has done it, and nobody hears. */
export type Fault = 'none' | (typeof FAULTS)[number];

/** `expire`: the token that clients hold is good no longer; the new one is handed over a little later. */
const FAULTS = ['delay', 'reset-before', 'reset-after', 'truncate', '429', '500', '503', '410', 'close-watch', 'expire'] as const;

/** How often each fault happens, of all requests, from 0 to 1. */
export type FaultRates = Readonly<Partial<Record<Fault, number>>>;

/** Where the requests go, and by whom. */
export interface ProxyTarget {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
}

/** What became of the requests that write, for one method and path. */
export interface Writes {
  /** How often the API server wrote. */
  done: number;
  /** How often it did, and who asked did not hear. */
  unheard: number;
}

/** A server before an API server that loses, delays, cuts and refuses by chance. It counts what it did. */
export class FaultProxy {
  readonly counts: Map<Fault, number> = new Map();
  /** By method and path, without what follows a question mark. */
  readonly writes: Map<string, Writes> = new Map();
  #token = '';
  #handingOver: NodeJS.Timeout | undefined;
  readonly #target: ProxyTarget;
  readonly #random: () => number;
  readonly #rates: FaultRates;
  readonly #agent: Agent;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kplan-proxy-'));
  readonly #certificate = makeCertificate(this.#folder, 'proxy');
  readonly #server = createServer(this.#certificate, (incoming, response) => void this.#serve(incoming, response));

  constructor(target: ProxyTarget, random: () => number, rates: FaultRates) {
    this.#target = target;
    this.#random = random;
    this.#rates = rates;
    this.#agent = new Agent({ keepAlive: true, ca: target.ca });
    this.#renewToken();
    this.#handOver();
  }

  /** Listens on loopback; a kubeconfig that leads to it. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const path = join(this.#folder, 'kubeconfig.json');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'judge', cluster: { server, 'certificate-authority': this.#certificate.file } }],
      users: [{ name: 'judge', user: { tokenFile: this.#tokenFile } }],
      contexts: [{ name: 'judge', context: { cluster: 'judge', user: 'judge' } }],
      'current-context': 'judge',
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  close(): void {
    clearTimeout(this.#handingOver);
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #tokenFile(): string {
    return join(this.#folder, 'token');
  }

  #renewToken(): void {
    this.#token = `token-${Math.floor(this.#random() * 2 ** 32)}`;
  }

  #handOver(): void {
    writeFileSync(this.#tokenFile, this.#token, { mode: 0o600 });
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
    if (fault === 'expire') {
      this.#renewToken();
      this.#handingOver ??= setTimeout(() => {
        this.#handingOver = undefined;
        this.#handOver();
      }, this.#random() * 40);
    }
    if (incoming.headers.authorization !== `Bearer ${this.#token}`) return refuse(response, 401);
    if (fault === 'delay') await sleep(5 + this.#random() * 60);
    if (fault === 'reset-before') return void incoming.socket.destroy();
    if (fault === '429' || fault === '500' || fault === '503' || fault === '410') return refuse(response, Number(fault));
    this.#forward(incoming, Buffer.concat(chunks), response, fault);
  }

  #forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse, fault: Fault): void {
    const { port, token } = this.#target;
    const method = incoming.method ?? 'GET';
    const path = incoming.url ?? '/';
    const headers = { ...incoming.headers, host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` };
    const outgoing = request({ agent: this.#agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      if (method !== 'GET' && !path.includes('dryRun=') && (answer.statusCode ?? 500) < 300) {
        const writes = getOrAdd(this.writes, `${method} ${path.replace(/\?.*/, '')}`, () => ({ done: 0, unheard: 0 }));
        writes.done++;
        if (fault === 'reset-after' || fault === 'truncate') writes.unheard++;
      }
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
  return FAULTS.some((fault) => fault === text);
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
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
