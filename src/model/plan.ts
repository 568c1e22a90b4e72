import type { JsonValue } from '../std/index.ts';
import type { Effect, Finding } from './finding.ts';
import type { KubernetesObject } from './object.ts';
import type { ObjectRef } from './ref.ts';
import type { SourceRange } from './source-range.ts';

/** What happens to one object. */
export type Action = 'create' | 'update' | 'replace' | 'delete' | 'none';

/** One field that differs. An absent `before` or `after` means that the field is absent there. Secret values are shown as `(secret)` hashes, never as values. */
export interface FieldChange {
  /** JSON pointer. */
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** Who changed it in the cluster after it was last applied: what differs is not the manifest's doing. */
  readonly drift?: FieldWriter;
  /** Who set it, as a dry run showed, where the manifest alone would not have led to it: a webhook or policy, or the API server. */
  readonly by?: 'admission' | 'server';
}

/** A field manager, and when it last wrote (RFC 3339); neither is known of who took a field out. */
export interface FieldWriter {
  readonly manager?: string;
  readonly time?: string;
}

/** What a step relies on of the live object; checked again before it is applied. */
export type Precondition =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly uid: string;
      readonly resourceVersion: string;
      /** SHA-256 of the live fields that the plan has read, so that a mere status update does not make it stale. */ readonly fieldsHash: string;
    };

/** What happens to one object, and why. */
export interface Change {
  readonly action: Action;
  readonly ref: ObjectRef;
  /** Fields that differ, by path; empty for delete. Of a create: what admission adds to the manifest, where a dry run showed it. */
  readonly fields: readonly FieldChange[];
  /** Why it is replaced, deleted or moved: a sentence; absent where the fields say it. */
  readonly reason?: string;
  /** Where the object was before, if it is the same object under a new name, namespace or file. */
  readonly movedFrom?: ObjectRef;
  /** Where the manifest stands (for a delete: where it last stood, if known). */
  readonly source?: SourceRange;
  /** The object to apply, as its author wrote it with the namespace filled in; secret values replaced by salted hashes. Absent for delete. */
  readonly desired?: KubernetesObject;
  /** What the object will be once applied, as far as it can be known; secret values hashed. Absent for delete. */
  readonly merged?: KubernetesObject;
  /** True where the API server was asked, in a dry run, and its answer is what is told. */
  readonly confirmed?: true;
  /** Why the API server could not be asked what comes of it, where that would have been of use: a sentence. */
  readonly unconfirmed?: string;
  readonly precondition: Precondition;
}

/** A change in its place in the order. */
export interface Step extends Change {
  /** 0-based; equal to the index of its wave in the plan. */
  readonly wave: number;
}

/** Steps that may run side by side once all earlier waves are applied and healthy. */
export interface Wave {
  readonly index: number;
  /** Why these come together: `namespaces`, `definitions`, `rbac`, `config`, `workloads`, `prune`, `wave 5`, `hooks before`. */
  readonly label: string;
  readonly steps: readonly Step[];
}

/** An object that is as it should be. */
export interface UnchangedObject extends ObjectRef {
  /** What the plan relies on: that it is there, and holds what was applied to it. Absent where there is no cluster. */
  readonly precondition?: Precondition;
  /** A hash of its manifest, where the inventory is not known to remember one. */
  readonly intent?: string;
}

/** A webhook or admission policy of the cluster that is asked about changes of a plan. */
export interface Admission {
  readonly kind: 'MutatingAdmissionPolicy' | 'MutatingWebhook' | 'ValidatingAdmissionPolicy' | 'ValidatingWebhook';
  /** The webhook's, or the policy's. */
  readonly name: string;
  /** The configuration that holds the webhook, or the policy's binding. */
  readonly configuration: string;
  /** What becomes of a write where it cannot be asked: `Fail` refuses it. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** The changed objects that it is asked about, in the order of the plan. */
  readonly sees: readonly ObjectRef[];
  /** Those that it may be asked about: conditions, parameters or unknown labels decide. */
  readonly maySee: readonly ObjectRef[];
}

/** Where a world came from. */
export interface WorldSource {
  readonly kind: 'directory' | 'revision' | 'stdin' | 'cluster' | 'snapshot' | 'embedded' | 'none';
  /** For people: `fixtures/shop`, `main (4f1c2e9)`, `prod-eu`. */
  readonly description: string;
  readonly path?: string;
  readonly commit?: string;
  readonly cluster?: string;
  /** The uid of the kube-system Namespace: tells clusters apart. */
  readonly clusterUid?: string;
  /** The cluster's own version, where it is none of those known and another is taken for it. */
  readonly servedVersion?: string;
  /** Kubernetes version of the cluster, or those validated for. */
  readonly kubernetesVersions: readonly string[];
}

/** The whole answer: what would change, in which order, relying on what, and what that does. A plain value: survives JSON. */
export interface Plan {
  readonly unit: string;
  readonly fieldManager: string;
  readonly before: WorldSource;
  readonly after: WorldSource;
  readonly waves: readonly Wave[];
  /** Objects that are as they should be. */
  readonly unchanged: readonly UnchangedObject[];
  readonly findings: readonly Finding[];
  readonly effects: readonly Effect[];
  /** Who of the cluster is asked about the changes; absent where nobody is. */
  readonly admission?: readonly Admission[];
  /** The hooks that are run where the apply fails or when the unit is removed, by ref; secret values hashed. Absent where there are none. */
  readonly hooks?: readonly KubernetesObject[];
  /** The salt of the secret hashes within this plan. */
  readonly salt: string;
}

/** All steps of a plan, in order. */
export function stepsOf(plan: Plan): readonly Step[] {
  return plan.waves.flatMap((wave) => wave.steps);
}
