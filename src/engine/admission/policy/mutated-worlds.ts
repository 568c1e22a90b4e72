import { refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { listBound } from './bound.ts';
import { mutateWrite } from './mutation-facts.ts';
import type { PolicySetting } from './write.ts';

/** The two sides of a change. */
export interface Sides {
  readonly before: World;
  readonly after: World;
}

/** What mutating policies make of the sides of a change; the same for the same sides. */
export type ShowMutated = (before: World, after: World) => Sides;

/** How the sides are shown. */
export interface MutatedSetting extends PolicySetting {
  /** Whether the world before is of a cluster: then it holds what policies have made of objects already. */
  readonly isStored: boolean;
}

/**
 * Shows the sides of a change as a cluster stores them: with what the MutatingAdmissionPolicies of each side make of the objects that
 * the change writes. What is refused, or depends on what is not known, stays as it was asked for. Pods of controllers are not made yet.
 */
export function createMutatedView(setting: MutatedSetting): ShowMutated {
  const known = new WeakMap<World, WeakMap<World, Sides>>();
  return (before, after) => {
    if (![before, after].some((world) => listBound(world, 'MutatingAdmissionPolicy').length > 0)) return { before, after };
    const ofAfter = known.get(after) ?? new WeakMap<World, Sides>();
    const sides = ofAfter.get(before) ?? mutateSides(before, after, setting);
    known.set(after, ofAfter.set(before, sides));
    return sides;
  };
}

function mutateSides(before: World, after: World, setting: MutatedSetting): Sides {
  const changed = after.objects().flatMap((object) => {
    const was = before.get(refOf(object));
    return was === object ? [] : [{ object, was }];
  });
  const written = changed.flatMap(({ object, was }) => mutateOne(object, was, after, setting));
  const earlier = setting.isStored
    ? []
    : changed.flatMap(({ was }) => (was === undefined ? [] : mutateOne(was, undefined, before, setting)));
  return { before: before.with(earlier), after: after.with(written) };
}

/** The object as it is stored; nothing where that is as it was asked for. */
function mutateOne(
  asked: KubernetesObject,
  was: KubernetesObject | undefined,
  world: World,
  setting: PolicySetting,
): readonly KubernetesObject[] {
  const { object, facts } = mutateWrite({ object: asked }, was, world, setting);
  return object === undefined || facts.length === 0 ? [] : [object];
}
