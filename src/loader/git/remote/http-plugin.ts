import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';

const TIMEOUT = 60_000;

/**
 * The HTTP of isomorphic-git over our own agent, so that certificate authorities and proxies are those of the caller. Never
 * follows a redirect to another host: the credentials would go along.
 */
export function openHttp(agent: Agent | undefined, signal: AbortSignal | undefined): HttpClient {
  return { request: (asked) => send(asked, agent, signal, 3) };
}

async function send(
  asked: GitHttpRequest,
  agent: Agent | undefined,
  signal: AbortSignal | undefined,
  redirects: number,
): Promise<GitHttpResponse> {
  const body = await gather(asked.body);
  const answer = await exchange(asked, body, agent, signal);
  const { statusCode = 0, statusMessage = '', headers } = answer;
  const target = headers.location === undefined ? undefined : new URL(headers.location, asked.url);
  if (statusCode >= 300 && statusCode < 400 && target !== undefined && redirects > 0 && target.host === new URL(asked.url).host) {
    answer.resume();
    return send({ ...asked, url: target.href }, agent, signal, redirects - 1);
  }
  const texts = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]);
  return {
    url: asked.url,
    method: asked.method ?? 'GET',
    statusCode,
    statusMessage,
    headers: Object.fromEntries(texts),
    body: read(answer),
  };
}

function exchange(
  { url, method = 'GET', headers = {} }: GitHttpRequest,
  body: Buffer,
  agent: Agent | undefined,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const length = body.length === 0 ? {} : { 'content-length': String(body.length) };
    const options = { method, headers: { ...headers, ...length }, timeout: TIMEOUT };
    const sent = request(url, {
      ...options,
      ...(agent === undefined ? {} : { agent }),
      ...(signal === undefined ? {} : { signal }),
    });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`no answer for ${TIMEOUT / 1000} s`)));
    sent.end(body);
  });
}

async function gather(body: GitHttpRequest['body']): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* read(answer: IncomingMessage): AsyncIterableIterator<Uint8Array> {
  for await (const chunk of answer) if (chunk instanceof Uint8Array) yield chunk;
}
