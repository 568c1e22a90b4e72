import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../../std/index.ts';
import type { Posted, Poster } from './outbox.ts';
import type { Post } from './receivers.ts';

const LONGEST_ANSWER = 10_000;

/** Sends requests by an agent of one server. Redirections are answers: nothing signed or secret goes where it was not sent to. */
export function toPoster(agent: Agent, clock: Clock): Poster {
  return async (post, signal) => {
    const late = AbortSignal.timeout(LONGEST_ANSWER);
    try {
      return toPosted(await send(post, agent, AbortSignal.any([signal, late])), clock.now());
    } catch (error) {
      if (late.aborted) return `no answer within ${LONGEST_ANSWER / 1000} s`;
      return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'the connection failed';
    }
  };
}

function send({ url, headers, body }: Post, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  const bytes = Buffer.from(body);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': String(bytes.length) }, signal },
      (response) => {
        // What it says besides is of no use here; the connection is, once it is read.
        response.on('error', reject);
        response.resume();
        resolve(response);
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}

function toPosted({ statusCode = 0, headers }: IncomingMessage, now: number): Posted {
  const wish = toWait(headers['retry-after'], now) ?? toReset(headers, now);
  return { status: statusCode, ...(wish === undefined ? {} : { retryAfter: wish }) };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function toWait(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** GitHub's limit names the second at which it ends. */
function toReset(headers: IncomingMessage['headers'], now: number): number | undefined {
  const reset = Number(headers['x-ratelimit-reset']);
  return headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset) ? Math.max(0, reset * 1000 - now) : undefined;
}
