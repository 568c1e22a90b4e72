import {
  formatRef,
  podTemplateOf,
  refOf,
  toRefKey,
  type Engine,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { compareBy, compareStrings, getNumber, isEqualJson, toPointer, type JsonObject, type Path } from '../../std/index.ts';
import { compareClaimGrowth } from './claim-growth.ts';
import { compareOwnWebhooks } from './own-webhook.ts';
import { comparePodSecurity } from './pod-security.ts';
import { comparePolicies } from './policy/compare.ts';
import { listMadePods, type MadePod } from './policy/made-pods.ts';
import type { ShowMutated } from './policy/mutated-worlds.ts';
import type { PolicySetting } from './policy/write.ts';
import { compareUnanswered } from './unanswered.ts';

/** The pods that a workload of a world wants and that are refused it. */
export interface RefusedPods {
  readonly workload: KubernetesObject;
  readonly count: number;
  readonly message: string;
  readonly why: string;
  /** The quota that refuses; undefined where a LimitRange or a class does. */
  readonly quota?: KubernetesObject;
  /** What of the quota would have to be how much for all of them. */
  readonly needed?: Readonly<Record<string, string>>;
  /** The fields of the pod template that are to blame, from its root. */
  readonly paths?: readonly Path[];
}

/** An object of a plan that a quota refuses when it is sent. */
export interface RefusedObject {
  readonly object: KubernetesObject;
  readonly why: string;
  readonly quota: KubernetesObject;
  readonly needed: Readonly<Record<string, string>>;
  /** Whether it would be let in were all gone that the plan deletes at its end. */
  readonly isEarly: boolean;
}

/** What the engine asks of the controllers, each for one world, and what policies are told. */
export interface AdmissionParts extends PolicySetting {
  /** The pods that workloads want and are refused, and those of manifests that no controller acts on at once. */
  readonly listRefused: (world: World) => readonly RefusedPods[];
  /** The objects of a plan that quotas refuse, in the order in which they are sent. */
  readonly listRefusedObjects: (world: World) => readonly RefusedObject[];
  /** The world that the controllers lead to. */
  readonly expand: (world: World) => World;
  /** A pod of each CronJob, as its Jobs will want it. */
  readonly listScheduled: (world: World) => readonly MadePod[];
  readonly showMutated: ShowMutated;
}

/**
 * Admission as an engine: pods that the API server will not let anybody make, because a quota of the namespace is used up or a
 * LimitRange, PriorityClass, RuntimeClass or Pod Security forbids them, what Pod Security warns of, and what admission
 * policies refuse or warn of, webhooks that wait for themselves or that nobody answers any more, and claims that cannot grow.
 */
export function createAdmissionEngine({ listRefused, listRefusedObjects, expand, listScheduled, ...parts }: AdmissionParts): Engine {
  const { showMutated, ...setting } = parts;
  return {
    name: 'admission',
    compare: (asked, wanted) => {
      const { before, after } = showMutated(asked, wanted);
      const [was, is] = [before, after].map((world) => byWorkload(listRefused(world)));
      const keys = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].toSorted(compareStrings);
      const refused = keys.flatMap((key) => compareRefused(was?.get(key), is?.get(key), { before, after }));
      const listMade = (world: World): readonly MadePod[] => [...listMadePods(world, expand(world)), ...listScheduled(world)];
      const policies = comparePolicies(asked, wanted, setting, listMade);
      const own = [...compareOwnWebhooks(before, after), ...compareUnanswered(before, after, expand), ...compareClaimGrowth(before, after)];
      const sorted = [...refused, ...comparePodSecurity(before, after, { expand, refused }), ...policies, ...own].toSorted(
        compareBy(
          ({ fact }) => fact.key,
          ({ change }) => change,
        ),
      );
      return [...listRefusedObjects(after).map(toRefusedFact), ...sorted];
    },
  };
}

function toRefusedFact({ object, quota, why, needed, isEarly }: RefusedObject, earlier: number): FactChange {
  const [ref, limit] = [refOf(object), formatRef(refOf(quota))];
  const remedy = isEarly
    ? `Delete first what this change deletes at its end, or give ${limit} room for both`
    : describeRemedy(quota, needed);
  const turn = earlier === 0 ? 'first' : `after ${earlier} ${earlier === 1 ? 'other' : 'others'}`;
  return {
    change: 'gained',
    fact: {
      engine: 'admission',
      code: 'KQ0011',
      severity: 'error',
      key: `KQ0011 ${toRefKey(ref)}`,
      subject: ref,
      data: { object: formatRef(ref), quota: limit, why, turn, remedy },
      objects: [{ ref, decides: true }, { ref: refOf(quota) }],
    },
  };
}

