import { refOf, type KubernetesObject, type ObjectRef } from '../../../model/index.ts';
import type { Policy } from '../policy.ts';

/** Something in a policy that does not count as it is written. */
export interface PolicyProblem {
  readonly ref: ObjectRef;
  /** JSON pointer to the line. */
  readonly path: string;
  /**
   * `invalid`: what the plugin refuses, which matches nothing; `unjudged`: what manifests do not tell, so that verdicts are unknown;
   * `refused`: what the API server does not take; `tied`: what has no order of its own.
   */
  readonly kind: 'invalid' | 'refused' | 'tied' | 'unjudged';
  readonly reason: string;
  /** Another policy whose same line is part of it. */
  readonly other?: ObjectRef;
}

/** Policies as they were read, with what is wrong with them. */
export interface ReadPolicies {
  readonly policies: readonly Policy[];
  readonly problems: readonly PolicyProblem[];
}

/** Keeps the problems of one policy while it is read. */
export class Problems {
  readonly list: PolicyProblem[] = [];
  readonly #ref: ObjectRef;

  constructor(object: KubernetesObject) {
    this.#ref = refOf(object);
  }

  /** Says that something is wrong, and counts for nothing. */
  refuse(path: string, reason: string): undefined {
    this.list.push({ ref: this.#ref, path, kind: 'invalid', reason });
    return undefined;
  }

  /** Says that the API server takes no such object. */
  reject(path: string, reason: string): undefined {
    this.list.push({ ref: this.#ref, path, kind: 'refused', reason });
    return undefined;
  }

  /** Says that something has no order of its own beside the same of another policy. */
  tie(path: string, reason: string, other: ObjectRef): void {
    this.list.push({ ref: this.#ref, path, kind: 'tied', reason, other });
  }

  /** Says that something is not judged; gives the reason for the doubt of its rule. */
  doubt(path: string, reason: string): string {
    this.list.push({ ref: this.#ref, path, kind: 'unjudged', reason });
    return reason;
  }
}
