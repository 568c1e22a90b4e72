/** The default of an exhaustive switch: a compile error if a member is missing, an exception if the types lied. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
