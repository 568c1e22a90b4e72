import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseDocuments } from '../../src/loader/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../../src/std/index.ts';
import { decodeConfig } from '../../src/cli/decode-config.ts';
import { validateConfig } from '../../src/cli/stages/config-schema.ts';
import { git, run, temporaryFolder } from './program.ts';

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';
const kustomization = (...resources: readonly string[]): string => `resources: ${JSON.stringify(resources)}\n`;

function repository(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(context);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git(folder, 'init', '-q', '-b', 'main');
  return folder;
}

function parse(text: string): JsonValue {
  const { documents, findings } = parseDocuments(text, 'a.yaml');
  // GitHub's `on` is true to Kubernetes.
  assert.deepEqual(
    findings.filter(({ code, path }) => code !== 'KL0010' || path !== '/true'),
    [],
  );
  return documents[0]?.value ?? assert.fail('no document');
}

const fluxKustomization = (name: string, path: string): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: ${name}, namespace: flux-system }\nspec: { path: ${path}, sourceRef: { kind: GitRepository, name: flux-system } }\n`;
const application = (name: string, source: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name}, namespace: argocd }\nspec: { ${source} }\n`;

const FLUX = {
  'apps/base/web/a.yaml': CONFIG_MAP,
  'apps/base/web/kustomization.yaml': kustomization('a.yaml'),
  'apps/production/kustomization.yaml': kustomization('../base/web/'),
  'apps/staging/kustomization.yaml': kustomization('../base/web'),
  'clusters/production/apps.yaml': fluxKustomization('apps', './apps/production'),
  'clusters/production/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/production'),
  'clusters/production/flux-system/kustomization.yaml': kustomization('gotk-sync.yaml'),
  'clusters/staging/apps.yaml': fluxKustomization('apps', './apps/staging'),
  'clusters/staging/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/staging'),
  'clusters/staging/flux-system/kustomization.yaml': kustomization('gotk-sync.yaml'),
};

const ARGO = {
  'apps/db.yaml': application('db', 'sources: [{ path: services/db }, { chart: db, repoURL: "https://charts.example" }]'),
  'apps/gone.yaml': application('gone', 'source: { path: elsewhere }'),
  'apps/web.yaml': application('web', 'source: { path: /services/web/ }'),
  'charts/cache/Chart.yaml': 'name: cache\nversion: 1.0.0\n',
  'extra/a/a.yaml': CONFIG_MAP,
  'extra/b/a.yaml': CONFIG_MAP,
  'root.yaml': application('root', 'source: { path: apps }'),
  'services/db/a.yaml': CONFIG_MAP,
  'services/notes.yaml': CONFIG_MAP,
  'services/web/a.yaml': CONFIG_MAP,
};

