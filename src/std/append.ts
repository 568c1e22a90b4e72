/** Adds items to the end of a list: any number, where arguments of `push` are bounded by the stack. */
export function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
