import type { Place } from '../place.ts';

const LARGEST_MODE = 0o777;

/** `validatePathNoBacksteps`. */
export function checkNoBacksteps(place: Place): boolean {
  if (!place.text.split('/').includes('..')) return true;
  place.invalid("must not contain '..'");
  return false;
}

/** `validateLocalDescendingPath`. */
export function checkDescending(place: Place): void {
  if (place.text.startsWith('/')) place.invalid('must be a relative path');
  checkNoBacksteps(place);
}

/** `ValidateLocalNonReservedPath`. */
export function checkLocalPath(place: Place): void {
  checkDescending(place);
  if (place.text.startsWith('..') && !place.text.startsWith('../')) place.invalid("must not start with '..'");
}

/** The permissions of a file. */
export function checkMode(place: Place): void {
  place.between(0, LARGEST_MODE, 'must be a number between 0 and 0777 (octal), both inclusive');
}

/** `validateKeyToPath`. */
export function checkKeyToPath(place: Place): void {
  place.at('key').wanted();
  place.at('path').wanted();
  checkLocalPath(place.at('path'));
  checkMode(place.at('mode'));
}
