// Folders are entered by their door, `index.ts`, which names what others may use of them. A bundler loads all that a door leads to
// wherever one name of it is used: a program that starts in a tenth of a second would load every engine to learn what a service
// account is called. In bundles each name is therefore imported from the file that defines it.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const IMPORT = /\b(import|export)\s*\{([^}]*)\}\s*from\s*'(\.[^']*\/index\.ts)';/g;
const PASSED_ON = /\bexport\s*\{([^}]*)\}\s*from\s*'(\.[^']*)';/g;

/** The source of a module with what it imports by doors imported from where it is defined. Lines stay where they are. */
export function passDoors(source, path) {
  return source.replace(IMPORT, (whole, verb, names, door) => {
    const from = dirname(path);
    const statements = namesIn(names).map(({ name, alias }) => {
      const { file, name: own } = findDefinition(join(from, door), name);
      const target = relative(from, file);
      return `${verb} { ${own} as ${alias} } from '${target.startsWith('.') ? target : `./${target}`}';`;
    });
    return statements.join(' ') + '\n'.repeat(whole.split('\n').length - 1);
  });
}

/** The file that a door has a name from, through further doors if need be: the door itself for what it defines. */
function findDefinition(door, name) {
  const passed = doorOf(door).get(name);
  if (passed === undefined) return { file: door, name };
  return passed.file.endsWith('/index.ts') ? findDefinition(passed.file, passed.name) : passed;
}

const doors = new Map();

function doorOf(path) {
  const known = doors.get(path);
  if (known !== undefined) return known;
  const names = new Map();
  for (const [, list, file] of readFileSync(path, 'utf8').matchAll(PASSED_ON)) {
    for (const { name, alias } of namesIn(list)) names.set(alias, { file: join(dirname(path), file), name });
  }
  doors.set(path, names);
  return names;
}

/** `a, b as c, type D` as names with those they go by; types are not there when a program runs. */
function namesIn(list) {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && !item.startsWith('type '))
    .map((item) => {
      const [name, alias = name] = item.split(/\s+as\s+/);
      return { name, alias };
    });
}
