import type { Socket } from 'node:net';
import { AnswerReader, type RawAnswer } from './answer-reader.ts';

interface Exchange {
  readonly reader: AnswerReader;
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One connection that is kept: a request at a time, each with its whole answer. While it is idle it keeps no process alive. */
export class Connection {
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  #isOpen = true;

  /** A socket that is connected, and given up after so many milliseconds in which nothing came or went. */
  constructor(socket: Socket, timeout: number, onClose: () => void) {
    this.#socket = socket;
    socket.setTimeout(timeout);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => {
      this.#end(this.#exchange?.reader.end());
      this.#isOpen = false;
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('timeout', () => this.destroy(toError('ETIMEDOUT', 'no answer in time')));
    socket.on('close', () => {
      this.#fail(toError('ECONNRESET', 'the connection was closed'));
      onClose();
    });
    socket.unref();
  }

  /** Whether another request may be sent. */
  get isIdle(): boolean {
    return this.#isOpen && this.#exchange === undefined;
  }

  /** Sends a request and reads its answer. Rejects where the connection fails, with the code of the fault. */
  send(request: Buffer): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#exchange = { reader: new AnswerReader(), resolve, reject };
      if (!this.#isOpen) return this.#fail(toError('ECONNRESET', 'the connection was closed'));
      this.#socket.ref();
      this.#socket.write(request);
    });
  }

  /** Ends the connection, and what is under way with it. */
  destroy(error: Error = new Error('aborted')): void {
    this.#fail(error);
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.destroy();
    try {
      this.#end(exchange.reader.take(bytes));
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #end(answer: RawAnswer | undefined): void {
    if (answer === undefined) return;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (answer.keepsAlive) this.#socket.unref();
    else this.#close();
    exchange?.resolve(answer);
  }

  #close(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#isOpen = false;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.reject(error);
  }
}

function toError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
