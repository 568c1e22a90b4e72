import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { KplanError } from '../../model/index.ts';
import { pause, type Clock } from '../../std/index.ts';
import type { ClusterAccess, Credentials } from '../kubeconfig/access.ts';
import type { AnswerStreams } from './answer-stream.ts';
import { ConnectionPool } from './connection-pool.ts';
import { openDialer } from './dial.ts';
import { encodeRequest, type Headers } from './encode-request.ts';
import { explainFault, isUnsent } from './fault.ts';

/** One request of the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Whether asking twice does what asking once does: only then is it asked again when nobody knows whether it arrived. */
  readonly isRepeatable: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The whole answer to a request. */
export interface ApiAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** So many requests at a time, as many as an API server's fair queues like of one client. */
const MOST_SOCKETS = 16;
const TIMEOUT = 60_000;
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 8_000;
const LONGEST_RETRY_AFTER = 30;

const unzip = promisify(gunzip);

/**
 * HTTP/1.1 to one API server: few connections, kept alive. Waits as long as an overloaded server asks (429 and 503 with
 * Retry-After), gets new credentials once where they are refused, and asks again where the connection was lost, if that
 * is safe. A server that has never answered is given up at once. Faults are `KplanError`s with the cause and the next step.
 */
export class ApiTransport {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #pool: ConnectionPool | undefined;
  #streams: AnswerStreams | undefined;
  #certificate: string | undefined;
  #hasAnswered = false;

  constructor(access: ClusterAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
    setMaxListeners(0, this.#closing.signal);
  }

  /** Sends a request until there is an answer that is not to wait; every status is one. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const signal = this.#signalOf(request);
    let isRefused = false;
    for (let attempt = 1; ; attempt++) {
      const last = attempt === MOST_ATTEMPTS;
      const outcome = await this.#try(request, isRefused);
      if (outcome.kind === 'fault') {
        const isSafe = request.isRepeatable || isUnsent(outcome.error);
        if (last || signal.aborted || !isSafe || !this.#hasAnswered) throw explainFault(outcome.error, this.#access);
        await pause(this.#clock, toPause(attempt), signal);
        continue;
      }
      const { answer } = outcome;
      if (answer.status === 401 && !isRefused) {
        isRefused = true;
        continue;
      }
      const wait = waitAskedFor(answer);
      if (wait === undefined || last || signal.aborted) return answer;
      await pause(this.#clock, wait, signal);
    }
  }

  /** Opens an answer that is read as it comes; undefined once the signal has aborted or the transport is closed. */
  async open(request: ApiRequest): Promise<IncomingMessage | undefined> {
    const signal = this.#signalOf(request);
    if (signal.aborted) return undefined;
    try {
      const credentials = await this.#access.credentials(false);
      const streams = await this.#streamsFor(credentials);
      const [outgoing, answered] = streams.get(this.#pathOf(request), this.#headersOf(request, credentials, 'identity'));
      signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
      const incoming = await answered;
      this.#hasAnswered = true;
      return incoming;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw explainFault(error, this.#access);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#pool?.destroy();
    this.#streams?.close();
  }

  /** Aborts once the transport is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  #signalOf(request: ApiRequest): AbortSignal {
    return request.signal === undefined ? this.#closing.signal : AbortSignal.any([request.signal, this.#closing.signal]);
  }

  async #try(
    request: ApiRequest,
    isRefused: boolean,
  ): Promise<{ readonly kind: 'answer'; readonly answer: ApiAnswer } | { readonly kind: 'fault'; readonly error: unknown }> {
    try {
      const credentials = await this.#access.credentials(isRefused);
      this.#closing.signal.throwIfAborted();
      const { method, body } = request;
      const headers = this.#headersOf(request, credentials, this.#access.isCompressionDisabled ? 'identity' : 'gzip');
      const bytes = encodeRequest({ method, path: this.#pathOf(request), host: this.#access.server.host, headers, body });
      const answer = await this.#poolFor(credentials).exchange(bytes, request.signal);
      this.#hasAnswered = true;
      const content = answer.headers.get('content-encoding') === 'gzip' ? await unzip(answer.body) : answer.body;
      return { kind: 'answer', answer: { status: answer.status, headers: answer.headers, text: content.toString('utf8') } };
    } catch (error) {
      if (error instanceof KplanError) throw error;
      return { kind: 'fault', error };
    }
  }

  #pathOf({ path }: ApiRequest): string {
    return `${this.#access.server.pathname.replace(/\/$/, '')}${path}`;
  }

  #headersOf(request: ApiRequest, { authorization }: Credentials, encoding: 'gzip' | 'identity'): Headers {
    return {
      accept: request.accept ?? 'application/json',
      'user-agent': 'kplan',
      ...(encoding === 'identity' ? {} : { 'accept-encoding': encoding }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...this.#access.impersonation,
      ...request.headers,
    };
  }

  #poolFor({ certificate }: Credentials): ConnectionPool {
    this.#renew(certificate);
    return (this.#pool ??= new ConnectionPool(openDialer(this.#access, certificate, TIMEOUT), { limit: MOST_SOCKETS, timeout: TIMEOUT }));
  }

  /** Loaded only by who watches: Node's own client takes a while to start. */
  async #streamsFor({ certificate }: Credentials): Promise<AnswerStreams> {
    const { AnswerStreams: Streams } = await import('./answer-stream.ts');
    this.#renew(certificate);
    return (this.#streams ??= new Streams(this.#access, certificate));
  }

  // Connections are made with a certificate, so that a new one needs new connections.
  #renew(certificate: Credentials['certificate']): void {
    const identity = certificate === undefined ? '' : String(certificate.cert);
    if (identity === this.#certificate) return;
    this.#pool?.destroy();
    this.#pool = undefined;
    this.#streams = undefined;
    this.#certificate = identity;
  }
}

function toPause(attempt: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
}

/** How long the server asks to wait, in milliseconds; undefined for an answer that stands. */
function waitAskedFor({ status, headers }: ApiAnswer): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = Number(headers.get('retry-after') ?? NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return status === 429 ? 1000 : undefined;
  return Math.min(seconds, LONGEST_RETRY_AFTER) * 1000;
}
