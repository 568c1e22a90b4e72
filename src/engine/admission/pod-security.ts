import {
  findScaled,
  formatRef,
  labelsOf,
  nameOf,
  podTemplateOf,
  refKeyOf,
  refOf,
  toRefKey,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import {
  compareLevels,
  formatLevel,
  judgeNamespaceLabels,
  judgePodSecurity,
  podSecuritySiteOf,
  POD_SECURITY_PREFIX,
  readPodSecurityPolicy,
  type PodSecurityVerdict,
} from '../../model/pod-security/index.ts';
import { compareBy, getString, toPointer } from '../../std/index.ts';

/**
 * What Pod Security says of a change besides what it refuses: templates and pods that it warns of, labels of namespaces that it
 * does not take, running pods that a stricter label would not let in again, and what a weaker one lets in. Pods of workloads that are said
 * to be `refused` are not told once more.
 */
export function comparePodSecurity(before: World, after: World, parts: LevelParts): readonly FactChange[] {
  const [was, is] = [before.derive(listFacts), after.derive(listFacts)];
  const gained = [...is.values()].filter(({ key }) => !was.has(key)).map((fact): FactChange => ({ change: 'gained', fact }));
  const ended = [...was.values()]
    .filter(({ key, subject }) => !is.has(key) && subject !== undefined && after.get(subject) !== undefined)
    .map((fact): FactChange => ({ change: 'lost', fact: { ...fact, severity: 'info' } }));
  return [...gained, ...ended, ...compareEnforced(before, after, parts)];
}

/** What the levels of namespaces are compared with. */
export interface LevelParts {
  /** The world with the pods that the controllers make. */
  readonly expand: (world: World) => World;
  /** What is said of workloads whose pods are refused. */
  readonly refused: readonly FactChange[];
}

function listFacts(world: World): ReadonlyMap<string, Fact> {
  const facts = [...listWarned(world), ...listLabelFaults(world)];
  return new Map(facts.map((fact) => [fact.key, fact]));
}

const TEMPLATES: readonly (readonly [group: string, kind: string])[] = [
  ['', 'Pod'],
  ['', 'PodTemplate'],
  ['', 'ReplicationController'],
  ['apps', 'DaemonSet'],
  ['apps', 'Deployment'],
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
  ['batch', 'CronJob'],
  ['batch', 'Job'],
];

function listWarned(world: World): readonly Fact[] {
  return TEMPLATES.flatMap(([group, kind]) => world.byKind(group, kind).flatMap((object) => warningsOf(object, world)));
}

/** Nobody is told of what controllers make, nor of pods that are there. */
function warningsOf(object: KubernetesObject, world: World): readonly Fact[] {
  const isMade = getString(object.metadata, 'ownerReferences', 0, 'uid') !== undefined;
  const isPod = object.kind === 'Pod';
  const template = isMade || (isPod && getString(object.metadata, 'uid') !== undefined) ? undefined : podTemplateOf(object);
  if (template === undefined) return [];
  const ref = refOf(object);
  const site = podSecuritySiteOf(world, ref.namespace ?? '');
  const { audit, warn } = judgePodSecurity(template, site, { isTemplate: !isPod });
  const refused = object.kind === 'PodTemplate' ? undefined : judgePodSecurity(template, site, { isTemplate: false }).enforce;
  const said = [
    ...(warn === undefined || isSame(warn, refused) ? [] : [{ ...warn, mode: 'warn' as const }]),
    ...(audit === undefined || audit.message === warn?.message || refused !== undefined ? [] : [{ ...audit, mode: 'audit' as const }]),
  ];
  return said.map(({ mode, message, paths }): Fact => ({
    engine: 'admission',
    code: 'KQ0003',
    severity: mode === 'warn' ? 'warning' : 'info',
    key: `KQ0003 ${mode} ${refKeyOf(object)} ${message}`,
    subject: ref,
    data: { workload: formatRef(ref), mode, message },
    objects: [...paths.map((path) => ({ ref, path: toPointer([...template.path, ...path]) })), namespaceOfSite(ref.namespace)],
  }));
}

/** Whether a warning only says what a refusal says. */
function isSame(warning: PodSecurityVerdict, refusal: PodSecurityVerdict | undefined): boolean {
  return refusal !== undefined && warning.message.endsWith(refusal.message.slice('violates'.length));
}

function namespaceOfSite(name = ''): Fact['objects'][number] {
  return { ref: { group: '', version: 'v1', kind: 'Namespace', name }, path: '/metadata/labels' };
}

function listLabelFaults(world: World): readonly Fact[] {
  return world.byKind('', 'Namespace').flatMap((namespace) => {
    const ref = refOf(namespace);
    return readPodSecurityPolicy(labelsOf(namespace)).faults.map(({ label, message }): Fact => ({
      engine: 'admission',
      code: 'KQ0004',
      severity: 'error',
      key: `KQ0004 ${refKeyOf(namespace)} ${message}`,
      subject: ref,
      data: { namespace: nameOf(namespace), label, message },
      objects: [{ ref, path: toPointer(['metadata', 'labels', label]) }],
    }));
  });
}

/** Namespaces that are there and enforce something else from now on. */
function compareEnforced(before: World, after: World, { expand, refused }: LevelParts): readonly FactChange[] {
  const told = new Set(refused.flatMap(({ change, fact: { subject } }) => (change === 'gained' && subject ? [toRefKey(subject)] : [])));
  return after.byKind('', 'Namespace').flatMap((namespace) => {
    const ref = refOf(namespace);
    const was = before.get(ref);
    if (was === undefined || was === namespace || !hasOtherLevel(labelsOf(was), labelsOf(namespace))) return [];
    const lowered = findLowered(was, namespace);
    const settled = expand(before);
    const isTold = (pod: KubernetesObject): boolean => told.has(refKeyOf(findScaled(settled, pod) ?? pod));
    const pods = settled
      .kind('', 'Pod')
      .inNamespace(ref.name)
      .filter((pod) => !isTold(pod));
    const verdict = judgeNamespaceLabels(labelsOf(was), podSecuritySiteOf(after, ref.name), pods);
    const gained: readonly FactChange[] = lowered === undefined ? [] : [{ change: 'gained', fact: lowered }];
    if (verdict.pods.length === 0) return gained;
    const [first = '', ...rest] = verdict.warnings;
    const fact: Fact = {
      engine: 'admission',
      code: 'KQ0005',
      severity: 'warning',
      key: `KQ0005 ${refKeyOf(namespace)}`,
      subject: ref,
      data: {
        namespace: ref.name,
        level: formatLevel(verdict.level),
        pods: verdict.pods.toSorted(compareBy(({ name }) => name)).map(({ name, count, reason }) => ({ name, count, reason })),
        warning: `${first}: ${rest.join('; ')}`,
      },
      objects: [{ ref, path: toPointer(['metadata', 'labels', `${POD_SECURITY_PREFIX}enforce`]) }],
    };
    return [...gained, { change: 'gained' as const, fact }];
  });
}

/** What each level refuses beyond the one below it (pod-security-standards). */
const REFUSED = {
  baseline: 'privileged containers, host namespaces, host paths and host ports, and added capabilities',
  restricted: 'pods that run as root, may gain privileges, keep their capabilities and have no seccomp profile',
} as const;

/** What a namespace lets in that enforces a lower level from now on; undefined of one that does not. */
function findLowered(was: KubernetesObject, is: KubernetesObject): Fact | undefined {
  const [from, to] = [was, is].map((namespace) => readPodSecurityPolicy(labelsOf(namespace)).policy.enforce.level);
  if (from === undefined || to === undefined || compareLevels(to, from) >= 0) return undefined;
  const lets = [...(to === 'privileged' ? [REFUSED.baseline] : []), ...(from === 'restricted' ? [REFUSED.restricted] : [])];
  const ref = refOf(is);
  return {
    engine: 'admission',
    code: 'KQ0012',
    severity: 'warning',
    key: `KQ0012 ${refKeyOf(is)}`,
    subject: ref,
    data: { namespace: ref.name, was: from, now: to, what: lets.join('; ') },
    objects: [{ ref, path: toPointer(['metadata', 'labels', `${POD_SECURITY_PREFIX}enforce`]) }],
  };
}

function hasOtherLevel(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return ['enforce', 'enforce-version'].some(
    (name) => before.get(`${POD_SECURITY_PREFIX}${name}`) !== after.get(`${POD_SECURITY_PREFIX}${name}`),
  );
}
