import type { StatusError } from '../../cluster/index.ts';
import type { Kind, KubernetesObject, SchemaCatalog } from '../../model/index.ts';
import { toKubernetesTime } from '../../std/index.ts';
import type { Draft } from '../store/index.ts';

/** A request under way: the draft that it writes to, and the kinds that were served when it began. */
export interface Context {
  readonly draft: Draft;
  readonly catalog: SchemaCatalog;
  readonly fieldManager: string;
}

/** What a step of a request makes of an object: the object, maybe changed, or why not. */
export type Admitted = { readonly object: KubernetesObject } | { readonly refusal: StatusError };

/** A write of the main resource, as admission and validation see it. */
export interface Write {
  readonly context: Context;
  readonly kind: Kind;
  /** The object as it was; undefined for a create. */
  readonly live: KubernetesObject | undefined;
}

/** The cluster's time, as objects hold it. */
export function timeOf(context: Context): string {
  return toKubernetesTime(context.draft.now);
}
