/** The seed of random tests: KPLAN_SEED repeats a run. */
export const SEED: number = Number(process.env['KPLAN_SEED'] ?? Date.now() % 1_000_000);

/** A small generator of random numbers in [0, 1) (mulberry32). */
export function toRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
