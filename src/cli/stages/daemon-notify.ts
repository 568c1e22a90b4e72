import { findProxy, openAgent } from '../../cluster/index.ts';
import {
  Notifier,
  toGithubReceiver,
  toPoster,
  toSlackReceiver,
  toWebhookReceiver,
  type DaemonMetrics,
  type Receiver,
} from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import { readSecretSetting } from '../secret-setting.ts';

const GITHUB = 'https://api.github.com';

/**
 * Who is told of units: `KAPPLY_NOTIFY_URL` (signed where there is a `KAPPLY_NOTIFY_SECRET`), `KAPPLY_SLACK_URL`, and GitHub where there
 * is a `KAPPLY_GITHUB_TOKEN`; each stands in the file of `NAME_FILE`, too. Throws `KplanError` for a URL that is none.
 */
export function openNotifier(source: string, io: Io, log: Log, metrics: DaemonMetrics): Notifier {
  const clock = realClock(io);
  const receivers = listReceivers(source, io).map(({ receiver, server }) => {
    const proxy = findProxy(server, io.env);
    const agent = openAgent({ server, tls: { insecure: false }, ...(proxy === undefined ? {} : { proxy }) }, undefined, 1);
    metrics.noteNotifications(receiver.name, 'dropped', 0);
    return { receiver, post: toPoster(agent, clock) };
  });
  return new Notifier({
    receivers,
    clock,
    random: () => io.random(),
    onResult: (receiver, result, count) => metrics.noteNotifications(receiver, result, count),
    onProblem: (message) => log.warn(message),
  });
}

function listReceivers(source: string, io: Io): readonly { readonly receiver: Receiver; readonly server: URL }[] {
  const [webhook, slack] = [readUrl('KAPPLY_NOTIFY_URL', io), readUrl('KAPPLY_SLACK_URL', io)];
  const token = readSecretSetting('KAPPLY_GITHUB_TOKEN', io);
  const api = readUrl('KAPPLY_GITHUB_API_URL', io) ?? new URL(GITHUB);
  return [
    ...(webhook === undefined
      ? []
      : [{ receiver: toWebhookReceiver(webhook, readSecretSetting('KAPPLY_NOTIFY_SECRET', io)), server: webhook }]),
    ...(slack === undefined ? [] : [{ receiver: toSlackReceiver(slack), server: slack }]),
    ...(token === undefined ? [] : [{ receiver: toGithubReceiver({ api, repository: readRepository(source, io), token }), server: api }]),
  ];
}

/** The URL may be a secret itself: what is wrong with it is said without it. */
function readUrl(name: string, io: Io): URL | undefined {
  const text = readSecretSetting(name, io);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new KplanError('USAGE', `${name} is not a URL that begins with https:// or http://`);
}

/** `KAPPLY_GITHUB_REPOSITORY`, or that of a source such as `https://github.com/team/shop.git at main`. */
function readRepository(source: string, { env }: Io): string {
  const [location = ''] = source.split(' at ');
  const [, named] = /^(?:(?:https?|ssh):\/\/[^/]+\/|[\w.-]+@[\w.-]+:)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(location) ?? [];
  const repository = env['KAPPLY_GITHUB_REPOSITORY'] ?? named;
  if (repository !== undefined && /^[\w.-]+\/[\w.-]+$/.test(repository)) return repository;
  throw new KplanError('USAGE', 'KAPPLY_GITHUB_TOKEN is set, and it is not known whose commits are to have a status', {
    hint: 'KAPPLY_GITHUB_REPOSITORY=OWNER/NAME says it',
  });
}
