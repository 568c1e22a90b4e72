// Which of the API server's validation functions the judges of validation go through: `node scripts/judges/coverage.mjs [--write]`.
// KPLAN_SEED and KPLAN_JUDGE_COUNT as in run.mjs. Prints a line for each package; --write brings docs/validation-coverage.md up to date.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

const ROOT = join(import.meta.dirname, '../..');
const MODULE = join(ROOT, 'test/judges/oracle');
const SUBJECTS = ['native', 'update', 'warnings', 'definition'];
/** Functions with fewer statements left than this are counted, not named. */
const NAMED_FROM = 3;

/** Why functions are not gone through, by package and name; the first that fits. */
const REASONS = [
  [/^(authentication|authorization)\./, 'reviews, which are asked and never stored'],
  [/^(apiserverinternal|storagemigration|core\/v1)\.|Event|PodCertificateRequest|LeaseCandidate/, 'no kind that a repository holds'],
  [
    /Status|Conditions?$|StateTransition|validate(Host|Pod)IPs|FailedIndexes|parseIndexInterval|NodeConfig/,
    'the status, which is written by its own subresource',
  ],
  [
    /PodResize|ContainerResize$|EphemeralContainersUpdate|LevelResourcesResize|PodLogOptions|PodBinding|ValidateScale$|Approval/,
    'requests of other subresources',
  ],
];

const seed = Number(process.env.KPLAN_SEED ?? 1);
const count = Number(process.env.KPLAN_JUDGE_COUNT ?? 20_000);
register();
const { askOracle } = await import('../../test/judges/subjects.ts');
const program = execFileSync('bash', [join(import.meta.dirname, 'build.sh'), 'covered'], { encoding: 'utf8' }).trim();
const folder = mkdtempSync(join(tmpdir(), 'kplan-coverage-'));
try {
  process.env.GOCOVERDIR = join(folder, 'counters');
  mkdirSync(process.env.GOCOVERDIR);
  const options = { version: '1.36', seed, count, log: (line) => console.error(line.slice(0, 200)), signal: new AbortController().signal };
  await askOracle(() => program, SUBJECTS, options);
  await waitForCounters(process.env.GOCOVERDIR);
  const functions = readFunctions(folder);
  const packages = groupBy(functions);
  const rows = [...packages].map(([group, list]) => toRow(group, list)).toSorted();
  const table = ['| package | statements | reached | share |', '|---|---|---|---|', ...rows].join('\n');
  console.log(table);
  if (process.argv.includes('--write')) writeFileSync(join(ROOT, 'docs/validation-coverage.md'), toPage(table, functions));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The oracle writes them as it ends, a moment after its last answer. */
async function waitForCounters(counters) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (readdirSync(counters).some((name) => name.startsWith('covcounters'))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the oracle wrote no counters');
}

function covdata(...args) {
  return execFileSync('go', ['tool', 'covdata', ...args, `-i=${process.env.GOCOVERDIR}`], {
    cwd: MODULE,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

/** Each function with its statements, and how many of them were gone through. */
function readFunctions(scratch) {
  const byFile = new Map();
  for (const line of covdata('func').split('\n')) {
    const [, file, start, name] = /^(\S+\.go):(\d+):\s+(\S+)\s/.exec(line) ?? [];
    if (file === undefined || file.startsWith('judges/')) continue;
    const list = byFile.get(file) ?? [];
    list.push({ group: toGroup(file), name, start: Number(start), statements: 0, reached: 0 });
    byFile.set(file, list);
  }
  for (const list of byFile.values()) list.sort((a, b) => a.start - b.start);
  const profile = join(scratch, 'profile');
  covdata('textfmt', `-o=${profile}`);
  const text = execFileSync('cat', [profile], { encoding: 'utf8', maxBuffer: 1 << 28 });
  for (const line of text.split('\n')) {
    const [, file, start, statements, times] = /^(\S+\.go):(\d+)\.\d+,\S+ (\d+) (\d+)$/.exec(line) ?? [];
    const owner = byFile.get(file)?.findLast((item) => item.start <= Number(start));
    if (owner === undefined) continue;
    owner.statements += Number(statements);
    owner.reached += Number(times) > 0 ? Number(statements) : 0;
  }
  return [...byFile.values()].flat().filter(({ statements }) => statements > 0);
}

/** `core`, `core/v1`, `apiextensions`, `meta/v1`, `api`, `util`: the group whose rules a file of a package holds. */
function toGroup(file) {
  return file
    .replace(/^.*?\/pkg\/(apis\/)?/, '')
    .replace(/(^|\/)apiextensions\/validation.*/, 'apiextensions')
    .replace(/\/validation\/.*$/, '');
}

function groupBy(functions) {
  const groups = new Map();
  for (const item of functions) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  return groups;
}

function toRow(group, list) {
  const sum = (key) => list.reduce((total, item) => total + item[key], 0);
  return `| ${group} | ${sum('statements')} | ${sum('reached')} | ${((100 * sum('reached')) / sum('statements')).toFixed(1)}% |`;
}

function reasonOf({ group, name }) {
  return REASONS.find(([pattern]) => pattern.test(`${group}.${name}`))?.[1] ?? 'not asked yet';
}

function toPage(table, functions) {
  const left = functions.filter(({ statements, reached }) => statements - reached >= NAMED_FROM);
  const reasons = [...new Set([...REASONS.map(([, reason]) => reason), 'not asked yet'])];
  const parts = reasons.flatMap((reason) => {
    const named = left.filter((item) => reasonOf(item) === reason);
    if (named.length === 0) return [];
    const lines = named
      .map(({ group, name, statements, reached }) => ({
        left: statements - reached,
        text: `- ${group} \`${name}\`: ${statements - reached} of ${statements}`,
      }))
      .toSorted((a, b) => b.left - a.left || (a.text < b.text ? -1 : 1));
    return [`## ${reason[0].toUpperCase()}${reason.slice(1)}`, '', ...lines.map(({ text }) => text), ''];
  });
  const few = functions.reduce((sum, { statements, reached }) => sum + (statements - reached < NAMED_FROM ? statements - reached : 0), 0);
  return `# What of the API server's validation the judges go through

Written by \`KPLAN_SEED=${seed} KPLAN_JUDGE_COUNT=${count} node scripts/judges/coverage.mjs --write\`: the oracle of 1.36.3, built so that Go counts which
statements of the validation packages run, is asked by the judges ${SUBJECTS.join(', ')}. What no question reaches, no comparison has judged.

${table}

Below, each function of which ${NAMED_FROM} statements or more were not reached, and how many of how many; ${few} more statements are left in the others.

${parts.join('\n').trimEnd()}
`;
}
