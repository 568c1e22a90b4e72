/**
 * Dual-feasible functions: each maps the share `size / capacity` that a thing takes of a node to a worth of 0 to 1, such
 * that things which fit together are never worth more than 1 together. Sizes and capacities are whole numbers.
 */
export type DualFeasible = (size: number, capacity: number) => number;

/** Functions whose parameter is the same for every capacity. */
export const FIXED_FUNCTIONS: readonly DualFeasible[] = [toShare, ...Array.from({ length: 16 }, (_, i) => toRounded(i + 1))];

/** The share itself: all that a node has is what its pods may sum up to (L1). */
function toShare(size: number, capacity: number): number {
  return size / capacity;
}

/** `u^(k)` of Fekete and Schepers: shares are rounded to multiples of 1/k, halves of a step being worth their share. */
function toRounded(k: number): DualFeasible {
  return (size, capacity) => {
    const steps = (k + 1) * size;
    return steps % capacity === 0 ? size / capacity : Math.floor(steps / capacity) / k;
  };
}

/** `f0` behind Martello and Toth's L2: what leaves less than `least` beside it has a node of its own, what is smaller is nothing. */
export function toDropping(least: number): DualFeasible {
  return (size, capacity) => {
    if (size > capacity - least) return 1;
    return size < least ? 0 : size / capacity;
  };
}

/** Carlier, Clautiaux and Moukrim's function: counts how many things of size `step` fit, beside and instead. */
export function toCounting(step: number): DualFeasible {
  return (size, capacity) => {
    const whole = Math.floor(capacity / step);
    if (2 * size > capacity) return (whole - Math.floor((capacity - size) / step)) / whole;
    return 2 * size === capacity ? 0.5 : Math.floor(size / step) / whole;
  };
}
