import type { Finding } from '../model/index.ts';
import { compareBy } from '../std/index.ts';
import { isKustomizationName } from './render/kustomization.ts';

/** A place of a source of which it is not known which objects it asks for. */
export interface IncompletePlace {
  /** Relative to the repository's root. */
  readonly file: string;
  /** True if what is missing may stand in other files too: behind a limit, a link, a directory, a kustomization or a chart. */
  readonly reachesFurther: boolean;
}

/** Codes of what hides objects of one file. */
const OF_FILE = new Set([
  'KL0001',
  'KL0003',
  'KL0004',
  'KL0005',
  'KL0006',
  'KL0007',
  'KL0011',
  'KL0012',
  'KL0013',
  'KL0021',
  'KL0022',
  'KL0023',
  'KL0024',
  'KL0025',
  'KL0026',
  'KL0027',
]);

/** Codes of what hides objects of any number of files. */
const OF_MANY = new Set([
  'KL0014',
  'KL0015',
  'KL0016',
  'KL0017',
  'KL0018',
  'KL0019',
  'KL0030',
  'KL0031',
  'KL0032',
  'KL0033',
  'KL0035',
  'KL0036',
  'KL0037',
  'KL0039',
  'KL0041',
  'KL0042',
]);

/** Whether a finding says that objects may stand at its place that are not known, not even by name. */
export function hidesObjects({ code, ref }: Finding): boolean {
  if (code === 'KL0022') return ref === undefined;
  return OF_FILE.has(code) || OF_MANY.has(code);
}

/**
 * The places of a source that could not be wholly understood, by file: whoever compares the source with something else
 * must not take an object for gone because of them. Waiving or allowing a finding does not make its place understood.
 * A template counts, even one that never was a manifest: nothing tells it from a manifest that has just become one. Who
 * keeps templates beside manifests names them in .kplanignore, once.
 */
export function listIncomplete(findings: readonly Finding[]): readonly IncompletePlace[] {
  const places = new Map<string, boolean>();
  for (const finding of findings) {
    if (!hidesObjects(finding)) continue;
    const file = finding.source?.file ?? '';
    places.set(file, places.get(file) === true || OF_MANY.has(finding.code) || isKustomizationName(file));
  }
  return [...places].map(([file, reachesFurther]) => ({ file, reachesFurther })).toSorted(compareBy(({ file }) => file));
}
