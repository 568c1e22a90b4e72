import type { KubernetesObject } from '../../../model/index.ts';
import type { Binding } from '../binding.ts';
import type { ActingMode } from './acting.ts';
import type { Footing } from './graph.ts';
import type { Place } from './place.ts';
import type { Need, Powers } from './powers.ts';
import type { Right } from './right.ts';
import type { StepKind } from './step.ts';
import type { Surroundings } from './surroundings.ts';

/** An actor in one scope: what it may do there, and where its steps are written down. */
export interface Site {
  readonly powers: Powers;
  /** A namespace, or `*`. */
  readonly scope: string;
  /** The namespaces in the scope. */
  readonly namespaces: readonly string[];
  readonly around: Surroundings;
  /** Writes a step down; none where a need is not met, or where the actor takes it in another scope already. */
  give(step: StepKind, to: Place, needs: readonly (Need | undefined)[], footing?: readonly Footing[]): void;
  /** Whether binding a role leads on from here: not where the actor has given itself something on the way. */
  readonly isFirst: boolean;
  /** Writes down that the actor binds a role to itself in the scope; nothing where that does not lead on. */
  bind(step: 'bind' | 'binding-edit', role: Binding['role'], needs: readonly (Need | undefined)[], footing?: readonly Footing[]): void;
  /** Writes down what is got by acting for others (keys of subjects) in the requests that `impersonate-on` names. */
  act(mode: ActingMode, targets: readonly string[], needs: readonly (Need | undefined)[]): void;
  /** What the actor may ask for in a namespace while it impersonates in a mode. */
  on(mode: ActingMode, namespace: string): Powers;
  /** Writes down what is got from a Pod of a name. */
  enter(step: StepKind, pod: KubernetesObject, needs: readonly (Need | undefined)[]): void;
}

/** A way to make an object, as the needs that it has: with POST, or with a server-side apply where it is granted by name. */
export function listWaysToCreate(powers: Powers, resource: string): readonly (readonly Need[])[] {
  const create = [`create ${resource}`];
  if (!powers.hasSome(create)) return [];
  const patch = [`patch ${resource}`];
  const byName = powers.listNames(create).map((name) => [powers.find(create, [name]), powers.find(patch, [name])]);
  return [[powers.find(create)], ...byName].flatMap((needs) => {
    const met = needs.filter((need) => need !== undefined);
    return met.length === needs.length ? [met] : [];
  });
}

/** The rights to some verbs on a resource: `toRights('patch update', '/pods')`. */
export function toRights(verbs: string, ...resources: readonly string[]): readonly Right[] {
  return resources.flatMap((resource) => verbs.split(' ').map((verb) => `${verb} ${resource}`));
}