const applicationSet = (path: string, ...generators: readonly string[]): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: { name: all, namespace: argocd }\nspec:\n  generators:\n${generators
    .map((generator) => `  - ${generator}\n`)
    .join('')}  template: { spec: { source: { path: ${JSON.stringify(path)} } } }\n`;
const SERVICES = {
  'services/api/a.yaml': CONFIG_MAP,
  'services/old/a.yaml': CONFIG_MAP,
  'services/web/prod/a.yaml': CONFIG_MAP,
};
const FOLDERS = 'git: { repoURL: r, directories: [{ path: services/* }, { path: services/old, exclude: true }] }';

const OVERLAYS = {
  'base/kustomization.yaml': kustomization('a.yaml'),
  'base/a.yaml': CONFIG_MAP,
  'overlays/prod/kustomization.yaml': kustomization('../../base'),
  'overlays/staging/kustomization.yaml': kustomization('../../base'),
};

const SHARED = {
  'components/a/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n',
  'overlays/prod/kustomization.yaml': 'resources: [a.yaml]\n',
  'overlays/prod/a.yaml': CONFIG_MAP,
};

describe('kplan init', () => {
  const cases: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly planned: readonly string[] }[] =
    [
      {
        name: 'a plain folder',
        files: { 'deploy/x/a.yaml': CONFIG_MAP, 'deploy/y/b.yaml': CONFIG_MAP, 'README.md': '' },
        planned: ['deploy'],
      },
      { name: 'manifests at the root', files: { 'a.yaml': CONFIG_MAP, 'x/kustomization.yaml': kustomization() }, planned: ['.'] },
      { name: 'overlays, each by itself and without their base', files: OVERLAYS, planned: ['overlays/prod', 'overlays/staging'] },
      {
        name: 'a chart, without those within it',
        files: {
          'charts/web/Chart.yaml': 'name: web\nversion: 1.0.0\n',
          'charts/web/charts/db/Chart.yaml': 'name: db\nversion: 1.0.0\n',
          'crds/a.yaml': CONFIG_MAP,
        },
        planned: ['charts/web', 'crds'],
      },
      { name: 'overlays without the components that they share', files: SHARED, planned: ['overlays/prod'] },
      {
        name: 'what Flux applies, clusters and environments apart',
        files: FLUX,
        planned: ['apps/production', 'apps/staging', 'clusters/production', 'clusters/staging'],
      },
      {
        name: 'what Argo CD applies, and the rest beside it',
        files: ARGO,
        planned: ['apps', 'charts/cache', 'extra', 'root.yaml', 'services/db', 'services/notes.yaml', 'services/web'],
      },
      {
        name: 'folders in a folder that is kept as well, apart',
        files: {
          'all.yaml': application('all', 'source: { path: . }'),
          'prod/a.yaml': CONFIG_MAP,
          'prod.yaml': application('prod', 'source: { path: prod }'),
          'staging/a.yaml': CONFIG_MAP,
        },
        planned: ['all.yaml', 'prod', 'prod.yaml', 'staging'],
      },
      {
        name: 'the folders that an ApplicationSet generates from, without those that it excludes',
        files: { ...SERVICES, 'argo/set.yaml': applicationSet('{{path}}', FOLDERS) },
        planned: ['argo', 'services/api', 'services/old', 'services/web'],
      },
      {
        name: 'the folders of a list, in Go templates',
        files: {
          ...SERVICES,
          'argo/set.yaml': applicationSet(
            'services/{{ .app.name }}',
            'list: { elements: [{ app: { name: api } }, { app: { name: none } }] }',
          ),
        },
        planned: ['argo', 'services/api', 'services/old', 'services/web'],
      },
      {
        name: 'folders and a list by each other',
        files: {
          ...SERVICES,
          'argo/set.yaml': applicationSet(
            '{{ .path.path }}/{{.stage}}',
            `matrix: { generators: [{ ${FOLDERS} }, { list: { elements: [{ stage: prod }, { stage: test }] } }] }`,
          ),
        },
        planned: ['argo', 'services/api', 'services/old', 'services/web/prod'],
      },
      {
        name: 'folders that files name, and those of any cluster',
        files: {
          ...SERVICES,
          'argo/set.yaml': applicationSet(
            '{{ index .path.segments 0 }}/{{ .name }}/{{ .cluster }}',
            'git: { repoURL: r, files: [{ path: "services/**/config.json" }] }',
          ),
          'services/api/deep/config.json': '{ "name": "web" }',
          'argo/unknown.yaml': applicationSet('{{ .path.path }}', 'clusters: {}'),
        },
        planned: ['argo', 'services/api', 'services/old', 'services/web/prod'],
      },
      { name: 'nothing', files: { 'README.md': '' }, planned: ['.'] },
    ];
  for (const { name, files, planned } of cases) {
    it(`plans ${name}`, async (context) => {
      const folder = repository(context, files);
      const { code, stderr } = await run('kplan', folder, ['init']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(validateConfig(parse(readFileSync(join(folder, 'kplan.yaml'), 'utf8'))), []);
      const workflow = parse(readFileSync(join(folder, '.github/workflows/kplan.yaml'), 'utf8'));
      const job = getObject(workflow, 'jobs', 'plan');
      const step = getArray(job, 'steps').find((item) => getString(item, 'run')?.startsWith('kplan plan') === true);
      const paths = getArray(job, 'strategy', 'matrix', 'path');
      assert.deepEqual(paths.length === 0 ? [getString(step, 'run')?.split(' ')[2]] : paths, planned);
    });
  }

  it('leaves alone what is there, and says so; --overwrite does not', async (context) => {
    const folder = repository(context, { 'a.yaml': CONFIG_MAP, 'kplan.yaml': 'apiVersion: kplan.dev/v1\nkind: Config\n' });
    const { stdout } = await run('kplan', folder, ['init']);
    assert.match(stdout, /kplan\.yaml is there: left as it is/);
    assert.equal(readFileSync(join(folder, 'kplan.yaml'), 'utf8'), 'apiVersion: kplan.dev/v1\nkind: Config\n');
    assert.match((await run('kplan', folder, ['init', '--overwrite'])).stdout, /kplan\.yaml written anew/);
    assert.match(readFileSync(join(folder, 'kplan.yaml'), 'utf8'), /failOn: error/);
  });

  it('writes for the CI system that is there, and prints with --dry-run what it would write', async (context) => {
    const folder = repository(context, { ...OVERLAYS, '.gitlab-ci.yml': 'stages: [test]\n' });
    const { stdout } = await run('kplan', folder, ['init', '--dry-run']);
    assert.match(stdout, /^# kplan\.yaml\n[^]*\n# \.gitlab\/kplan\.gitlab-ci\.yml\n/);
    assert.ok(!existsSync(join(folder, 'kplan.yaml')) && !existsSync(join(folder, '.gitlab')));
    await run('kplan', folder, ['init']);
    const pipeline = parse(readFileSync(join(folder, '.gitlab/kplan.gitlab-ci.yml'), 'utf8'));
    assert.deepEqual(getArray(pipeline, 'kplan', 'parallel', 'matrix', 0, 'KPLAN_PATH'), ['overlays/prod', 'overlays/staging']);
  });

  it('takes the action from where it is released', async (context) => {
    const { stdout } = await run('kplan', repository(context, { 'a.yaml': CONFIG_MAP }), [
      'init',
      '--dry-run',
      '--action',
      'acme/kplan@v1',
    ]);
    assert.match(stdout, /- uses: acme\/kplan@v1\n/);
    assert.ok(!stdout.includes('npm install'));
  });

  it('writes a configuration whose comments are one that is taken too', async (context) => {
    const { stdout } = await run('kplan', repository(context, { 'a.yaml': CONFIG_MAP }), ['init', '--dry-run', '--ci', 'none']);
    const live = stdout.replaceAll(/^# ((?: +|[a-z][A-Za-z]+:).*)$/gm, '$1').replace(/^contextObjects:.*$/m, '');
    const value = parse(live);
    assert.deepEqual(validateConfig(value), []);
    const { deny, ignore } = decodeConfig(value, (path) => ({ path, place: '', isBound: true }));
    assert.deepEqual([deny.length, ignore.length], [1, 1]);
  });

  const stages: readonly { readonly listed: string; readonly stage: string | undefined }[] = [
    { listed: 'stages: [build, test, deploy]', stage: 'test' },
    { listed: 'stages: [build, "static: lint", deploy]', stage: 'static: lint' },
    { listed: 'stages: [build, deploy]', stage: 'build' },
    { listed: 'spec: {}\n---\nstages: [verify]', stage: 'verify' },
    { listed: 'include: []', stage: undefined },
  ];
  for (const { listed, stage } of stages)
    it(`puts the job into a stage of ${JSON.stringify(listed)}`, async (context) => {
      const folder = repository(context, { 'a.yaml': CONFIG_MAP, '.gitlab-ci.yml': `${listed}\n` });
      await run('kplan', folder, ['init']);
      const pipeline = parse(readFileSync(join(folder, '.gitlab/kplan.gitlab-ci.yml'), 'utf8'));
      assert.equal(getString(getObject(pipeline, 'kplan'), 'stage'), stage);
    });

  const uploads: readonly { readonly files: Readonly<Record<string, string>>; readonly words: readonly string[]; readonly says: RegExp }[] =
    [
      {
        files: { 'a.yaml': CONFIG_MAP },
        words: [],
        says: /--out change\.kplan\n[^]*hashFiles\('change\.kplan'\)[^]*name: 'kplan', path: 'change\.kplan' }/,
      },
      { files: OVERLAYS, words: [], says: /name: 'kplan-\$\{\{ strategy\.job-index }}', path: 'change\.kplan' }/ },
      {
        files: { 'a.yaml': CONFIG_MAP },
        words: ['--action', 'acme/kplan@v1'],
        says: /- uses: acme\/kplan@v1\n {8}id: plan\n[^]*steps\.plan\.outputs\.plan-path != ''\n.*path: '\$\{\{ steps\.plan\.outputs\.plan-path }}' }/,
      },
    ];
  for (const { files, words, says } of uploads)
    it(`uploads the plan of ${Object.keys(files).length} files${words.join(' ')}`, async (context) => {
      const folder = repository(context, files);
      await run('kplan', folder, ['init', ...words]);
      const workflow = readFileSync(join(folder, '.github/workflows/kplan.yaml'), 'utf8');
      assert.match(workflow, says);
      const last = getArray(parse(workflow), 'jobs', 'plan', 'steps').at(-1);
      assert.equal(getString(last, 'uses'), 'actions/upload-artifact@v4');
    });

  it('says what Flux and Argo CD apply, and proposes the units that kapply finds', async (context) => {
    const { stdout } = await run('kplan', repository(context, { ...FLUX, ...ARGO }), ['init', '--ci', 'none']);
    assert.match(stdout, /^Found 6 paths of Flux and Argo CD \(apps\/production, /);
    const config = await run('kplan', repository(context, FLUX), ['init', '--dry-run', '--ci', 'none']);
    assert.match(config.stdout, /\n# units: \{ find: \[flux, kustomizations\] \}\n/);
  });

  it('says what comes next with the branch that is there', async (context) => {
    const folder = repository(context, { 'a.yaml': CONFIG_MAP });
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/master');
    assert.match((await run('kplan', folder, ['init'])).stdout, /\n`kplan \. --base merge-base:master` says what a branch changes\.\n$/);
    rmSync(join(folder, '.git'), { recursive: true });
    assert.match((await run('kplan', folder, ['init'])).stdout, /\n`kplan validate \.` says what is wrong there\.\n$/);
  });

  it('says of a repository without manifests what they are', async (context) => {
    const { stdout } = await run('kplan', repository(context, { 'README.md': '' }), ['init']);
    assert.match(
      stdout,
      /^Found no manifests\.\n[^]*\nThere is nothing to plan yet\. kplan reads \.yaml.*\nkustomizations.* `kplan \. --base merge-base:main`/,
    );
  });

  it('has nothing to look at in a pipe', async (context) => {
    assert.equal((await run('kplan', temporaryFolder(context), ['init', '-'], {}, CONFIG_MAP)).code, 3);
  });
});
