import type { UserInfo } from '../engine/rbac/index.ts';
import type {
  Finding,
  FindingData,
  GroupVersionKind,
  KubernetesObject,
  Manifest,
  ObjectRef,
  RefKey,
  SchemaCatalog,
  World,
  WorldSource,
  TakeOver,
} from '../model/index.ts';
import type { Path } from '../std/index.ts';
import type { Intents } from './intent.ts';

/** How much a plan may delete before it stops. */
export interface PlanLimits {
  /** The share of the unit, 0 to 1, beyond which deletions stop the plan. */
  readonly maxDeleteShare: number;
  /** So many deletions never stop it by their share alone. */
  readonly smallDeletes: number;
}

/** More than half of a unit, and more than five objects. */
export const DEFAULT_LIMITS: PlanLimits = { maxDeleteShare: 0.5, smallDeletes: 5 };

/** Everything that a plan is made from. The same input gives the same plan, to the byte. */
export interface PlanInput {
  readonly unit: string;
  readonly fieldManager: string;
  readonly desired: readonly Manifest[];
  readonly before: World;
  readonly beforeSource: WorldSource;
  readonly afterSource: WorldSource;
  /**
   * `live`: before is a cluster (or a dump of one); objects that are not ours stay, and ours are merged by ownership.
   * `revision`: before is another revision of the same manifests; what is no longer there is deleted.
   */
  readonly mode: 'live' | 'revision';
  /** What the unit's inventory proves to be ours: nothing else is ever deleted in `live` mode. */
  readonly owned: ReadonlySet<RefKey>;
  /** What was last applied, where that is remembered. */
  readonly intents?: Intents;
  /** Objects that another unit owns, with its name. */
  readonly ownedByOthers: Pick<ReadonlyMap<RefKey, string>, 'get'>;
  /** Objects that exist in both worlds besides: nodes, quotas, operators' objects. */
  readonly context: World;
  /** The kinds of the cluster's version, custom resources included. */
  readonly catalog: SchemaCatalog;
  readonly defaultNamespace: string;
  /** Labels that every object of the unit carries (the ApplySet's membership). */
  readonly labels?: Readonly<Record<string, string>>;
  /** What loading and validation found; the plan carries it on. */
  readonly findings: readonly Finding[];
  /** What the API server would say of an update beyond what it says of the new object alone. */
  readonly judgeUpdate: JudgeUpdate;
  readonly salt: string;
  /** RFC 3339, to the second. */
  readonly now: string;
  /** From whom fields are taken over instead of reporting conflicts. */
  readonly forceConflicts: TakeOver;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: PlanLimits;
  /** Objects that the source asks for and that are known by name only: they are neither planned nor gone. */
  readonly encrypted?: readonly ObjectRef[];
  /** Places of the source that could not be wholly understood: what may stand there is not gone. */
  readonly incomplete?: readonly IncompleteFile[];
  /** Objects that the source no longer asks for here, but elsewhere in its repository, with that place: they have moved. */
  readonly moved?: ReadonlyMap<RefKey, string>;
  /** Who applies, if that is known: what they may not write is a finding. */
  readonly applier?: UserInfo;
  /** Whether somebody else than the applier reads the cluster and asks it: then no answer says what the applier may do, and it does write. */
  readonly isStandIn?: boolean;
  /** What the API server answered to a dry run of a change, by object. Its word counts, not the local merge. */
  readonly answers?: ReadonlyMap<RefKey, ServerAnswer>;
  /** What the cluster serves; absent where it was not asked. */
  readonly served?: readonly GroupVersionKind[];
  /** Kinds of the cluster that may not be read, as `group/Kind`. */
  readonly unread?: readonly string[];
  /** Where deleted objects last stood, if that is known: manifests of the base revision. */
  readonly lastManifests?: readonly Manifest[];
}

/** Judges an object that takes the place of another: what is wrong, by its code, at a path of the new one. */
export type JudgeUpdate = (before: KubernetesObject, after: KubernetesObject) => readonly UpdateProblem[];

/** One thing wrong with an update. */
export interface UpdateProblem {
  readonly code: string;
  readonly path: Path;
  readonly data: FindingData;
}

/** What an API server answers to the dry run of a change. */
export type ServerAnswer =
  /** What would be stored; `mutated` if a webhook or policy that may change it was asked. Nothing, of a deletion. */
  | {
      readonly kind: 'accepted';
      readonly object?: KubernetesObject;
      readonly mutated: boolean;
      /** Why that may not be all of it: a sentence. */
      readonly doubt?: string;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It was not asked, or could not say: why, a sentence. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A refusal, as `metav1.Status` says it. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
}

/** A file that could not be wholly understood. */
export interface IncompleteFile {
  readonly file: string;
  /** True if what is missing may stand in other files too. */
  readonly reachesFurther: boolean;
}

/** One desired object, made comparable. */
export interface Desired {
  readonly manifest: Manifest;
  readonly key: RefKey;
  readonly ref: ObjectRef;
  /** With namespace and labels filled in; Secrets hashed, their `stringData` folded into `data`. */
  readonly object: KubernetesObject;
}
