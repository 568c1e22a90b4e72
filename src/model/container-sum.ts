import { getArray, getString, type JsonObject, type JsonValue } from '../std/index.ts';

/** Amounts of containers, and how they come together. */
export interface ContainerSum<T> {
  /** The amounts of one container. */
  readonly of: (container: JsonValue) => T;
  readonly none: T;
  readonly add: (a: T, b: T) => T;
  /** The higher of the two, by itself for each thing that there is an amount of. */
  readonly most: (a: T, b: T) => T;
}

/**
 * What the containers of a pod spec need: all that run side by side, sidecars too, or the greediest step of initialisation beside the
 * sidecars that run by then (`resource.AggregateContainerRequests`).
 */
export function sumContainers<T>(spec: JsonObject, { of, none, add, most }: ContainerSum<T>): T {
  let total = none;
  let sidecars = none;
  let peak = none;
  for (const container of getArray(spec, 'containers')) total = add(total, of(container));
  for (const container of getArray(spec, 'initContainers')) {
    const amounts = of(container);
    if (getString(container, 'restartPolicy') === 'Always') {
      total = add(total, amounts);
      sidecars = add(sidecars, amounts);
      peak = most(peak, sidecars);
    } else peak = most(peak, add(amounts, sidecars));
  }
  return most(total, peak);
}
