import type { ObjectRef } from '../../../model/index.ts';
import { parseServiceAccountName } from '../request.ts';
import { joinSome } from '../wording.ts';
import { toPrincipal } from '../principal.ts';
import type { ActingMode } from './acting.ts';

/** What can be had on a path. A `scope` is a namespace, or `*`: all of them. */
export type Place =
  | { readonly kind: 'admin' | 'nodes' | 'node' | 'traffic' | 'guards' | 'cloud' | 'users' | 'groups' }
  /** Acting as somebody, by the key of the subject. */
  | { readonly kind: 'identity'; readonly key: string }
  /** What programs log that hold Secrets (some of them by name): it may say what is in them. */
  | { readonly kind: 'logs'; readonly scope: string; readonly secrets: readonly string[] }
  /** Certificates of a signer (`*`: of any), whose key it takes besides. */
  | { readonly kind: 'certificates'; readonly signer: string }
  /** Everything of a namespace; its Secrets; any of its ServiceAccounts; Pods of one's choice in it; what runs in it. */
  | { readonly kind: 'control' | 'secrets' | 'accounts' | 'pods' | 'workloads'; readonly scope: string }
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'workload'; readonly ref: ObjectRef }
  /** Somebody who has bound a role to itself. */
  | { readonly kind: 'bound'; readonly key: string; readonly role: string; readonly scope: string }
  /** Somebody who makes some requests in the place of others (keys of subjects), of any one of them at a time. */
  | {
      readonly kind: 'acting';
      readonly key: string;
      readonly mode: ActingMode;
      readonly others: readonly string[];
      readonly scope: string;
    };

/** The key of an identity that is a ServiceAccount. */
export function toAccountKey(namespace: string, name: string): string {
  return `user system:serviceaccount:${namespace}:${name}`;
}

/** A text equal for equal places. */
export function toPlaceKey(place: Place): string {
  switch (place.kind) {
    case 'identity':
      return place.key;
    case 'control':
    case 'secrets':
    case 'accounts':
    case 'logs':
    case 'pods':
    case 'workloads':
      return `${place.kind} ${place.scope}`;
    case 'certificates':
      return `certificates ${place.signer}`;
    case 'secret':
      return `secret ${place.namespace}/${place.name}`;
    case 'workload':
      return `workload ${place.ref.kind} ${place.ref.namespace ?? ''}/${place.ref.name}`;
    case 'bound':
      return `bound ${place.key} ${place.role} ${place.scope}`;
    case 'acting':
      return `acting ${place.key} ${place.mode} ${describeOthers(place.others)} ${place.scope}`;
    default:
      return place.kind;
  }
}

/** The namespace that is entered at a place; undefined where it is none, or all of them. */
export function namespaceOfPlace(place: Place): string | undefined {
  switch (place.kind) {
    case 'identity':
      return place.key.startsWith('user ') ? parseServiceAccountName(place.key.slice('user '.length))?.namespace : undefined;
    case 'control':
    case 'accounts':
    case 'pods':
    case 'workloads':
      return place.scope === '*' ? undefined : place.scope;
    case 'workload':
      return place.ref.namespace;
    default:
      return undefined;
  }
}

/** A place as people read it: `ServiceAccount shop/web`, `the Secrets of shop`, `cluster admin`. */
export function describePlace(place: Place): string {
  switch (place.kind) {
    case 'identity':
      return toPrincipal(place.key).text;
    case 'workload':
      return `${place.ref.kind} ${place.ref.namespace ?? ''}/${place.ref.name}`;
    case 'secret':
      return `Secret ${place.namespace}/${place.name}`;
    case 'logs':
      return `the logs of ${place.scope === '*' ? 'every namespace' : place.scope}, whose programs hold Secrets (${joinSome(place.secrets, 3)})`;
    case 'certificates':
      return `certificates of ${place.signer === '*' ? 'every signer' : place.signer}, given its key`;
    case 'bound':
      return `${toPrincipal(place.key).text} with ${place.role}${place.scope === '' ? '' : ` in ${place.scope}`}`;
    case 'acting':
      return `${toPrincipal(place.key).text} in the place of ${describeOthers(place.others)}${place.scope === '' ? '' : ` in ${place.scope}`}`;
    case 'control':
    case 'secrets':
    case 'accounts':
    case 'pods':
    case 'workloads':
      return `${SCOPED[place.kind]} ${place.scope === '*' ? 'every namespace' : place.scope}`;
    default:
      return PLAIN[place.kind];
  }
}

/** Whom somebody acts for, in few words. */
export function describeOthers(others: readonly string[]): string {
  const [first = '', another] = others;
  if (another === undefined) return toPrincipal(first).text;
  const isAccounts = parseServiceAccountName(first.replace(/^user /, '')) !== undefined;
  const who = isAccounts ? 'ServiceAccounts' : others.some((key) => key.startsWith('group ')) ? 'Users and Groups' : 'Users';
  return `${who} that it may impersonate`;
}

const SCOPED = {
  control: 'everything in',
  secrets: 'the Secrets of',
  accounts: 'the ServiceAccounts of',
  pods: 'Pods of its choice in',
  workloads: 'the Pods of',
} as const;

const PLAIN = {
  admin: 'cluster admin',
  nodes: 'the nodes',
  node: 'its node',
  traffic: 'the traffic of others',
  guards: 'the admission policies',
  cloud: 'rights in the cloud',
  users: 'every User',
  groups: 'every Group',
} as const;
