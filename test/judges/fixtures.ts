import { existsSync, readFileSync } from 'node:fs';
import { getArray, getString, isObject, parseJson, type JsonValue } from '../../src/std/index.ts';

const FOLDER = new URL('../../fixtures/judges/', import.meta.url);

/** A case that once found a difference, and is asked again in each run. */
export interface CaseFixture {
  readonly name: string;
  readonly input: JsonValue;
}

/** The kept cases of a subject: `fixtures/judges/<subject>.json`. */
export function listFixtures(subject: string): readonly CaseFixture[] {
  const file = new URL(`${subject}.json`, FOLDER);
  if (!existsSync(file)) return [];
  return getArray(parseJson(readFileSync(file, 'utf8'))).map((entry) => {
    const name = getString(entry, 'name');
    const input = isObject(entry) ? entry['case'] : undefined;
    if (name === undefined || input === undefined) throw new Error(`${subject}.json: an entry has no name or no case`);
    return { name, input };
  });
}

/** A difference that is known and meant, with why. */
interface Deviation {
  readonly subject: string;
  readonly name: string;
  readonly pattern: RegExp;
  /** The last minor version of which it is known; of all where there is none. */
  readonly until: string | undefined;
}

let deviations: readonly Deviation[] | undefined;

/** The name of the known deviation that a difference is an instance of: `fixtures/judges/deviations.json`. */
export function deviationOf(subject: string, signature: string, version: string): string | undefined {
  deviations ??= readDeviations();
  const isOf = ({ until }: Deviation): boolean => until === undefined || minorOf(version) <= minorOf(until);
  return deviations.find((item) => item.subject === subject && isOf(item) && item.pattern.test(signature))?.name;
}

function readDeviations(): readonly Deviation[] {
  const entries = getArray(parseJson(readFileSync(new URL('deviations.json', FOLDER), 'utf8')));
  return entries.map((entry) => {
    const [subject, name, signature, reason] = ['subject', 'name', 'signature', 'reason'].map((field) => getString(entry, field) ?? '');
    if (!subject || !name || !signature || !reason)
      throw new Error('deviations.json: each has a subject, a name, a signature and a reason');
    return { subject, name, pattern: new RegExp(signature, 's'), until: getString(entry, 'until') };
  });
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
