import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { RawAnswer } from './answer-reader.ts';
import { Connection } from './connection.ts';

/** Opens a connection that is ready to be spoken on, unless the signal aborts before. */
export type Dialer = (signal: AbortSignal) => Promise<Socket>;

interface Waiting {
  readonly take: (connection: Connection | Promise<Connection>) => void;
  readonly reject: (error: Error) => void;
}

/** A limited number of connections to one server, opened as they are needed and kept; who finds none waits for their turn. */
export class ConnectionPool {
  readonly #open: Dialer;
  readonly #limit: number;
  readonly #timeout: number;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  readonly #end = new AbortController();

  constructor(open: Dialer, { limit, timeout }: { readonly limit: number; readonly timeout: number }) {
    this.#open = open;
    this.#limit = limit;
    this.#timeout = timeout;
    setMaxListeners(0, this.#end.signal);
  }

  /** Sends a request over a connection that is free, and reads its answer. Rejects with the fault of the connection, or once the signal aborts. */
  async exchange(request: Buffer, signal?: AbortSignal): Promise<RawAnswer> {
    const taken = this.#take();
    const connection = signal === undefined ? await taken : await this.#orAborted(taken, signal);
    const abort = (): void => connection.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await connection.send(request);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#give(connection);
    }
  }

  /** Ends all connections, and what is under way. */
  destroy(): void {
    this.#end.abort(new Error('closed'));
    for (const connection of this.#all) connection.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('closed'));
  }

  async #take(): Promise<Connection> {
    this.#end.signal.throwIfAborted();
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop())
      if (connection.isIdle) return connection;
    if (this.#all.size + this.#opening < this.#limit) return this.#connect();
    return new Promise((resolve, reject) => this.#waiting.push({ take: resolve, reject }));
  }

  /** Who does not wait any longer leaves the connection to others. */
  #orAborted(taken: Promise<Connection>, signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(new Error('aborted'));
        taken.then((connection) => this.#give(connection)).catch(() => undefined);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      taken.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  /** The last used connection is used first, so that those that are not needed time out. */
  #give(connection: Connection): void {
    if (!connection.isIdle) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next.take(connection);
  }

  async #connect(): Promise<Connection> {
    this.#opening++;
    try {
      const socket = await this.#open(this.#end.signal);
      const connection = new Connection(socket, this.#timeout, () => this.#forget(connection));
      this.#all.add(connection);
      if (this.#end.signal.aborted) connection.destroy();
      return connection;
    } catch (error) {
      this.#refill();
      throw error;
    } finally {
      this.#opening--;
    }
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    this.#refill();
  }

  /** In the place of a connection that is gone, the next who waits opens another. */
  #refill(): void {
    const next = this.#end.signal.aborted ? undefined : this.#waiting.shift();
    if (next !== undefined) next.take(this.#connect());
  }
}
