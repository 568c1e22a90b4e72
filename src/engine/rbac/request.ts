/** Who asks. Groups are used as given: nothing is added to them. */
export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A request for a resource. The core group is `""`, as are an absent subresource, name, and the namespace of a cluster-wide request. */
export interface ResourceRequest {
  readonly kind: 'resource';
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a list, watch or deletecollection (`spec.nodeName=n1`), as it is written; absent if there is none. Roles do not look at it. */
  readonly fieldSelector?: string;
}

/** A request for a path that is no resource (`/healthz`); the verb is the HTTP method in lower case. */
export interface PathRequest {
  readonly kind: 'path';
  readonly user: UserInfo;
  readonly verb: string;
  readonly path: string;
}

export type AccessRequest = ResourceRequest | PathRequest;

/** A request of whoever asks. */
export type Action = Omit<ResourceRequest, 'user'> | Omit<PathRequest, 'user'>;

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The user that a ServiceAccount authenticates as, with its three groups (`serviceaccount.UserInfo`). */
export function toServiceAccountUser(namespace: string, name: string): UserInfo {
  return {
    name: `${SERVICE_ACCOUNT}${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** The ServiceAccount whose user name this is (`serviceaccount.SplitUsername`); undefined for other users. */
export function parseServiceAccountName(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace, name, ...rest] = user.slice(SERVICE_ACCOUNT.length).split(':');
  return namespace && name && rest.length === 0 ? { namespace, name } : undefined;
}
