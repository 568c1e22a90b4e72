import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { ClusterAccess, Credentials } from '../../../src/cluster/kubeconfig/access.ts';
import type { Clock } from '../../../src/std/index.ts';

/** A request that a scripted server got. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (request: Asked, response: ServerResponse) => void;

/** An HTTP server that answers as it is told, and what it was asked. */
export class ScriptedServer {
  readonly asked: Asked[] = [];
  readonly #server = createServer((incoming, response) => void this.#answer(incoming, response));
  #answers: Answer;

  constructor(answers: Answer) {
    this.#answers = answers;
  }

  async listen(context: TestContext): Promise<ClusterAccess> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    context.after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    return accessTo(new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
    const asked = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.asked.push(asked);
    this.#answers(asked, response);
  }
}

/** The access to a server, with credentials that can be renewed: `Bearer 1`, then `Bearer 2` and so on. */
export function accessTo(server: URL, fields: Partial<ClusterAccess> = {}): ClusterAccess {
  let count = 1;
  return {
    description: 'test',
    server,
    tls: { insecure: false },
    impersonation: {},
    isCompressionDisabled: false,
    credentials: (isRefused): Promise<Credentials> => {
      if (isRefused === true) count++;
      return Promise.resolve({ authorization: `Bearer ${count}` });
    },
    ...fields,
  };
}

/** A clock on which every pause is over at once; it remembers them. */
export class HastyClock implements Clock {
  readonly slept: number[] = [];

  now(): number {
    return this.slept.reduce((sum, slept) => sum + slept, 0);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(milliseconds);
    return new Promise((resolve, reject) => {
      setImmediate(() => (signal?.aborted === true ? reject(new Error('aborted')) : resolve()));
    });
  }
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** A `metav1.Status`. */
export function statusOf(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}
