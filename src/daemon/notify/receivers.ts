import { saltedHash, stringifyJson } from '../../std/index.ts';
import type { Notification, NotificationPhase } from './notification.ts';

/** A request to a receiver. Its URL and headers may hold secrets: they are shown nowhere. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Somebody who is told of units, or of whatever else waits in an outbox. */
export interface Receiver<T = Notification> {
  /** As metrics and the log call it. */
  readonly name: string;
  /** How many of them one request may hold. */
  readonly most: number;
  readonly wants: (item: T) => boolean;
  readonly toPost: (items: readonly T[]) => Post;
}

const JSON_TYPE = { 'content-type': 'application/json', 'user-agent': 'kapply' };
const SLACK_LINES = 20;
const LONGEST_LINE = 500;
/** GitHub refuses a longer description of a status. */
const LONGEST_DESCRIPTION = 140;

/**
 * A server that takes each notification as JSON. With a secret it can tell ours by the HMAC of the body in `X-Kapply-Signature-256`,
 * as GitHub signs its webhooks; what is sent again has the same `X-Kapply-Delivery`.
 */
export function toWebhookReceiver(url: URL, secret: string | undefined): Receiver {
  return {
    name: 'webhook',
    most: 1,
    wants: () => true,
    toPost: ([notification]) => {
      const { id = '', reasons = [], content: _, ...rest } = notification ?? {};
      const body = stringifyJson({ apiVersion: 'kplan.dev/v1', kind: 'UnitNotification', id, ...rest, reasons: [...reasons] });
      const signature = secret === undefined ? {} : { 'x-kapply-signature-256': `sha256=${saltedHash(secret, body)}` };
      return { url, headers: { ...JSON_TYPE, 'x-kapply-delivery': id, ...signature }, body };
    },
  };
}

/** An incoming webhook of Slack, or of a server that takes the same: a line for each outcome, those that wait in one message. */
export function toSlackReceiver(url: URL): Receiver {
  return {
    name: 'slack',
    most: SLACK_LINES,
    wants: ({ phase }) => phase !== 'applying',
    toPost: (notifications) => ({
      url,
      headers: JSON_TYPE,
      body: stringifyJson({ text: notifications.map((notification) => toSlackLine(notification)).join('\n') }),
    }),
  };
}

/** Where a commit's statuses are written. */
export interface CommitStatuses {
  /** Such as `https://api.github.com/`. */
  readonly api: URL;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** The statuses of commits on GitHub: `kapply/UNIT` for each unit. What was read from no commit is not told. */
export function toGithubReceiver({ api, repository, token }: CommitStatuses): Receiver {
  const base = `${api.href.replace(/\/+$/, '')}/repos/${repository}/statuses/`;
  return {
    name: 'github',
    most: 1,
    wants: ({ revision }) => /^[0-9a-f]{40}$/.test(revision),
    toPost: ([notification]) => ({
      url: new URL(`${base}${notification?.revision ?? ''}`),
      headers: {
        ...JSON_TYPE,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        authorization: `Bearer ${token}`,
      },
      body: stringifyJson(notification === undefined ? {} : toCommitStatus(notification)),
    }),
  };
}

const STATES: Readonly<Record<NotificationPhase, 'error' | 'failure' | 'pending' | 'success'>> = {
  applying: 'pending',
  synced: 'success',
  unhealthy: 'failure',
  held: 'failure',
  failed: 'failure',
  unreadable: 'error',
};

function toCommitStatus({ unit, cluster, phase, reasons }: Notification): { readonly [field: string]: string } {
  return {
    state: STATES[phase],
    context: `kapply/${cluster === undefined ? '' : `${cluster}/`}${unit}`,
    description: cut([phase, ...reasons].join(': '), LONGEST_DESCRIPTION),
  };
}

function toSlackLine({ unit, cluster, phase, revision, reasons, plan }: Notification): string {
  const at = revision === '' ? '' : ` at ${revision.slice(0, 12)}`;
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  const next = plan === undefined ? '' : ` (kapply approve ${unit})`;
  const where = cluster === undefined ? '' : ` (${escapeSlack(cluster)})`;
  return `*${escapeSlack(unit)}*${where} ${phase}${at}${escapeSlack(cut(why, LONGEST_LINE))}${next}`;
}

/** Slack reads these three as markup. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', ' ');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
