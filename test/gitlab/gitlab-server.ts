import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { getString, isObject, parseJson, type JsonValue } from '../../src/std/index.ts';

/** A fault that the server answers instead, once: a status with headers, or a connection that is cut. */
export interface Fault {
  /** A part of the request, as `POST /projects`. */
  readonly on: string;
  readonly status: number | 'cut';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Also what was asked is done. */
  readonly isDone?: boolean;
}

/** A note as it stands. */
export interface StoredNote {
  readonly id: number;
  readonly author: number;
  body: string;
  readonly system?: boolean;
}

/** Whom the token of a person or project is of; the job's own token may neither ask who it is nor see notes. */
export const OWN_ID = 5;
/** The token that is right. */
export const TOKEN = 'glpat-SECRET';
const JOB_TOKEN = 'glcbt-SECRET';
const MOST_CHARACTERS = 1_000_000;
const MOST_PER_PAGE = 100;
const NOTES = /^\/api\/v4\/projects\/3\/merge_requests\/7\/notes(?:\/(\d+))?$/;

interface GitlabServerOptions {
  readonly faults?: readonly Fault[];
  /** How many notes a page has at most. */
  readonly pageSize?: number;
}

/**
 * GitLab's API on loopback, for the notes of merge request 7 of project 3, with the limits that GitLab enforces and the rights of its
 * tokens. A test in which it was asked something that GitLab does not know fails.
 */
export class GitlabServer {
  readonly notes: StoredNote[] = [];
  readonly asked: string[] = [];
  readonly #problems: string[] = [];
  readonly #faults: Fault[];
  readonly #pageSize: number;
  readonly #server = createServer((incoming, response) => void this.#answer(incoming, response));
  /** Done once, before the next request that has this in it is answered: what another job does meanwhile. */
  meanwhile: { readonly on: string; readonly work: () => void } | undefined;
  #last = 100;

  constructor({ faults = [], pageSize = MOST_PER_PAGE }: GitlabServerOptions = {}) {
    this.#faults = [...faults];
    this.#pageSize = pageSize;
  }

  /** Where its API is. */
  async listen(context: TestContext): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    context.after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
      assert.deepEqual(this.#problems, []);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v4`;
  }

  /** A note that somebody has written. */
  write(body: string, author: number = OWN_ID, system = false): StoredNote {
    const note: StoredNote = { id: ++this.#last, author, body, system };
    this.notes.push(note);
    return note;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
    const url = new URL(incoming.url ?? '', 'http://gitlab');
    const request = `${incoming.method ?? ''} ${url.pathname.replace('/api/v4', '')}`;
    this.asked.push(request);
    if (this.meanwhile !== undefined && request.includes(this.meanwhile.on)) {
      const { work } = this.meanwhile;
      this.meanwhile = undefined;
      work();
    }
    const index = this.#faults.findIndex(({ on }) => request.includes(on));
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    if (fault !== undefined && fault.isDone !== true) return refuse(response, fault);
    const text = Buffer.concat(chunks).toString();
    const { status, value, headers } = this.#route(incoming, url, text === '' ? undefined : parseJson(text));
    if (fault !== undefined) return refuse(response, fault);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(status === 204 ? undefined : JSON.stringify(value));
  }

  #route({ method = '', headers }: IncomingMessage, url: URL, body: JsonValue | undefined): Answer {
    const isOwn = headers['private-token'] === TOKEN;
    if (headers['job-token'] === JOB_TOKEN) return { status: 401, value: { message: '401 Unauthorized' } };
    if (!isOwn || headers['job-token'] !== undefined || headers.authorization !== undefined)
      return { status: 401, value: { message: '401 Unauthorized' } };
    if (method === 'GET' && url.pathname === '/api/v4/user') return { status: 200, value: { id: OWN_ID, username: 'project_3_bot' } };
    const [isNotes, id] = NOTES.exec(url.pathname) ?? [];
    if (isNotes === undefined) {
      this.#problems.push(`no such thing: ${method} ${url.pathname}`);
      return { status: 404, value: { error: '404 Not Found' } };
    }
    if (id === undefined && method === 'GET') return this.#list(url);
    const problem = method === 'DELETE' ? undefined : problemOf(body, headers['content-type']);
    if (problem !== undefined) {
      this.#problems.push(problem);
      return { status: 400, value: { message: { body: [problem] } } };
    }
    if (id === undefined && method === 'POST') return { status: 201, value: toJson(this.write(getString(body, 'body') ?? '')) };
    const note = this.notes.find((item) => item.id === Number(id));
    if (note === undefined) return { status: 404, value: { message: '404 Note Not Found' } };
    if (note.author !== OWN_ID) return { status: 403, value: { message: '403 Forbidden' } };
    if (method === 'DELETE') {
      this.notes.splice(this.notes.indexOf(note), 1);
      return { status: 204, value: null };
    }
    if (method !== 'PUT') this.#problems.push(`no such thing: ${method} ${url.pathname}`);
    note.body = getString(body, 'body') ?? '';
    return { status: 200, value: toJson(note) };
  }

  #list(url: URL): Answer {
    const asked = Object.fromEntries(url.searchParams);
    const { page = '1', per_page: size = '20', sort, order_by: order } = asked;
    if (sort !== 'asc' || order !== 'created_at') this.#problems.push('notes are listed the newest first unless asked otherwise');
    if (Number(size) > MOST_PER_PAGE) this.#problems.push(`per_page=${size}: GitLab lists ${MOST_PER_PAGE} at most`);
    const most = Math.min(Number(size), this.#pageSize);
    const from = (Number(page) - 1) * most;
    const isMore = from + most < this.notes.length;
    return {
      status: 200,
      value: this.notes.slice(from, from + most).map(toJson),
      headers: { 'x-page': page, 'x-next-page': isMore ? String(Number(page) + 1) : '' },
    };
  }
}

interface Answer {
  readonly status: number;
  readonly value: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
}

function refuse(response: ServerResponse, { status, headers, body }: Fault): void {
  if (status === 'cut') return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body ?? '{"message":"no"}');
}

function toJson({ id, author, body, system = false }: StoredNote): JsonValue {
  return { id, body, system, author: { id: author } };
}

/** What is wrong with what is to be noted. */
function problemOf(value: JsonValue | undefined, type: string | undefined): string | undefined {
  if (type !== 'application/json') return 'the content type is not application/json';
  const body = getString(value, 'body') ?? '';
  if (!isObject(value) || Object.keys(value).join() !== 'body' || body === '') return 'body is missing, or not all that there is';
  if (body.length > MOST_CHARACTERS) return 'body is too long (maximum is 1000000 characters)';
  return /^\s*\/\w/m.test(body) ? 'a quick action' : undefined;
}
