import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { readFileSync } from 'node:fs';
import { parseApiVersion, type Kind } from '../../src/model/index.ts';
import { getObject, getString, parseJson, stringifyJsonInOrder, type JsonObject, type JsonValue } from '../../src/std/index.ts';

/** Where an API server listens, and by what it knows us. */
export interface Connection {
  readonly port: number;
  readonly token: string;
  /** The file of its certificate. */
  readonly certificate: string;
}

/** Whom a request acts as. */
export interface Impersonated {
  readonly name: string;
  readonly groups: readonly string[];
}

/** An answer of the server: an object, or a Status. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** One request; `isSafe` says that it may be sent twice. */
interface Sending {
  readonly method: string;
  readonly path: string;
  readonly body: JsonValue | undefined;
  readonly contentType: string;
  readonly as: Impersonated | undefined;
  readonly isSafe: boolean;
}

/** How often an answer may be lost for good. */
const CLOSED_AT_MOST = 5;

/** A bare client of one API server. Numbers beyond 2^53 go and come exactly. */
export class Client {
  readonly #agent: Agent;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 16, ca: readFileSync(connection.certificate) });
  }

  async send(method: string, path: string, body?: JsonValue, contentType = 'application/json', as?: Impersonated): Promise<ServerAnswer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#sendOpen(method, path, body, contentType, as);
      if ((answer.status !== 429 && answer.status !== 503) || attempt === 20) return answer;
      await sleep(200);
    }
  }

  /** The events of a watch, up to the first that is the last. */
  async watch(path: string, isLast: (event: JsonValue) => boolean): Promise<readonly JsonValue[]> {
    for (;;) {
      const events = await this.#watchOpen(path, isLast);
      if (events !== 'closed') return events;
    }
  }

  #watchOpen(path: string, isLast: (event: JsonValue) => boolean): Promise<readonly JsonValue[] | 'closed'> {
    const { port, token } = this.#connection;
    const options = { agent: this.#agent, host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${token}` } };
    return new Promise((resolve, reject) => {
      const events: JsonValue[] = [];
      const outgoing = request(options, (incoming) => {
        let rest = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            const event = parseJson(line);
            events.push(event);
            if (!isLast(event)) continue;
            resolve(events);
            outgoing.destroy();
            return;
          }
        });
        incoming.on('end', () => resolve(events));
      });
      outgoing.on('error', (error) => (isClosedIdle(outgoing, error) ? resolve('closed') : reject(error)));
      outgoing.end();
    });
  }

  /** Sends what must not be refused. */
  async must(method: string, path: string, body?: JsonValue, contentType?: string): Promise<JsonObject> {
    const answer = await this.send(method, path, body, contentType);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${getString(answer.body, 'message') ?? ''}`);
    return answer.body;
  }

  /** Makes a namespace, and the ServiceAccount that its controller would make. */
  async createNamespace(name: string): Promise<void> {
    await this.must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await this.must('POST', `/api/v1/namespaces/${name}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    });
  }

  /** Makes a definition, unless it is there, and waits until its resources are served. */
  async define(definition: JsonObject, resources: string): Promise<void> {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const { status, body } = await this.send('POST', path, definition);
    if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${status} ${getString(body, 'message') ?? ''}`);
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await this.send('GET', resources)).status === 200) return;
      await sleep(100);
    }
    throw new Error(`${resources} is not served`);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** A connection that was closed before it had an answer: where nothing can have been stored twice, the next one is tried. */
  async #sendOpen(
    method: string,
    path: string,
    body: JsonValue | undefined,
    contentType: string,
    as?: Impersonated,
  ): Promise<ServerAnswer> {
    const isSafe = method === 'GET' || path.includes('dryRun=All');
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#sendOnce({ method, path, body, contentType, as, isSafe: isSafe && attempt < CLOSED_AT_MOST });
      if (answer !== 'closed') return answer;
    }
  }

  #sendOnce({ method, path, body, contentType, as, isSafe }: Sending): Promise<ServerAnswer | 'closed'> {
    const { port, token } = this.#connection;
    const content = body === undefined ? undefined : Buffer.from(stringifyJsonInOrder(body));
    // Node gives the body of a DELETE no length by itself.
    const described = content === undefined ? {} : { 'content-type': contentType, 'content-length': content.length };
    const other: OutgoingHttpHeaders = as === undefined ? {} : { 'impersonate-user': as.name, 'impersonate-group': [...as.groups] };
    const headers = { authorization: `Bearer ${token}`, ...described, ...other };
    return new Promise((resolve, reject) => {
      const outgoing = request({ agent: this.#agent, host: '127.0.0.1', port, path, method, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: toBody(Buffer.concat(chunks).toString('utf8')) }));
        incoming.on('error', reject);
      });
      outgoing.on('error', (error) => {
        if (isClosedIdle(outgoing, error) || (isSafe && isReset(error))) resolve('closed');
        else reject(new Error(`${method} ${path}: ${error.message}`, { cause: error }));
      });
      outgoing.end(content);
    });
  }
}

/** A connection that the server closed while it was idle has taken nothing. */
function isClosedIdle({ reusedSocket }: ClientRequest, error: Error): boolean {
  return reusedSocket && isReset(error);
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function toBody(text: string): JsonObject {
  if (!text.startsWith('{')) return { message: text };
  return getObject(parseJson(text)) ?? {};
}

/** The path of a kind's objects. */
export function folderOf(kind: Kind, namespace: string): string {
  const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return kind.namespaced ? `${base}/namespaces/${namespace}/${kind.plural}` : `${base}/${kind.plural}`;
}

/** The group and version that an object names. */
export function groupVersionOf(object: JsonValue): { readonly group: string; readonly version: string } {
  return parseApiVersion(getString(object, 'apiVersion') ?? '');
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
