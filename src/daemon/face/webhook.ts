import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of a request, by lower-case name. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a delivery says of itself, once its secret is seen to be right. */
export interface Delivery {
  readonly forge: 'github' | 'gitlab' | 'bitbucket' | 'gitea';
  /** Equal for one that is sent again; undefined where the forge does not number them. */
  readonly id: string | undefined;
}

/**
 * Who has sent a webhook, if it was somebody who knows the secret: by the HMAC of the body (GitHub, Gitea, Bitbucket), or by
 * the secret itself (GitLab). The body is not looked into: all that it could say is that there may be another revision.
 */
export function authenticate(headers: Headers, body: Uint8Array, secret: string): Delivery | undefined {
  const read = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const digest = createHmac('sha256', secret).update(body).digest('hex');
  const gitea = read('x-gitea-signature');
  if (gitea !== undefined) return isSame(gitea, digest) ? { forge: 'gitea', id: read('x-gitea-delivery') } : undefined;
  const github = read('x-hub-signature-256');
  if (github !== undefined) return isSame(github, `sha256=${digest}`) ? { forge: 'github', id: read('x-github-delivery') } : undefined;
  const bitbucket = read('x-hub-signature');
  if (bitbucket !== undefined)
    return isSame(bitbucket, `sha256=${digest}`) ? { forge: 'bitbucket', id: read('x-request-uuid') ?? read('x-request-id') } : undefined;
  const gitlab = read('x-gitlab-token');
  if (gitlab === undefined || !isSame(gitlab, secret)) return undefined;
  return { forge: 'gitlab', id: read('idempotency-key') ?? read('x-gitlab-event-uuid') };
}

/** Takes the same time whatever differs; the digests hide the lengths. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHmac('sha256', wanted).update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
