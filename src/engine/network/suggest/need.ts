import type { ObjectRef } from '../../../model/index.ts';
import type { Connection } from '../connections.ts';

/** Connections that policies are to keep, and what of the wishes no policy can speak of. */
export interface Needs {
  readonly connections: readonly Connection[];
  readonly unresolved: readonly Unresolved[];
}

/** A wish that names an end of which nobody knows pods or addresses. */
export interface Unresolved {
  /** `shop/web -> api.example.com TCP 443`. */
  readonly flow: string;
  readonly why: string;
  /** The object that wishes it; undefined where a log does. */
  readonly ref?: ObjectRef;
}
