import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { getArray, getBoolean, getNumber, getString, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { GithubDescription } from './openapi.ts';

/** A fault that the server answers instead, once: a status with headers, or a connection that is cut after the work was done. */
export interface Fault {
  readonly on: string;
  readonly status: number | 'cut';
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** Also what was asked is done. */
  readonly isDone?: boolean;
}

/** A check run as it stands. */
export interface StoredCheck {
  readonly id: number;
  readonly name: string;
  readonly head: string;
  readonly externalId: string;
  status: string;
  conclusion: string | undefined;
  title: string;
  annotations: JsonValue[];
}

/** A commit status as it stands. */
export interface StoredStatus {
  readonly head: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
}

/** A comment as it stands. */
export interface StoredComment {
  readonly id: number;
  readonly login: string;
  body: string;
}

const TOKEN = 'TOKEN';
const MOST_ANNOTATIONS = 50;
const MOST_BYTES = 65_535;

let description: GithubDescription | undefined;

interface GithubServerOptions {
  readonly faults?: readonly Fault[];
  readonly refused?: readonly string[];
  readonly lines?: Readonly<Record<string, number>>;
}

/**
 * GitHub's API on loopback, for checks, statuses and comments of one repository, with the limits that GitHub enforces and the rights of a
 * workflow's token. A test in which it was asked something that GitHub's published description does not have fails.
 */
export class GithubServer {
  readonly checks: StoredCheck[] = [];
  readonly comments: StoredComment[] = [];
  readonly statuses: StoredStatus[] = [];
  readonly asked: string[] = [];
  readonly #problems: string[] = [];
  readonly #faults: Fault[];
  readonly #refused: ReadonlySet<string>;
  readonly #server = createServer((incoming, response) => void this.#answer(incoming, response));
  #last = 0;

  readonly #lines: Readonly<Record<string, number>> | undefined;

  /**
   * `refused`: rights that the token has not, as `checks`, `issues` or `statuses`. `lines`: how many lines each file of the head has, for
   * runs of which an annotation elsewhere is a problem: it would stand nowhere.
   */
  constructor({ faults = [], refused = [], lines }: GithubServerOptions = {}) {
    this.#lines = lines;
    this.#faults = [...faults];
    this.#refused = new Set(refused);
  }

  /** Where it listens. */
  async listen(context: TestContext): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    context.after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
      assert.deepEqual(this.#problems, []);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
    const url = new URL(incoming.url ?? '', 'http://github');
    const request = `${incoming.method ?? ''} ${url.pathname}`;
    this.asked.push(request);
    const text = Buffer.concat(chunks).toString();
    description ??= GithubDescription.read();
    this.#problems.push(...description.listProblems(incoming.method ?? '', url, text === '' ? undefined : parseJson(text)));
    const index = this.#faults.findIndex(({ on }) => request.includes(on));
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    if (fault !== undefined && fault.isDone !== true) return refuse(response, fault);
    const [status, body] = this.#route(request, url, parseJson(text || '{}') ?? {}, incoming.headers.authorization);
    if (fault !== undefined) return refuse(response, fault);
    response.writeHead(status, { 'content-type': 'application/json', ...this.#linksOf(url) });
    response.end(status === 204 ? undefined : JSON.stringify(body));
  }

  #route(request: string, url: URL, body: JsonValue, authorization: string | undefined): readonly [number, JsonValue] {
    if (authorization !== `token ${TOKEN}`) return [401, { message: 'Bad credentials' }];
    const [, right = '', id = ''] =
      /\/repos\/o\/r\/(?:commits\/)?(check-runs|issues|statuses|[0-9a-f]+)(?:\/(?:comments\/)?(\d+))?/.exec(url.pathname) ?? [];
    const needed = right === 'issues' || right === 'statuses' ? right : 'checks';
    if (request === 'GET /user') return [403, { message: 'Resource not accessible by integration' }];
    if (this.#refused.has(needed)) return [403, { message: 'Resource not accessible by integration' }];
    if (right === 'statuses') return this.#setStatus(url.pathname.split('/').at(-1) ?? '', body);
    switch (request.replace(id === '' ? '#' : id, 'ID')) {
      case 'POST /repos/o/r/check-runs':
        return this.#create(body);
      case 'PATCH /repos/o/r/check-runs/ID':
        return this.#update(Number(id), body);
      case `GET /repos/o/r/commits/${right}/check-runs`:
        return [200, this.#list(right, url.searchParams.get('check_name') ?? '')];
      case 'GET /repos/o/r/issues/ID/comments':
        return [200, this.#page(url)];
      case 'POST /repos/o/r/issues/ID/comments':
        return this.#comment(body);
      case 'PATCH /repos/o/r/issues/comments/ID':
        return this.#edit(Number(id), body);
      case 'DELETE /repos/o/r/issues/comments/ID':
        return this.#delete(Number(id));
      default:
        return [404, { message: `Not Found: ${request}` }];
    }
  }

  #create(body: JsonValue): readonly [number, JsonValue] {
    const problem = this.#check(body, ['name', 'head_sha']);
    if (problem !== undefined) return [422, { message: `Invalid request: ${problem}` }];
    const check: StoredCheck = {
      id: ++this.#last,
      name: getString(body, 'name') ?? '',
      head: getString(body, 'head_sha') ?? '',
      externalId: getString(body, 'external_id') ?? '',
      status: getString(body, 'status') ?? 'queued',
      conclusion: getString(body, 'conclusion'),
      title: getString(body, 'output', 'title') ?? '',
      annotations: [...getArray(body, 'output', 'annotations')],
    };
    this.checks.push(check);
    return [201, toRun(check)];
  }

  #update(id: number, body: JsonValue): readonly [number, JsonValue] {
    const check = this.checks.find((each) => each.id === id);
    const problem = this.#check(body, []);
    if (check === undefined) return [404, { message: 'Not Found' }];
    if (problem !== undefined) return [422, { message: `Invalid request: ${problem}` }];
    check.status = getString(body, 'status') ?? check.status;
    check.conclusion = getString(body, 'conclusion') ?? check.conclusion;
    check.annotations.push(...getArray(body, 'output', 'annotations'));
    return [200, toRun(check)];
  }

  #check(body: JsonValue, required: readonly string[]): string | undefined {
    for (const name of required) if (getString(body, name) === undefined) return `${name} is missing`;
    if (getString(body, 'status') === 'completed' && getString(body, 'conclusion') === undefined) return 'conclusion is missing';
    for (const name of ['title', 'summary']) {
      const text = getString(body, 'output', name);
      if (text === undefined) return `output.${name} is missing`;
      if (Buffer.byteLength(text) > MOST_BYTES)
        return `Only ${MOST_BYTES} characters are allowed; ${Buffer.byteLength(text)} were supplied.`;
    }
    const annotations = getArray(body, 'output', 'annotations');
    if (annotations.length > MOST_ANNOTATIONS) return 'No more than 50 items are allowed';
    this.#problems.push(...annotations.flatMap((annotation) => this.#listMisplaced(annotation)));
    return annotations.map(problemOf).find((problem) => problem !== undefined);
  }

  #listMisplaced(annotation: JsonValue): readonly string[] {
    if (this.#lines === undefined) return [];
    const [path = '', end = 0] = [getString(annotation, 'path'), getNumber(annotation, 'end_line')];
    return end <= (this.#lines[path] ?? 0) ? [] : [`an annotation at ${path}:${end}, which the head does not have`];
  }

  #list(head: string, name: string): JsonObject {
    const runs = this.checks.filter((check) => check.head === head && check.name === name);
    return { total_count: runs.length, check_runs: runs.map(toRun) };
  }

  #page(url: URL): JsonValue {
    const [size, page] = ['per_page', 'page'].map((name) => Number(url.searchParams.get(name) ?? 1));
    const from = ((page ?? 1) - 1) * (size ?? 30);
    return this.comments.slice(from, from + (size ?? 30)).map(toComment);
  }

  /** The next page of comments, if there is one. */
  #linksOf(url: URL): Readonly<Record<string, string>> {
    const [size, page] = ['per_page', 'page'].map((name) => Number(url.searchParams.get(name) ?? 1));
    if (!url.pathname.endsWith('/comments') || (page ?? 1) * (size ?? 1) >= this.comments.length) return {};
    const next = new URL(url);
    next.searchParams.set('page', String((page ?? 1) + 1));
    next.port = String((this.#server.address() as AddressInfo).port);
    next.hostname = '127.0.0.1';
    return { link: `<${next.href}>; rel="next"` };
  }

  #setStatus(head: string, body: JsonValue): readonly [number, JsonValue] {
    const [state = '', context = 'default', description = ''] = ['state', 'context', 'description'].map((name) => getString(body, name));
    if (description.length > 140) return [422, { message: 'Validation Failed: description is too long (maximum is 140 characters)' }];
    this.statuses.push({ head, context, state, description });
    return [201, { id: ++this.#last, state, context }];
  }

  #comment(body: JsonValue): readonly [number, JsonValue] {
    const text = getString(body, 'body') ?? '';
    if (text.length > 65_536) return [422, { message: 'Body is too long (maximum is 65536 characters)' }];
    const comment: StoredComment = { id: ++this.#last, login: 'github-actions[bot]', body: text };
    this.comments.push(comment);
    return [201, toComment(comment)];
  }

  #edit(id: number, body: JsonValue): readonly [number, JsonValue] {
    const comment = this.comments.find((each) => each.id === id);
    if (comment?.login !== 'github-actions[bot]') return [403, { message: 'Resource not accessible by integration' }];
    comment.body = getString(body, 'body') ?? '';
    return [200, toComment(comment)];
  }

  #delete(id: number): readonly [number, JsonValue] {
    const index = this.comments.findIndex((each) => each.id === id);
    if (index < 0) return [404, { message: 'Not Found' }];
    this.comments.splice(index, 1);
    return [204, {}];
  }
}

function refuse(response: ServerResponse, { status, headers, message }: Fault): void {
  if (status === 'cut') return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ message: message ?? 'no' }));
}

function toRun({ id, name, externalId }: StoredCheck): JsonObject {
  return { id, name, external_id: externalId, html_url: `https://github.example/o/r/runs/${id}` };
}

function toComment({ id, login, body }: StoredComment): JsonObject {
  return { id, body, user: { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' } };
}

/** What GitHub says of an annotation that it does not take. */
function problemOf(annotation: JsonValue): string | undefined {
  for (const name of ['path', 'annotation_level', 'message']) if (getString(annotation, name) === undefined) return `${name} is missing`;
  const [start, end] = ['start_line', 'end_line'].map((name) => getNumber(annotation, name));
  if (start === undefined || end === undefined || start < 1 || end < start) return 'start_line and end_line are wrong';
  if (start !== end && getNumber(annotation, 'start_column') !== undefined) return 'start_column is only for one line';
  if ((getString(annotation, 'title') ?? '').length > 255) return 'title is too long';
  if (getBoolean(annotation, 'blob_href') !== undefined) return 'blob_href is gone';
  return undefined;
}
