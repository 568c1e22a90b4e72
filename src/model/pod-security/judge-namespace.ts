import { compareBy, getArray, getBoolean, getObject, getString } from '../../std/index.ts';
import { nameOf, type KubernetesObject } from '../object.ts';
import { evaluatePodSecurity } from './evaluate.ts';
import {
  compareLevels,
  formatLevel,
  POD_SECURITY_PREFIX,
  readPodSecurityPolicy,
  type LabelFault,
  type LevelVersion,
  type PodSecurityPolicy,
} from './level.ts';
import type { PodSecuritySite } from './judge-pod.ts';

/** So many pods of a namespace the server looks at when a label changes. */
const MOST_PODS = 3000;

/** Pods that a new level would refuse for the same reasons. */
export interface EndangeredPods {
  /** The first by name. */
  readonly name: string;
  readonly count: number;
  /** What the checks call it: `hostPort, privileged`. */
  readonly reason: string;
}

/** What the server says of a namespace's labels when they change. */
export interface NamespaceVerdict {
  /** Labels that it refuses: all of a new namespace, of another only where they differ from those before. */
  readonly faults: readonly LabelFault[];
  /** Its warnings, in its words and order. */
  readonly warnings: readonly string[];
  /** The level that is enforced from now on, and the pods that it would refuse. */
  readonly level: LevelVersion;
  readonly pods: readonly EndangeredPods[];
}

/**
 * What Pod Security says of a namespace (`pod-security-admission/admission.ValidateNamespace`) that is made (`before` is
 * undefined) or gets other labels, with the pods that are in it.
 */
export function judgeNamespaceLabels(
  before: ReadonlyMap<string, string> | undefined,
  { namespace, labels, settings }: PodSecuritySite,
  pods: readonly KubernetesObject[],
): NamespaceVerdict {
  const { policy, faults } = readPodSecurityPolicy(labels, settings.defaults);
  const verdict = { faults: NO_FAULTS, warnings: [], level: policy.enforce, pods: [] };
  const ignored = settings.exemptNamespaces.has(namespace) ? describeIgnored(namespace, labels, policy, settings.defaults) : [];
  if (before === undefined) return faults.length > 0 ? { ...verdict, faults } : { ...verdict, warnings: ignored };
  const old = readPodSecurityPolicy(before, settings.defaults);
  if (faults.length > 0 && !isSame(faults, old.faults)) return { ...verdict, faults };
  if (!isTightened(policy.enforce, old.policy.enforce)) return verdict;
  if (settings.exemptNamespaces.has(namespace)) return { ...verdict, warnings: ignored };
  const asked = chooseFirst(pods.filter((pod) => !settings.exemptRuntimeClasses.has(getString(pod, 'spec', 'runtimeClassName') ?? '')));
  const endangered = findEndangered(asked.slice(0, MOST_PODS), policy.enforce, settings.server);
  return {
    ...verdict,
    warnings: [
      ...(asked.length > MOST_PODS
        ? [`new PodSecurity enforce level only checked against the first ${MOST_PODS} of ${asked.length} existing pods`]
        : []),
      ...(endangered.length === 0
        ? []
        : [`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${formatLevel(policy.enforce)}"`]),
      ...endangered.map(describeEndangered).toSorted(),
    ],
    pods: endangered,
  };
}

const MODES = ['enforce', 'audit', 'warn'] as const;

/** The labels of an exempt namespace say something, and nobody listens. */
function describeIgnored(
  namespace: string,
  labels: ReadonlyMap<string, string>,
  policy: PodSecurityPolicy,
  defaults: PodSecurityPolicy,
): readonly string[] {
  const isSaying =
    MODES.some((mode) => policy[mode].level !== 'privileged') && !MODES.every((mode) => isEquivalent(policy[mode], defaults[mode]));
  if (!isSaying) return [];
  const told = MODES.filter(
    (mode) =>
      policy[mode].level !== 'privileged' && ['', '-version'].some((suffix) => labels.has(`${POD_SECURITY_PREFIX}${mode}${suffix}`)),
  );
  const levels = told.map((mode) => `${mode}=${formatLevel(policy[mode])}`).join(', ');
  return [`namespace "${namespace}" is exempt from Pod Security, and the policy (${levels}) will be ignored`];
}

function isEquivalent(a: LevelVersion, b: LevelVersion): boolean {
  return a.level === b.level && (a.level === 'privileged' || a.version === b.version);
}

const NO_FAULTS: readonly LabelFault[] = [];

function isSame(a: readonly LabelFault[], b: readonly LabelFault[]): boolean {
  return a.length === b.length && a.every(({ message }, index) => message === b[index]?.message);
}

/** Whether pods must be looked at again: not where nothing is forbidden now, nor where the same version is only relaxed. */
function isTightened(now: LevelVersion, before: LevelVersion): boolean {
  if (now.level === 'privileged') return false;
  return now.version !== before.version || compareLevels(now.level, before.level) > 0;
}

/** One pod of each controller comes first: only so many are looked at. */
function chooseFirst(pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const seen = new Set<string>();
  const [first, rest]: [KubernetesObject[], KubernetesObject[]] = [[], []];
  for (const pod of pods) {
    const owner = getArray(pod.metadata, 'ownerReferences').find((item) => getBoolean(item, 'controller') === true);
    const uid = owner === undefined ? undefined : (getString(owner, 'uid') ?? '');
    (uid !== undefined && seen.has(uid) ? rest : first).push(pod);
    if (uid !== undefined) seen.add(uid);
  }
  return [...first, ...rest];
}

function findEndangered(pods: readonly KubernetesObject[], level: LevelVersion, server: number | undefined): readonly EndangeredPods[] {
  const found = new Map<string, EndangeredPods>();
  for (const pod of pods) {
    const violations = evaluatePodSecurity(level, { metadata: pod.metadata, spec: getObject(pod, 'spec') ?? {} }, server);
    if (violations.length === 0) continue;
    const reason = violations.map((item) => item.reason).join(', ');
    const known = found.get(reason);
    const name = known !== undefined && known.name < nameOf(pod) ? known.name : nameOf(pod);
    found.set(reason, { name, reason, count: (known?.count ?? 0) + 1 });
  }
  return [...found.values()].toSorted(compareBy(({ name }) => name));
}

/** `web-1 (and 2 other pods): hostPort`. */
function describeEndangered({ name, count, reason }: EndangeredPods): string {
  if (count === 1) return `${name}: ${reason}`;
  return `${name} (and ${count - 1} other ${count === 2 ? 'pod' : 'pods'}): ${reason}`;
}
