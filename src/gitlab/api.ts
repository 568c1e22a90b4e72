import { getAt, getString, parseJson, stringifyJson, toVisible, type Clock, type JsonValue } from '../std/index.ts';
import { TOKEN_HINT, type MergeRequest } from './merge-request.ts';

/** What GitLab refused or did not answer, in a sentence; never with the token. */
export class GitlabRefusal extends Error {
  /** 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What GitLab answers: a value, and where a list goes on. */
export interface GitlabAnswer {
  readonly value: JsonValue;
  /** The number of the next page. */
  readonly nextPage: string | undefined;
}

/** Asks GitLab one thing, as `GET projects/1/merge_requests/2/notes`. Rejects with `GitlabRefusal`. */
export type AskGitlab = (method: 'DELETE' | 'GET' | 'POST' | 'PUT', path: string, body?: JsonValue) => Promise<GitlabAnswer>;

const MOST_ATTEMPTS = 4;
const FIRST_PAUSE = 1_000;
/** Where a limit names no time: most of GitLab's are for a minute. */
const LIMIT_PAUSE = 60_000;
const LONGEST_PAUSE = 120_000;
const ANSWER_TIMEOUT = 30_000;
const MESSAGE_LIMIT = 500;

/**
 * Speaks to GitLab as a job may. Limits are waited for as long as GitLab asks, up to two minutes; what may be asked twice is asked again
 * after faults of the server. Redirects are not followed: the token is for this server alone.
 */
export function openGitlab({ apiUrl, token }: MergeRequest, clock: Clock): AskGitlab {
  const headers = { [token.kind === 'job' ? 'JOB-TOKEN' : 'PRIVATE-TOKEN']: token.value, 'User-Agent': 'kplan' };
  const hide = (text: string): string => text.replaceAll(token.value, '[token]');
  const send = async (method: string, path: string, body: JsonValue | undefined): Promise<Response> => {
    const content = body === undefined ? {} : { body: stringifyJson(body) };
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT);
    return fetch(`${apiUrl}/${path}`, { method, headers: { ...headers, ...type }, redirect: 'manual', signal, ...content });
  };
  return async (method, path, body) => {
    const name = `GitLab: ${method} /${path.replace(/\?.*$/, '')}`;
    for (let attempt = 1; ; attempt++) {
      const reply = await readReply(() => send(method, path, body));
      if (reply.status >= 200 && reply.status < 300) return { value: reply.value, nextPage: reply.nextPage };
      const wait = attempt === MOST_ATTEMPTS ? undefined : waitAfter(reply, { method, attempt, now: clock.now() });
      if (wait === undefined) throw new GitlabRefusal(reply.status, hide(`${name}: ${describeReply(reply, token.kind)}`));
      await clock.sleep(wait);
    }
  };
}

interface Reply extends GitlabAnswer {
  /** 0 where there was none. */
  readonly status: number;
  readonly said: string;
  readonly retryAfter: string | null;
  readonly resetAt: string | null;
}

async function readReply(send: () => Promise<Response>): Promise<Reply> {
  try {
    const response = await send();
    const value = parseOrNone(await response.text());
    const { status, headers } = response;
    return {
      status,
      value,
      said: messageOf(value),
      nextPage: headers.get('x-next-page') || undefined,
      retryAfter: headers.get('retry-after'),
      resetAt: headers.get('ratelimit-reset'),
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const said = cause instanceof Error ? cause.message : String(cause);
    return { status: 0, value: null, said, nextPage: undefined, retryAfter: null, resetAt: null };
  }
}

function parseOrNone(text: string): JsonValue {
  try {
    return text === '' ? null : parseJson(text);
  } catch {
    return null;
  }
}

/** GitLab says why as `message`, a text or a list by field, or as `error` with a description. */
function messageOf(value: JsonValue): string {
  const message = getAt(value, 'message');
  if (message !== undefined && typeof message !== 'string') return stringifyJson(message);
  return [message ?? getString(value, 'error'), getString(value, 'error_description')].filter((text) => text !== undefined).join(': ');
}

/** How long to wait before the same is asked again; undefined where the answer stands, or would take too long. */
function waitAfter(reply: Reply, { method, attempt, now }: { method: string; attempt: number; now: number }): number | undefined {
  if (reply.status === 429) {
    const wait = waitAskedFor(reply, now);
    return wait > LONGEST_PAUSE ? undefined : wait;
  }
  const isUncertain = reply.status === 0 || reply.status >= 500;
  return isUncertain && method !== 'POST' ? FIRST_PAUSE * 2 ** (attempt - 1) : undefined;
}

function waitAskedFor({ retryAfter, resetAt }: Reply, now: number): number {
  if (retryAfter !== null && Number.isFinite(Number(retryAfter))) return Math.max(0, Number(retryAfter)) * 1000;
  if (resetAt !== null && Number.isFinite(Number(resetAt))) return Math.max(0, Number(resetAt) * 1000 - now);
  return LIMIT_PAUSE;
}

function describeReply({ status, said }: Reply, kind: 'job' | 'own'): string {
  const text = toVisible(said).slice(0, MESSAGE_LIMIT);
  if (status === 0) return `no answer: ${text}`;
  const words = text.startsWith(`${status} `) ? text : `${status} ${text}`.trimEnd();
  if (status >= 300 && status < 400) return `${words}: another address is meant, and the token is not sent there`;
  if (status !== 401 && status !== 403 && status !== 404) return words;
  return `${words} (${kind === 'job' ? "a job's own token may not do that" : 'the token may not do that'}: ${TOKEN_HINT})`;
}
