import { getArray, getBoolean, getNumber, getString, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { describeViolations, evaluatePodSecurity } from './evaluate.ts';
import { formatLevel, readPodSecurityPolicy, type LevelVersion, type PodSecurityMode } from './level.ts';
import type { PodSecuritySettings } from './settings.ts';
import type { PodParts } from './violation.ts';

/** What one mode of Pod Security has against a pod. */
export interface PodSecurityVerdict {
  /** The server's words: `violates PodSecurity "baseline:latest": privileged (...)`; of a warning `would violate ...`. */
  readonly message: string;
  /** The fields that are to blame, from the root of the pod or template; at least one. */
  readonly paths: readonly Path[];
}

/** What each mode says of a pod; absent where it has nothing against it. */
export type PodSecurityVerdicts = { readonly [M in PodSecurityMode]?: PodSecurityVerdict };

/** Where a pod would be. */
export interface PodSecuritySite {
  readonly namespace: string;
  /** The labels of the namespace. */
  readonly labels: ReadonlyMap<string, string>;
  readonly settings: PodSecuritySettings;
}

/**
 * What Pod Security says when a pod is made (`pod-security-admission/admission.EvaluatePod`): `enforce` refuses it; `warn` is
 * silent then. Of a template ask with `isTemplate`: the server warns of it, and enforces when its pods are made.
 */
export function judgePodSecurity(
  given: PodParts,
  site: PodSecuritySite,
  { isTemplate }: { readonly isTemplate: boolean },
): PodSecurityVerdicts {
  const { namespace, settings } = site;
  if (settings.exemptNamespaces.has(namespace)) return NONE;
  if (settings.exemptRuntimeClasses.has(getString(given.spec, 'runtimeClassName') ?? '')) return NONE;
  const { policy } = readPodSecurityPolicy(site.labels, settings.defaults);
  const pod = isTemplate ? given : withHostPorts(given);
  const judge = (level: LevelVersion, verb: string): PodSecurityVerdict | undefined => {
    const violations = evaluatePodSecurity(level, pod, settings.server);
    if (violations.length === 0) return undefined;
    const message = `${verb} PodSecurity "${formatLevel(level)}": ${describeViolations(violations)}`;
    return { message, paths: violations.flatMap(({ paths }) => paths) };
  };
  const enforce = isTemplate ? undefined : judge(policy.enforce, 'violates');
  const audit = judge(policy.audit, 'would violate');
  const warn = enforce === undefined ? judge(policy.warn, 'would violate') : undefined;
  return {
    ...(enforce === undefined ? {} : { enforce }),
    ...(audit === undefined ? {} : { audit }),
    ...(warn === undefined ? {} : { warn }),
  };
}

const NONE: PodSecurityVerdicts = {};

/** Pods on their node's network have all their ports there (`core/v1.SetDefaults_Pod`); their templates do not say so. */
function withHostPorts({ metadata, spec }: PodParts): PodParts {
  if (getBoolean(spec, 'hostNetwork') !== true) return { metadata, spec };
  const lists = ['initContainers', 'containers'].filter((field) => spec[field] !== undefined);
  const filled = Object.fromEntries(lists.map((field) => [field, getArray(spec, field).map(withPorts)]));
  return { metadata, spec: { ...spec, ...filled } };
}

function withPorts(container: JsonValue): JsonValue {
  if (!isObject(container) || container['ports'] === undefined) return container;
  return { ...container, ports: getArray(container, 'ports').map((port) => (isObject(port) ? withHostPort(port) : port)) };
}

function withHostPort(port: JsonObject): JsonObject {
  const number = getNumber(port, 'containerPort');
  return (getNumber(port, 'hostPort') ?? 0) !== 0 || number === undefined ? port : { ...port, hostPort: number };
}

/** Whether Pod Security lets every pod into a namespace. */
export function isPrivilegedAdmitted({ namespace, labels, settings }: PodSecuritySite): boolean {
  return settings.exemptNamespaces.has(namespace) || readPodSecurityPolicy(labels, settings.defaults).policy.enforce.level === 'privileged';
}
