// The import table: who may import whom, with the reason of each law. `node scripts/architecture.mjs` writes it into
// .oxlintrc.json, where the linter enforces it; `--check` fails if the two differ.
import { readFileSync, writeFileSync } from 'node:fs';

const ENGINES = ['admission', 'controllers', 'network', 'rbac', 'rollout', 'scheduler'];
const FOLDERS = [
  'std',
  'model',
  'cel',
  'loader',
  'validate',
  'engine',
  'planner',
  'cluster',
  'sim',
  'reconcile',
  'daemon',
  'report',
  'github',
  'gitlab',
  'cli',
];

const MAY_IMPORT = {
  std: [[], 'std knows no Kubernetes and nothing of ours: it must be usable by every other folder'],
  model: [['std'], 'the vocabulary depends on nothing but std, so that every folder can share it'],
  cel: [['model', 'std'], 'CEL is evaluated over the model alone; whoever has a world hands it in'],
  loader: [['model', 'std'], 'loading gives manifests; it must not know what is done with them'],
  cluster: [['model', 'std'], 'a cluster adapter speaks objects; planning and applying are built on it, never inside it'],
  report: [['model', 'std'], 'reports are pure functions of a result: what they show must be in the value they are given'],
  validate: [['cel', 'model', 'std'], 'validation judges manifests by schemas and rules; it must not need a plan or a cluster'],
  engine: [['cel', 'model', 'std'], 'engines are pure functions of a world'],
  planner: [['engine', 'cel', 'model', 'std'], 'planning is pure: worlds come in, a plan goes out'],
  sim: [
    ['cluster', 'validate', 'planner', 'engine', 'cel', 'model', 'std'],
    'the embedded cluster behaves like an API server; it knows nothing of repositories or reports',
  ],
  reconcile: [['cluster', 'planner', 'cel', 'model', 'std'], 'applying needs the plan and the cluster, never the manifests it came from'],
  github: [['report', 'model', 'std'], 'GitHub is one more receiver of a result'],
  gitlab: [['std'], 'GitLab is one more receiver of a text'],
  daemon: [
    ['loader', 'validate', 'planner', 'cluster', 'reconcile', 'report', 'github', 'model', 'std'],
    'the daemon composes the doors; engines are reached through the planner',
  ],
  cli: [FOLDERS.filter((folder) => folder !== 'cli'), 'the command line composes every door'],
};

const PURE = ['src/engine', 'src/planner', 'src/report', 'src/model', 'src/std', 'src/cel', 'src/validate'];
const PURE_EXCEPT = ['src/std/hash.ts', 'src/model/schema/read-pack.ts'];

function forbid(regex, message) {
  return { regex, message };
}

/** Patterns for a file `depth` folders below src: how others are reached, and which of them must not be. */
function patternsOf(folder) {
  const [allowed, reason] = MAY_IMPORT[folder];
  const forbidden = FOLDERS.filter((other) => other !== folder && !allowed.includes(other));
  const up = folder === 'engine' ? String.raw`^(\.\./){1,3}` : String.raw`^(\.\./)+`;
  const patterns =
    forbidden.length > 0
      ? [forbid(`${up}(${forbidden.join('|')})/`, `src/${folder} may import ${allowed.join(', ') || 'nothing of ours'}: ${reason}.`)]
      : [];
  for (const other of allowed)
    patterns.push(forbid(`${up}${other}/${doorless(other)}`, `enter src/${other} by its door index.ts: what is behind it may change.`));
  return patterns;
}

// Rooms within these have doors of their own: model/schema, engine/scheduler, ...
const WITH_ROOMS = ['model', 'engine'];

// The linter's regular expressions have no lookahead: this is any file but `index.ts`.
const NOT_INDEX = String.raw`([^i/][^/]*|i|i[^n/][^/]*|in[^d/][^/]*|ind[^e/][^/]*|inde[^x/][^/]*|index[^./][^/]*|index\.[^t/][^/]*)$`;

function doorless(folder) {
  const deep = WITH_ROOMS.includes(folder) ? `[^/]+/(${NOT_INDEX}|[^/]+/)` : '[^/]+/';
  return `(${NOT_INDEX}|${deep})`;
}

function overrides() {
  const list = FOLDERS.map((folder) => ({
    files: [`src/${folder}/**`],
    rules: { 'no-restricted-imports': ['error', { patterns: [...patternsOf(folder), ...pure(folder)] }] },
  }));
  for (const engine of ENGINES) {
    const others = ENGINES.filter((other) => other !== engine);
    list.push({
      files: [`src/engine/${engine}/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              ...patternsOf('engine'),
              ...pure('engine'),
              forbid(
                String.raw`^(\.\./)+(${others.join('|')})/`,
                'engines never import each other: what two need sinks to model, what one asks another is handed in as a function by engine/index.ts.',
              ),
            ],
          },
        ],
      },
    });
  }
  for (const file of PURE_EXCEPT)
    list.push({ files: [file], rules: { 'no-restricted-imports': ['error', { patterns: patternsOf(file.split('/')[1]) }] } });
  return list;
}

function pure(folder) {
  if (!PURE.includes(`src/${folder}`)) return [];
  return [forbid('^node:', `src/${folder} is pure: the world outside (files, network, time, process) is handed in as arguments.`)];
}

const config = {
  $schema: './node_modules/oxlint/configuration_schema.json',
  plugins: ['typescript', 'import', 'unicorn', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  env: { node: true, es2023: true },
  ignorePatterns: ['dist', 'node_modules', '.build', 'fixtures'],
  rules: {
    eqeqeq: 'error',
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'off',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'unicorn/no-array-sort': 'error',
    'unicorn/no-array-reverse': 'error',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'typescript/no-unnecessary-type-conversion': 'off',
    'unicorn/prefer-set-has': 'off',
    'require-yield': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/require-module-specifiers': 'off',
    'no-control-regex': 'off',
    'consistent-return': 'off',
    'typescript/consistent-return': 'off',
    'no-unsafe-type-assertion': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'time is an argument (std Clock).' },
      { object: 'Math', property: 'random', message: 'randomness is an argument.' },
      { property: 'localeCompare', message: 'order by code unit: std compareStrings.' },
    ],
  },
  overrides: [
    ...overrides(),
    { files: ['test/**', 'scripts/**', 'src/cli/**'], rules: { 'no-console': 'off', 'no-restricted-properties': 'off' } },
    { files: ['test/**'], rules: { 'typescript/no-floating-promises': 'off' } },
  ],
};

const path = new URL('../.oxlintrc.json', import.meta.url);
const text = `${JSON.stringify(config, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== text) {
    console.error('.oxlintrc.json is not what scripts/architecture.mjs says: run `node scripts/architecture.mjs`');
    process.exit(1);
  }
} else writeFileSync(path, text);
