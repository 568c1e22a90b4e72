import { stepsOf, type KubernetesObject, type Plan } from '../../model/index.ts';
import { orderWaves } from './waves.ts';

/**
 * For objects that a plan leaves as they are: the index of the first of its waves that comes after each of them, as if they
 * were applied with it; the number of waves where none does. Deletions come after everything.
 */
export function findGates(plan: Plan, objects: readonly KubernetesObject[]): readonly number[] {
  const steps = stepsOf(plan).flatMap(({ desired, wave }) => (desired === undefined ? [] : [{ desired, wave }]));
  const items = [...steps.map(({ desired }) => desired), ...objects].map((object) => ({ object, locate: () => undefined }));
  const places = new Map<number, number>();
  for (const [place, wave] of orderWaves(items, () => true).waves.entries()) for (const item of wave.items) places.set(item, place);
  return objects.map((_, index) => {
    const own = places.get(steps.length + index) ?? 0;
    const earlier = steps.filter((__, step) => (places.get(step) ?? 0) <= own);
    return 1 + Math.max(-1, ...earlier.map(({ wave }) => wave));
  });
}
