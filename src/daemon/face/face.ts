import { aborted, pause, type Clock } from '../../std/index.ts';
import { Deliveries, RateLimit } from './deliveries.ts';
import type { Board } from './board.ts';
import type { DaemonMetrics } from './metrics.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page-files.ts';
import { PAGE_POLICY, renderPage, renderUnits } from './page.ts';
import { authenticate, type Headers } from './webhook.ts';

/** No forge sends more of a push to a repository of manifests than this. */
export const MOST_BODY_BYTES: number = 2 * 1024 * 1024;
/** Between two looks that webhooks ask for: those that come meanwhile share the next one. */
const LOOK_PAUSE = 1_000;
const LOG_PAUSE = 60_000;
/** Between two signs of life of a stream. */
const BEAT = 15_000;
const LIMIT = { burst: 100, perSecond: 20 };

/** A request, as far as it was read. */
export interface FaceRequest {
  readonly method: string;
  /** As it was sent: nothing is decoded or made shorter. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Whether whoever asks is on this machine, as far as the connection tells. */
  readonly isLocal: boolean;
}

/** What is answered. */
export interface FaceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the face of a daemon needs of it. */
export interface FaceOptions {
  readonly metrics: DaemonMetrics;
  /** The units for people. */
  readonly board: Board;
  readonly clock: Clock;
  /** Of the webhooks; none are taken without. */
  readonly secret?: string;
  /** Why the daemon is of no use yet, if so. */
  readonly unready: () => string | undefined;
  /** What is amiss though the daemon is of use, such as one cluster of several that cannot be reached. */
  readonly ailing?: () => readonly string[];
  /** Says what a person should know of refused requests: seldom, whatever comes. */
  readonly log: (message: string) => void;
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

/** What a daemon shows by HTTP: `/healthz`, `/readyz`, `/metrics`, `/webhook` for forges, and a page to who is on the same machine. It reads no file and tells nothing of a Secret. */
export class Face {
  readonly #options: FaceOptions;
  readonly #deliveries = new Deliveries();
  readonly #limit: RateLimit;
  readonly #refusals = new Map<string, { readonly at: number; more: number }>();
  #wake = new AbortController();

  constructor(options: FaceOptions) {
    this.#options = options;
    this.#limit = new RateLimit({ ...LIMIT, now: options.clock.now() });
  }

