import type { Octokit } from '@octokit/rest';
import { getString, isJson, type Clock } from '../std/index.ts';
import type { WorkflowRun } from './pull-request.ts';

/** What GitHub refused or did not answer, in a sentence; never with the token. */
export class GithubRefusal extends Error {
  /** 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const MOST_ATTEMPTS = 4;
const FIRST_PAUSE = 1_000;
/** GitHub's secondary limits ask for a minute where they name no time. */
const SECONDARY_PAUSE = 60_000;
const LONGEST_PAUSE = 120_000;

/**
 * The client of a run. Requests are sent one after another, as GitHub wants writes to be; limits are waited for as long as GitHub
 * asks, up to two minutes, and what may be asked twice is asked again after faults of the server. Rejects with `GithubRefusal`.
 */
export async function openGithub({ apiUrl, token }: WorkflowRun, clock: Clock): Promise<Octokit> {
  const { Octokit: Client } = await import('@octokit/rest');
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const github = new Client({ auth: token, baseUrl: apiUrl, userAgent: 'kplan', log });
  github.hook.wrap('request', async (request, options) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(options);
      } catch (error) {
        const wait = attempt === MOST_ATTEMPTS ? undefined : waitAfter(error, { method: options.method, attempt, now: clock.now() });
        if (wait === undefined) throw toRefusal(error, `${options.method} ${options.url}`);
        await clock.sleep(wait);
      }
    }
  });
  return github;
}

/** How long to wait before the same is asked again; undefined where the answer stands, or would take too long. */
function waitAfter(error: unknown, { method, attempt, now }: { method: string; attempt: number; now: number }): number | undefined {
  const status = statusOf(error);
  const headers = headersOf(error);
  const isLimited =
    status === 429 || (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'));
  if (isLimited || (status === 403 && /secondary rate limit/i.test(messageOf(error)))) {
    const wait = waitAskedFor(headers, now);
    return wait > LONGEST_PAUSE ? undefined : wait;
  }
  const isUncertain = status === 0 || status >= 500;
  return isUncertain && method !== 'POST' ? FIRST_PAUSE * 2 ** (attempt - 1) : undefined;
}

function waitAskedFor(headers: Readonly<Record<string, string | undefined>>, now: number): number {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after)) return Math.max(0, after) * 1000;
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) return Math.max(0, reset * 1000 - now);
  return SECONDARY_PAUSE;
}

function toRefusal(error: unknown, request: string): GithubRefusal {
  const status = statusOf(error);
  return new GithubRefusal(status, `GitHub: ${request}: ${status === 0 ? '' : `${status} `}${messageOf(error)}`);
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('response' in error) || !('status' in error)) return 0;
  return error.response !== undefined && typeof error.status === 'number' ? error.status : 0;
}

function headersOf(error: unknown): Readonly<Record<string, string | undefined>> {
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  const headers = typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined;
  if (!isJson(headers)) return {};
  return Object.fromEntries(['retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset'].map((name) => [name, getString(headers, name)]));
}

function messageOf(error: unknown): string {
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  const data = typeof response === 'object' && response !== null && 'data' in response ? response.data : undefined;
  const said = isJson(data) ? getString(data, 'message') : undefined;
  if (said !== undefined) return said;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
  return cause ?? (error instanceof Error ? error.message : String(error));
}