function byWorkload(refused: readonly RefusedPods[]): ReadonlyMap<RefKey, RefusedPods> {
  return new Map(refused.map((item) => [toRefKey(refOf(item.workload)), item]));
}

interface Worlds {
  readonly before: World;
  readonly after: World;
}

function compareRefused(was: RefusedPods | undefined, is: RefusedPods | undefined, worlds: Worlds): FactChange[] {
  const more = (is?.count ?? 0) - (was?.count ?? 0);
  const told = more > 0 ? is : was;
  if (told === undefined || more === 0) return [];
  if (more > 0) return [{ change: 'gained', fact: toFact(told, worlds, describeRefused(told)) }];
  if (worlds.after.get(refOf(told.workload)) === undefined) return [];
  const fewer = `${-more} fewer ${more === -1 ? 'pod' : 'pods'}`;
  return [{ change: 'lost', fact: { ...toFact(told, worlds, { fewer }), severity: 'info' } }];
}

function describeRefused({ workload, count, why, message, quota, needed = {} }: RefusedPods): Fact['data'] {
  const name = formatRef(refOf(workload));
  const replicas = getNumber(workload, 'spec', 'replicas') ?? count;
  const share = replicas > count ? `${count} of ${replicas} pods` : count === 1 ? 'the pod' : `all ${count} pods`;
  const pods = workload.kind === 'Pod' ? name : workload.kind === 'CronJob' ? `each pod of ${name}` : `${share} of ${name}`;
  return {
    count,
    pods,
    are: count === 1 ? 'is' : 'are',
    why,
    message,
    ...(quota === undefined ? {} : { quota: formatRef(refOf(quota)), remedy: describeRemedy(quota, needed) }),
  };
}

function describeRemedy(quota: KubernetesObject, needed: Readonly<Record<string, string>>): string {
  const amounts = Object.entries(needed).map(([name, amount]) => `${name} of at least ${amount}`);
  if (amounts.length === 0) return 'Name the requests and limits that the quota asks for, or let a LimitRange give them';
  return `Ask for less, or give ${formatRef(refOf(quota))} ${amounts.join(' and ')}`;
}

function toFact(refused: RefusedPods, worlds: Worlds, data: Fact['data']): Fact {
  const { workload, quota } = refused;
  const ref = refOf(workload);
  const code = quota === undefined ? 'KQ0002' : 'KQ0001';
  return {
    engine: 'admission',
    code,
    severity: 'error',
    key: `${code} ${toRefKey(ref)}`,
    subject: ref,
    data: { workload: formatRef(ref), ...data },
    objects: [...listPaths(refused).map((path) => ({ ref, path })), ...listOthers(ref, worlds)],
  };
}

/** Where in the workload it says how many pods there are and what each asks for. */
function listPaths({ workload, quota, paths = [] }: RefusedPods): readonly string[] {
  const template = podTemplateOf(workload);
  if (paths.length > 0) return paths.map((path) => toPointer([...(template?.path ?? []), ...path]));
  const spec = toPointer([...(template?.path ?? []), 'spec']);
  const hasReplicas = quota !== undefined && getNumber(workload, 'spec', 'replicas') !== undefined;
  return hasReplicas ? ['/spec/replicas', spec] : [spec];
}

/** Whatever else of the namespace differs, or gives pods of every namespace their class: it may take what the quota allows, or be the rule. */
function listOthers(subject: ObjectRef, { before, after }: Worlds): { ref: ObjectRef }[] {
  const found = new Map<RefKey, ObjectRef>();
  for (const [world, other] of [
    [after, before],
    [before, after],
  ] as const) {
    for (const object of [...world.byNamespace(subject.namespace ?? ''), ...listClasses(world), ...listOwnNamespace(world, subject)]) {
      const [ref, counterpart] = [refOf(object), other.get(refOf(object))];
      const isSame = counterpart === object || (counterpart !== undefined && isEqualJson(toContent(counterpart), toContent(object)));
      if (!isSame && toRefKey(ref) !== toRefKey(subject)) found.set(toRefKey(ref), ref);
    }
  }
  return [...found.values()].map((ref) => ({ ref }));
}

function toContent(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...content } = object;
  return content;
}

/** Its labels may be what lets pods in. */
function listOwnNamespace(world: World, { namespace = '' }: ObjectRef): readonly KubernetesObject[] {
  const object = world.get({ group: '', kind: 'Namespace', name: namespace });
  return object === undefined ? [] : [object];
}

function listClasses(world: World): readonly KubernetesObject[] {
  return [...world.byKind('scheduling.k8s.io', 'PriorityClass'), ...world.byKind('node.k8s.io', 'RuntimeClass')];
}
