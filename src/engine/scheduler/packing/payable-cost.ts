/** Costs beyond this are not looked at: there the rounding gains nothing that matters. */
const MOST = 2_000_000;

/** The least cost from `least` on that some number of nodes of each cost adds up to: no packing costs anything between. */
export function roundToPayable(least: number, costs: readonly number[]): number {
  if (least <= 0 || least > MOST || costs.some((cost) => !(cost > 0))) return least;
  const most = least + Math.min(...costs);
  const payable = new Uint8Array(most + 1);
  payable[0] = 1;
  for (let sum = 1; sum <= most; sum++) {
    if (!costs.some((cost) => cost <= sum && payable[sum - cost] === 1)) continue;
    if (sum >= least) return sum;
    payable[sum] = 1;
  }
  return least;
}
