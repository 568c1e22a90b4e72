import { toFinding, type Finding } from '../../model/index.ts';
import { beginningOf } from '../tree/disk-fault.ts';

const NAMED = 3;

/** A kustomization or a chart: its directory, and the file that makes it one. */
export interface Place {
  readonly directory: string;
  readonly file: string;
}

/** The one finding for all kustomizations that no program is there to build, at the first of them; none for none. */
export function toNotBuilt(places: readonly Place[]): readonly Finding[] {
  return toMissingProgram('KL0030', 'kustomization', places);
}

/** The one finding for all charts that no program is there to render, at the first of them; none for none. */
export function toNotRendered(places: readonly Place[]): readonly Finding[] {
  return toMissingProgram('KL0035', 'chart', places);
}

function toMissingProgram(code: 'KL0030' | 'KL0035', noun: string, places: readonly Place[]): readonly Finding[] {
  const [first] = places;
  if (first === undefined) return [];
  const directories = places.map(({ directory }) => directory || '.');
  const named = directories.slice(0, NAMED).join(', ');
  const more = directories.length > NAMED ? ` and ${directories.length - NAMED} more` : '';
  const what = places.length === 1 ? `this ${noun} was` : `${places.length} ${noun}s were`;
  const list = places.length === 1 ? '' : `: ${named}${more}`;
  return [toFinding(code, { source: beginningOf(first.file), data: { what, list, directory: directories[0] ?? '.' } })];
}
