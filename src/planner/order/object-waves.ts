import type { KubernetesObject } from '../../model/index.ts';
import { orderWaves } from './waves.ts';

/** Objects in the order in which they are applied, hooks of one occasion in that in which they are run: those of one list side by side. */
export function orderObjects(objects: readonly KubernetesObject[]): readonly (readonly KubernetesObject[])[] {
  const items = objects.map((object) => ({ object, locate: () => undefined }));
  return orderWaves(items, () => true).waves.map((wave) => wave.items.flatMap((index) => objects[index] ?? []));
}
