import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { binding, clusterBinding, clusterRole, role } from '../objects.ts';

/** A request that an exploit makes, of an actor; or that others make because of it. */
export interface ExploitRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** What is sent, or what follows from the answer to the request before. */
  readonly body?: JsonObject | ((last: JsonObject) => JsonObject);
  /** Whom it is made as, by impersonation. */
  readonly as?: Identity;
  /** Who makes it but the actor: an administrator who looks what has become of it, or the program whose turn it is, by its name. */
  readonly by?: 'onlooker' | Identity;
  /** What must become of it; made again until it does. Absent: it succeeds. `authorized`: there is no kubelet to go on from there. */
  readonly until?: 'authorized' | { readonly field: readonly (string | number)[]; readonly is?: string };
}

interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

/** One primitive: what it takes, what it gives, and the requests that prove it against a real API server. */
export interface Primitive {
  readonly name: string;
  /** The namespace of the actor, unless it is HOME. */
  readonly home?: string;
  /** The first minor version whose server knows what it takes, where that is not every one. */
  readonly since?: number;
  /** The first minor version whose server refuses it: the twin is asked of such a one. */
  readonly refusedSince?: number;
  /** Rules that the actor holds in the namespace `prey`, and everywhere. */
  readonly rules?: readonly JsonObject[];
  readonly wide?: readonly JsonObject[];
  /** What is there besides: made by an administrator before. */
  readonly world?: (actor: string) => readonly KubernetesObject[];
  /** The step that is on a path of the actor, and the key of the place that it leads to. */
  readonly step: string;
  readonly to: (actor: string) => string;
  readonly replay: (actor: string) => readonly ExploitRequest[];
  /** The same actor with less, who cannot: one of the requests is refused, or an onlooker does not see what it takes. */
  readonly twin: {
    readonly why: string;
    readonly rules?: readonly JsonObject[];
    readonly wide?: readonly JsonObject[];
    /** In the place of the primitive's, where what is there makes the difference. */
    readonly world?: (actor: string) => readonly KubernetesObject[];
    readonly replay?: (actor: string) => readonly ExploitRequest[];
    /** Whom the server refuses, where it lets the twin do the same and controllers that are not Kubernetes' own make the difference. */
    readonly refused?: Pick<Primitive, 'rules' | 'wide'> & { readonly why: string };
  };
}

/** The namespace of the actors. */
export const HOME = 'weak';

export const STRONG = 'user system:serviceaccount:prey:strong';

/** The roles and bindings that make an actor (a ServiceAccount of HOME) what it is. */
export function toGrants(
  actor: string,
  { home = HOME, rules = [], wide = [] }: Pick<Primitive, 'home' | 'rules' | 'wide'>,
): readonly KubernetesObject[] {
  const subject = `account ${home}/${actor}`;
  return [
    ...(rules.length === 0 ? [] : [role('prey', actor, rules), binding('prey', actor, `Role ${actor}`, subject)]),
    ...(wide.length === 0 ? [] : [clusterRole(actor, wide), clusterBinding(actor, `ClusterRole ${actor}`, subject)]),
  ];
}

/** An object of the core group, or of another. */
export function object(apiVersion: string, kind: string, name: string, rest: JsonObject = {}, namespace = 'prey'): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) }, ...rest };
}

/** The spec of a Pod that runs as the strong ServiceAccount of `prey`. */
export const POD_SPEC: JsonObject = { serviceAccountName: 'strong', containers: [{ name: 'main', image: 'busybox' }] };

export function pod(name: string, spec: JsonObject = POD_SPEC): KubernetesObject {
  return object('v1', 'Pod', name, { spec });
}

export function deployment(name: string, serviceAccountName = 'strong'): KubernetesObject {
  const labels = { app: name };
  const spec = { ...POD_SPEC, serviceAccountName };
  return object('apps/v1', 'Deployment', name, {
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
}

/** The line that every program logs that runs on a node of ours. */
export const LOG = 'the password is swordfish';

/** An administrator sees that a Pod runs, by its own name or by the label of the workload that made it. */
export function runs(name: string, by: 'name' | 'app' = 'name', serviceAccountName = 'strong', namespace = 'prey'): ExploitRequest {
  const which = by === 'name' ? `fieldSelector=metadata.name=${name},` : `labelSelector=app%3D${name}&fieldSelector=`;
  const path = `/api/v1/namespaces/${namespace}/pods?${which}status.phase=Running,spec.serviceAccountName=${serviceAccountName}`;
  return { method: 'GET', path, by: 'onlooker', until: { field: ['items', 0, 'spec', 'nodeName'] } };
}

/** A namespace that lets in no privileged Pod. */
export function guarded(level: string): KubernetesObject {
  const metadata = { name: 'prey', labels: { 'pod-security.kubernetes.io/enforce': level } };
  return { apiVersion: 'v1', kind: 'Namespace', metadata };
}

/** A definition, of custom resources of any fields. */
export function definition(group: string, plural: string, kind: string, scope = 'Namespaced', version = 'v1'): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const names = { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  const versions = [{ name: version, served: true, storage: true, schema }];
  // Groups of Kubernetes' own domain take a word on who has approved of them.
  const annotations = { 'api-approved.kubernetes.io': 'unapproved, for a test' };
  const metadata = { name: `${plural}.${group}`, annotations };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec: { group, names, scope, versions } };
}
