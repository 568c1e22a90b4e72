// Writes src/engine/controllers/template-hash/layout.ts: how Go lays out a pod template in each release, as the programs of test/judges say.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releases } from './releases.mjs';

const root = join(import.meta.dirname, '../..');
const minors = Object.keys(releases).toSorted();
const newest = minors.at(-1);
const layouts = new Map(minors.map((minor) => [minor, ask(minor === newest ? [] : [releases[minor]])]));

function ask(release) {
  const program = execFileSync('bash', [join(root, 'scripts/judges/build.sh'), 'oracle', ...release], { encoding: 'utf8' }).trim();
  return JSON.parse(execFileSync(program, { input: '{"subject":"layout","input":{}}\n', encoding: 'utf8' })).answer;
}

/** The fields of a struct in the order of all releases that have it, each with those that have the field. */
function merge(struct) {
  const merged = [];
  const known = minors.filter((minor) => layouts.get(minor).structs[struct] !== undefined);
  for (const minor of known.toReversed()) {
    let at = 0;
    for (const field of layouts.get(minor).structs[struct]) {
      const key = write(field);
      const place = merged.findIndex((item) => item.key === key);
      if (place >= 0 && place < at) throw new Error(`${struct}: ${field.name} stands elsewhere in ${minor}`);
      if (place >= 0) merged[place].minors.unshift(minor);
      else merged.splice(at, 0, { key, minors: [minor] });
      at = (place >= 0 ? place : at) + 1;
    }
  }
  return merged.map(({ key, minors: having }) => (having.length === known.length ? key : `${key}@${having.join(',')}`));
}

function write({ name, json, type }) {
  const usual = name.slice(0, 1).toLowerCase() + name.slice(1);
  return `${name}${json === usual ? '' : `=${json}`}:${type}`;
}

const all = (part) => [...new Set(minors.flatMap((minor) => Object.keys(layouts.get(minor)[part])))].toSorted((a, b) => (a < b ? -1 : 1));
const named = all('named').map(
  (name) => `${name} ${minors.map((minor) => layouts.get(minor).named[name]).findLast((type) => type !== undefined)}`,
);
const structs = all('structs').map((name) => [name, ...merge(name)].join(' '));
writeFileSync(
  join(root, 'src/engine/controllers/template-hash/layout.ts'),
  `// Written by scripts/schemas/record-template-layout.mjs.

/** The releases that are known, the newest last. */
export const MINORS: readonly string[] = [${minors.map((minor) => `'${minor}'`).join(', ')}];

/** A struct a line: its name and its fields, each \`Name=json:Type@releases\`; without \`=json\` where that is as usual, without releases where all that have the struct have it. */
export const STRUCTS = \`
${structs.join('\n')}
\`;

/** Other types with a name, and what they are. */
export const NAMED = \`
${named.join('\n')}
\`;
`,
);
