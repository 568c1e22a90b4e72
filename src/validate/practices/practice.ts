import { containersOf, gvkOf, type FindingData, type KubernetesObject, type PodTemplate, type World } from '../../model/index.ts';
import type { JsonObject, JsonValue, Path } from '../../std/index.ts';
import { namespaceOrNone } from '../rules/lookup.ts';
import { listWorkloads } from '../rules/workloads.ts';

/** What a group of practices is for; `kplan.yaml` turns on whole groups. */
export type Profile = (typeof PROFILES)[number];

/** Every profile; `strict` has what only few repositories want. */
export const PROFILES = ['conventions', 'reliability', 'resources', 'security', 'strict'] as const;

/** One change of a field; without a value the field goes. */
export interface Edit {
  readonly path: Path;
  readonly value?: JsonValue;
}

/** Where an object does not follow a practice. */
export interface Lapse {
  readonly path: Path;
  readonly data?: FindingData;
  /** What mends it; only where nothing that works now can stop working because of it. */
  readonly fix?: readonly Edit[];
}

/** A lapse of one object of a world. */
export interface ObjectLapse extends Lapse {
  readonly object: KubernetesObject;
}

/** A practice that no server asks for: off unless the configuration turns it on. */
export interface Practice {
  readonly code: string;
  readonly profile: Profile;
  /** Every lapse, in the order of the objects; linear in the size of the world. */
  find(world: World): readonly ObjectLapse[];
}

/** A pod template of a workload that no controller made, with paths from the object. */
export interface PodSubject {
  readonly object: KubernetesObject;
  readonly template: PodTemplate;
  /** The path to the pod spec. */
  readonly path: Path;
  readonly spec: JsonObject;
  readonly world: World;
}

/** A container of such a template. */
export interface ContainerSubject extends PodSubject {
  readonly name: string;
  readonly type: 'init' | 'container' | 'ephemeral';
  readonly container: JsonObject;
}

/** A practice of pods: what `check` finds, with paths from the pod spec. */
export function practiceOfPods(code: string, profile: Profile, check: (pod: PodSubject) => readonly Lapse[]): Practice {
  return { code, profile, find: (world) => listPods(world).flatMap((pod) => within(check(pod), pod.object, pod.path)) };
}

/** A practice of containers: what `check` finds, with paths from the container. */
export function practiceOfContainers(code: string, profile: Profile, check: (container: ContainerSubject) => readonly Lapse[]): Practice {
  const find = (world: World): readonly ObjectLapse[] =>
    listPods(world).flatMap((pod) =>
      containersOf(pod.spec).flatMap(({ path, ...entry }) =>
        within(named(check({ ...pod, ...entry }), entry.name), pod.object, [...pod.path, ...path]),
      ),
    );
  return { code, profile, find };
}

/** A practice of the objects of some kinds, each written `GROUP/KIND`. */
export function practiceOfKinds(
  code: string,
  profile: Profile,
  kinds: readonly string[],
  check: (object: KubernetesObject, world: World) => readonly Lapse[],
): Practice {
  const find = (world: World): readonly ObjectLapse[] =>
    kinds.flatMap((name) => {
      const [group = '', kind = ''] = name.split('/');
      return world.byKind(group, kind).flatMap((object) => within(check(object, world), object, []));
    });
  return { code, profile, find };
}

/** The field as one lapse where it is not as it should be. */
export function lapseIf(isLapse: boolean, ...path: Path): readonly Lapse[] {
  return isLapse ? [{ path }] : [];
}

function named(lapses: readonly Lapse[], container: string): readonly Lapse[] {
  return lapses.map((lapse) => ({ ...lapse, data: { container, ...lapse.data } }));
}

function within(lapses: readonly Lapse[], object: KubernetesObject, base: Path): readonly ObjectLapse[] {
  return lapses.map(({ path, fix, ...rest }) => ({
    ...rest,
    object,
    path: [...base, ...path],
    ...(fix === undefined ? {} : { fix: fix.map((edit) => ({ ...edit, path: [...base, ...edit.path] })) }),
  }));
}

function listPods(world: World): readonly PodSubject[] {
  return world.derive(findPods);
}

function findPods(world: World): readonly PodSubject[] {
  return listWorkloads(world).flatMap(({ object, template, controlled }) =>
    controlled ? [] : [{ object, template, path: [...template.path, 'spec'], spec: template.spec, world }],
  );
}

/** The workload's kind as `GROUP/KIND`. */
export function kindOf(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}

/** The namespace of an object; empty where it has none. */
export const namespaceOfSubject: (object: KubernetesObject) => string = namespaceOrNone;
