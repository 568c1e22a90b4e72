import type { ObjectRef } from '../../../model/index.ts';
import type { Protocol } from '../port-set.ts';

/** A Service that a proxy sends requests to. */
export interface Backend {
  /** JSON pointer within the object that names it. */
  readonly path: string;
  readonly namespace: string;
  readonly name: string;
  /** A port of the Service, by number or name; of a Route of OpenShift also a port of its pods. Undefined: all of them. */
  readonly port: number | string | undefined;
  /** Why nothing is sent there; undefined if something is. */
  readonly problem: string | undefined;
  /** Whether it has no share of the requests: its weight is 0. */
  readonly isIdle: boolean;
  /** Whether it gets copies of requests that others answer. */
  readonly isMirror: boolean;
}

/** The paths that lead to a rule. */
export interface PathMatch {
  /** `other`: by a pattern of the controller's own. */
  readonly kind: 'exact' | 'other' | 'prefix';
  readonly value: string;
}

/** What stands between the outside and Services: an ingress controller for a class, the routers, or the data plane of a Gateway. */
export type Proxy =
  | { readonly kind: 'ingress'; readonly name: string; readonly ref: ObjectRef | undefined }
  | { readonly kind: 'router'; readonly name: string; readonly ref: undefined }
  | { readonly kind: 'gateway'; readonly name: string; readonly ref: ObjectRef };

/** Where a proxy listens. */
export interface Doorway {
  readonly protocol: Protocol;
  readonly port: number;
  /** The listener of a Gateway or ListenerSet, with its place. */
  readonly listener: { readonly ref: ObjectRef; readonly path: string; readonly name: string } | undefined;
}

/** One rule by which a proxy passes on what comes from outside: of an Ingress, a Route of OpenShift, or a route of the Gateway API. */
export interface Entry {
  readonly ref: ObjectRef;
  /** JSON pointer of the rule. */
  readonly path: string;
  /** Empty string: every host. */
  readonly host: string;
  readonly match: PathMatch;
  /** Whether more than host and path must be right: headers, a method, a query. */
  readonly isConditional: boolean;
  /** Whether it takes only what no rule of its proxy does: the default backend of an Ingress. */
  readonly isFallback: boolean;
  readonly proxy: Proxy;
  readonly doorways: readonly Doorway[];
  readonly backends: readonly Backend[];
  /** Why nothing at all comes through; undefined if something does. */
  readonly problem: string | undefined;
}

/** The match of a rule that says nothing of paths. */
export const EVERY_PATH: PathMatch = { kind: 'prefix', value: '/' };

/** Whether a path is one that a match means; prefixes are of whole path elements. */
export function isPathMatched(path: string, { kind, value }: PathMatch): boolean {
  switch (kind) {
    case 'exact':
      return path === value;
    case 'prefix': {
      const prefix = value.replace(/\/+$/, '');
      return path === prefix || path.startsWith(`${prefix}/`);
    }
    case 'other':
      return true;
  }
}
