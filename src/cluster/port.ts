import type { GroupKind, KubernetesObject } from '../model/index.ts';
import type { ObjectRef } from '../model/index.ts';

/** A resource type that a cluster serves. */
export interface ResourceType extends GroupKind {
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
}

/** Who a cluster is. */
export interface ClusterIdentity {
  /** The uid of its kube-system Namespace; the empty string where it cannot be read. */
  readonly uid: string;
  /** For people: the context's name, the directory, the file. */
  readonly description: string;
  /** `1.36` and so on. */
  readonly kubernetesVersion: string;
}

/** Which objects to list or watch. */
export interface ListQuery {
  readonly namespace?: string;
  /** A label selector in kubectl's syntax. */
  readonly labelSelector?: string;
  /** A field selector in kubectl's syntax: of every kind `metadata.name` and `metadata.namespace`, of Secrets `type` too. */
  readonly fieldSelector?: string;
  /** At most so many objects a page. */
  readonly limit?: number;
  /** Continues an earlier page. */
  readonly continue?: string;
}

/** A page of objects. */
export interface ObjectList {
  readonly items: readonly KubernetesObject[];
  /** To watch from. */
  readonly resourceVersion: string;
  /** Present if there are more. */
  readonly continue?: string;
}

/** What a watch reports. An `expired` watch (410 Gone) must list again. */
export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubernetesObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'expired' };

/** How a write is made. */
export interface WriteOptions {
  readonly fieldManager: string;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** How an object is applied (server-side apply). */
export interface ApplyOptions extends WriteOptions {
  readonly force?: boolean;
  /**
   * Of a dry run: the object as it was read, null where there is none. A dry run answers with what would be stored, not with
   * whether that differs; without this the object is read once more to tell.
   */
  readonly live?: KubernetesObject | null;
}

/** How an object is deleted. Nothing is deleted unless the preconditions hold. */
export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Why a cluster refused, as `metav1.Status` says it. `conflicts` lists the managers and fields of a server-side apply
 * conflict; `retryAfter` is in seconds.
 */
export interface StatusError {
  readonly kind: 'error';
  readonly code: number;
  readonly reason:
    | 'NotFound'
    | 'AlreadyExists'
    | 'Conflict'
    | 'Invalid'
    | 'Forbidden'
    | 'Unauthorized'
    | 'BadRequest'
    | 'Gone'
    | 'Expired'
    | 'MethodNotAllowed'
    | 'TooManyRequests'
    | 'Timeout'
    | 'ServiceUnavailable'
    | 'InternalError'
    | 'Unknown';
  readonly message: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  readonly retryAfter?: number;
}

/** A write's answer: the object as stored, or why not. Refusals are values; only an unreachable cluster throws `KplanError`. */
export type WriteResult =
  | { readonly kind: 'ok'; readonly object: KubernetesObject; readonly operation: 'created' | 'updated' | 'unchanged' | 'deleted' }
  | StatusError;

/**
 * A cluster, as kplan sees it: the API server, a snapshot or the embedded cluster. Refs may leave the version to the
 * cluster's choice by any served version. Objects read carry uid, resourceVersion, generation and managedFields.
 */
export interface Cluster {
  identity(): Promise<ClusterIdentity>;
  /** The resource types served, by group, version and kind. */
  resources(): Promise<readonly ResourceType[]>;
  get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
  list(kind: { readonly group: string; readonly version: string; readonly kind: string }, query?: ListQuery): Promise<ObjectList>;
  /** Events after `resourceVersion`, until the signal aborts or the watch expires. */
  watch(
    kind: { readonly group: string; readonly version: string; readonly kind: string },
    from: { readonly resourceVersion: string; readonly namespace?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<WatchEvent>;
  /** Server-side apply: creates or merges by field ownership. */
  apply(object: KubernetesObject, options: ApplyOptions): Promise<WriteResult>;
  create(object: KubernetesObject, options: WriteOptions): Promise<WriteResult>;
  /** Replaces the whole object; its resourceVersion, if it has one, must be the live one. */
  update(object: KubernetesObject, options: WriteOptions): Promise<WriteResult>;
  /** Replaces the status alone. */
  updateStatus(object: KubernetesObject, options: WriteOptions): Promise<WriteResult>;
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<WriteResult>;
  /** Ends watches and connections. The cluster cannot be used afterwards. */
  close(): Promise<void>;
}

/** The message of a refusal as kubectl would print it, for logs and reports. */
export function formatStatusError(error: StatusError): string {
  return `${error.reason} (${error.code}): ${error.message}`;
}
