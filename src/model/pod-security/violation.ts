import { getObject, type JsonObject, type Path } from '../../std/index.ts';
import { containersOf, type ContainerEntry } from '../workload.ts';

/** What a check looks at: the parts of a pod or a pod template. */
export interface PodParts {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}

/** Why a check forbids a pod, in the server's words, and the fields that are to blame, from the template's root. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
  readonly paths: readonly Path[];
}

/** One check in the wording of some version; undefined where it has nothing against the pod. */
export type CheckPod = (pod: PodParts) => Violation | undefined;

/** A container with its path from the template's root. */
export type Container = Omit<ContainerEntry, 'type'>;

/** All containers of a pod: init containers first, ephemeral ones last. */
export function listContainers({ spec }: PodParts): readonly Container[] {
  return containersOf(spec).map(({ name, container, path }) => ({ name, container, path: ['spec', ...path] }));
}

/** The security context of the pod with its path. */
export function podContextOf({ spec }: PodParts): { readonly context: JsonObject | undefined; readonly path: Path } {
  return { context: getObject(spec, 'securityContext'), path: ['spec', 'securityContext'] };
}

/** Texts in quotes, joined by commas. */
export function quoteAll(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}

/** The word for one, or for any other number. */
export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

/** `container "a"`, `containers "a", "b"`. */
export function nameContainers(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoteAll(names)}`;
}

/** `pod and containers "a", "b"`, whichever of them there is. */
export function nameSetters(isPod: boolean, names: readonly string[]): string {
  return [...(isPod ? ['pod'] : []), ...(names.length === 0 ? [] : [nameContainers(names)])].join(' and ');
}

/** The fields of containers that a test picks out: their containers' names, the fields' paths and their values. */
export interface Picked<T> {
  readonly names: readonly string[];
  readonly paths: readonly Path[];
  readonly values: readonly T[];
}

/** What `pick` finds in each container, by the path within the container. */
export function pickOfContainers<T>(
  containers: readonly Container[],
  pick: (container: JsonObject) => readonly { readonly path: Path; readonly value: T }[],
): Picked<T> {
  const found = containers.map((entry) => ({ entry, fields: pick(entry.container) })).filter(({ fields }) => fields.length > 0);
  return {
    names: found.map(({ entry }) => entry.name),
    paths: found.flatMap(({ entry, fields }) => fields.map(({ path }) => [...entry.path, ...path])),
    values: found.flatMap(({ fields }) => fields.map(({ value }) => value)),
  };
}
