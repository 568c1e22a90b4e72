import { sha256 } from '../../std/index.ts';

/** A suffix as the API server's name generator makes, but of the given seed: five of the safe characters. */
export function toSuffix(seed: string): string {
  const safe = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = sha256(seed);
  let suffix = '';
  for (let i = 0; i < 10; i += 2) suffix += safe[Number.parseInt(digest.slice(i, i + 2), 16) % safe.length] ?? '';
  return suffix;
}

/** So many names `<stem>-xxxxx` that are not taken, different at another time. */
export function listFreeNames(stem: string, count: number, taken: ReadonlySet<string>, now: number): readonly string[] {
  const names: string[] = [];
  for (let i = 0; names.length < count; i++) {
    const name = `${stem}-${toSuffix(`${stem} ${now} ${i}`)}`;
    if (!taken.has(name) && !names.includes(name)) names.push(name);
  }
  return names;
}
