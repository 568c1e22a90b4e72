/** Whose fields an apply takes over where it conflicts with them: everybody's, nobody's, or those of the field managers that are named. */
export type TakeOver = boolean | ReadonlySet<string>;

/** Whether the fields of a field manager are taken over. */
export function mayTakeOver(from: TakeOver, manager: string): boolean {
  return typeof from === 'boolean' ? from : from.has(manager);
}
