/** Whether a path is that of a unit, or below it. */
function isBelow(path: string, folder: string): boolean {
  return folder === '.' || folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/**
 * Whether a unit may have changed where these files have: one of its folder, or one that it was read from elsewhere (a base).
 * Where it is not known which files have changed, or what the unit was read from, it may.
 */
export function isAffected(folder: string, readFrom: ReadonlySet<string> | undefined, changed: readonly string[] | undefined): boolean {
  if (changed === undefined || readFrom === undefined) return true;
  return changed.some((path) => isBelow(path, folder) || readFrom.has(path));
}
