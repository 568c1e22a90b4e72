import type { PolicyLimits } from './policy.ts';

/** When a unit may be touched, or may not: from each start on, for so long. */
export interface SyncWindow {
  readonly kind: 'allow' | 'deny';
  /** The first start after a time; undefined where there is none. Both in milliseconds since 1970. */
  readonly nextStart: (after: number) => number | undefined;
  readonly duration: number;
  /** As it is written, for people. */
  readonly text: string;
}

/** An object that a unit waits for besides its own. */
export interface HealthCheck {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One deployable set of a repository: what it is made of and how it is kept. Times in milliseconds. */
export interface Unit {
  readonly name: string;
  /** A directory or kustomization, relative to the repository's root. */
  readonly path: string;
  /** Units that must be as their source says, and healthy, before this one is touched. */
  readonly dependsOn: readonly string[];
  readonly healthChecks: readonly HealthCheck[];
  readonly windows: readonly SyncWindow[];
  /** Codes and engines whose errors do not hold a plan. */
  readonly allow: readonly string[];
  readonly limits: PolicyLimits;
  /** False: nothing is deleted that the manifests no longer ask for. */
  readonly prune: boolean;
  readonly suspend: boolean;
  /** Conflicts with other field managers are taken. */
  readonly force: boolean;
  /** What becomes of a revision that fails too often, or is not healthy in time. */
  readonly onFailure: 'hold' | 'rollback';
  /** What becomes of what it owns once the repository lists it no more. */
  readonly deletionPolicy: 'keep' | 'delete';
  readonly interval?: number;
  readonly timeout?: number;
  readonly retry: { readonly limit?: number; readonly backoff?: number; readonly maxBackoff?: number };
  /** Where objects go that name no namespace. */
  readonly namespace?: string;
  /** `namespace/name` of the ServiceAccount that its objects are written as. */
  readonly serviceAccount?: string;
  /** The context of the kubeconfig that names its cluster; the daemon's own without. */
  readonly context?: string;
  /** Equal for units that are kept alike. */
  readonly fingerprint: string;
}