  /** Answers one request. */
  async answer(request: FaceRequest): Promise<FaceAnswer> {
    switch (request.path) {
      case '/healthz':
        return only(request, ['GET', 'HEAD'], () => toAnswer(200, 'ok'));
      case '/readyz':
        return only(request, ['GET', 'HEAD'], () => this.#readiness());
      case '/metrics':
        return only(request, ['GET', 'HEAD'], async () => this.#metrics());
      case '/webhook':
        return only(request, ['POST'], () => this.#webhook(request));
      default:
        return this.#page(request);
    }
  }

  /** Whether a body is wanted: of a request that is refused all the same it is not read. */
  wantsBody({ method, path }: Pick<FaceRequest, 'method' | 'path'>): boolean {
    return method === 'POST' && path === '/webhook' && this.#options.secret !== undefined;
  }

  /** Whether the answer is a stream of changes of the board. */
  wantsStream(request: Omit<FaceRequest, 'body'>): boolean {
    return request.path === '/events' && request.method === 'GET' && isForPage(request);
  }

  /** Calls `send` with what a stream says, at once and after changes, once a second at most, until the signal aborts. */
  async stream(send: (text: string) => void, signal: AbortSignal): Promise<void> {
    const { board, clock } = this.#options;
    let change = new AbortController();
    const forget = board.listen(() => change.abort());
    try {
      while (!signal.aborted) {
        change = new AbortController();
        send('data: changed\n\n');
        if (!(await pause(clock, LOOK_PAUSE, signal))) return;
        // A line now and then, so that a connection that is gone is noticed.
        while (!change.signal.aborted && (await pause(clock, BEAT, signal, change.signal))) send(':\n\n');
      }
    } finally {
      forget();
    }
  }

  /** Takes note of a request that was not read to its end. */
  refuse(why: string): void {
    this.#options.metrics.noteWebhook('refused');
    this.#logRefusal(why);
  }

  /** Calls `onChange` after webhooks, until the signal aborts: at most once a second, and never before the last of them. */
  async follow(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await aborted(AbortSignal.any([signal, this.#wake.signal]));
      if (signal.aborted) return;
      this.#wake = new AbortController();
      onChange();
      await pause(clock, LOOK_PAUSE, signal);
    }
  }

  #page(request: FaceRequest): FaceAnswer | Promise<FaceAnswer> {
    const { board } = this.#options;
    const file = (type: string, text: string): FaceAnswer => ({
      status: 200,
      headers: {
        ...TEXT,
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': PAGE_POLICY,
        'referrer-policy': 'no-referrer',
      },
      text,
    });
    const pages: Readonly<Record<string, () => FaceAnswer>> = {
      '/': () => file('text/html', renderPage(board)),
      '/units': () => file('text/html', renderUnits(board)),
      '/page.css': () => file('text/css', PAGE_STYLE),
      '/page.js': () => file('text/javascript', PAGE_SCRIPT),
    };
    const page = Object.hasOwn(pages, request.path) ? pages[request.path] : undefined;
    if (page === undefined) return toAnswer(404, 'not found');
    if (!isForPage(request)) return toAnswer(403, 'the page is for who is on the same machine: kubectl port-forward, or ssh -L');
    return only(request, ['GET', 'HEAD'], page);
  }

  #readiness(): FaceAnswer {
    const unready = this.#options.unready();
    const { ailing = () => [] } = this.#options;
    return unready === undefined ? toAnswer(200, ['ready', ...ailing()].join('\n')) : toAnswer(503, unready);
  }

  async #metrics(): Promise<FaceAnswer> {
    const { metrics } = this.#options;
    return { status: 200, headers: { ...TEXT, 'content-type': metrics.contentType }, text: await metrics.write() };
  }

  #webhook({ headers, body }: FaceRequest): FaceAnswer {
    const { secret, metrics, clock } = this.#options;
    if (secret === undefined) return toAnswer(404, 'no webhooks are taken: KAPPLY_WEBHOOK_SECRET is not set');
    if (!this.#limit.take(clock.now())) {
      metrics.noteWebhook('limited');
      this.#logRefusal('too many webhooks');
      return { ...toAnswer(429, 'too many requests'), headers: { ...TEXT, 'retry-after': '5' } };
    }
    const delivery = authenticate(headers, body, secret);
    if (delivery === undefined) {
      this.refuse('a webhook without the right secret');
      return toAnswer(401, 'the secret is not the one that was agreed on');
    }
    const isNew = this.#deliveries.isNew(delivery.forge, delivery.id);
    metrics.noteWebhook(isNew ? 'accepted' : 'repeated');
    if (isNew) this.#wake.abort();
    return toAnswer(202, isNew ? 'the source will be looked at' : 'this delivery was taken before');
  }

  /** Once a minute for each reason, with how many there were. */
  #logRefusal(why: string): void {
    const { clock, log } = this.#options;
    const now = clock.now();
    const last = this.#refusals.get(why);
    if (last !== undefined && now - last.at < LOG_PAUSE) {
      last.more++;
      return;
    }
    log(`refused: ${why}${last === undefined || last.more === 0 ? '' : ` (and ${last.more} more since the last word of it)`}`);
    this.#refusals.set(why, { at: now, more: 0 });
  }
}

async function only(
  { method }: FaceRequest,
  methods: readonly string[],
  answer: () => FaceAnswer | Promise<FaceAnswer>,
): Promise<FaceAnswer> {
  if (methods.includes(method)) return answer();
  return { ...toAnswer(405, 'method not allowed'), headers: { ...TEXT, allow: methods.join(', ') } };
}

function toAnswer(status: number, text: string): FaceAnswer {
  return { status, headers: TEXT, text: `${text}\n` };
}

/** By name, too: a page of elsewhere whose name leads here by its owner's DNS does not get to read it. */
function isForPage({ isLocal, headers }: Pick<FaceRequest, 'headers' | 'isLocal'>): boolean {
  const host = headers['host'];
  return isLocal && typeof host === 'string' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}
