import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, suite, test } from 'node:test';
import { readRepository, type LoadOptions, type LoadResult } from '../../../src/loader/index.ts';
import { findProgram } from '../../../src/loader/process.ts';
import { describe, formatPlace, nameOf } from '../../../src/model/index.ts';
import { getAt, stringifyJson, type Path } from '../../../src/std/index.ts';
import { map, summarise, writeFiles, type Files } from '../files.ts';
import { TestRepository } from '../git-source-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-units-'));
after(() => rmSync(base, { recursive: true, force: true }));
let made = 0;
const fresh = (name = 'unit'): string => join(base, `${name}-${made++}`);

/** Loads with only these programs on the search path; the Git adapter is the one that needs none. */
async function load(path: string, programs: readonly string[], more: Partial<LoadOptions> = {}): Promise<LoadResult> {
  const before = process.env['PATH'];
  process.env['PATH'] = programs.join(':');
  try {
    return await readRepository({ path, git: 'js', ...more });
  } finally {
    process.env['PATH'] = before;
  }
}

/** A directory that holds a stand-in for a program: it notes how it was called and prints `output`. */
function makeProgram(name: string, output: string, script = 'exec /bin/cat "$0.out"'): string {
  const directory = fresh('bin');
  writeFiles(directory, {
    [`${name}.out`]: output,
    [name]: `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\n/usr/bin/env > "$0.env"\n${script}\n`,
  });
  chmodSync(join(directory, name), 0o755);
  return directory;
}

const APP: Files = {
  'base/kustomization.yaml': 'resources:\n- deployment.yaml\nconfigMapGenerator:\n- name: other\n- name: settings\n  literals: [a=b]\n',
  'base/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      # kplan: ignore KV0001 known
      - name: web
        image: web:1
`,
  'prod/kustomization.yaml': 'resources: [../base]\nnamePrefix: prod-\npatches:\n- path: patch.yaml\n',
  'prod/patch.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 7\n  template:\n    spec:\n      containers:\n      - {name: side, image: "side:1"}\n',
  'prod/forgotten.yaml': map('forgotten'),
  'plain/a.yaml': map('a'),
};

function place(result: LoadResult, name: string, path: Path): string {
  const manifest = result.manifests.find(({ object }) => nameOf(object).startsWith(name));
  assert.ok(manifest, `${name} is there`);
  return formatPlace(manifest.origin.locate(path));
}

function checkApp(result: LoadResult): void {
  const { objects, findings } = summarise(result);
  assert.deepEqual(
    objects.map((text) => text.replace(/-[a-z0-9]{10} /, ' ')),
    [
      'Deployment prod-web base/deployment.yaml:1',
      'ConfigMap prod-other base/kustomization.yaml:4',
      'ConfigMap prod-settings base/kustomization.yaml:5',
      'ConfigMap a plain/a.yaml:1',
    ],
  );
  assert.deepEqual(findings, ['KL0034 prod/forgotten.yaml:1']);
  assert.deepEqual(
    result.manifests.map(({ unit }) => unit),
    ['prod', 'prod', 'prod', undefined],
  );
  const containers = getAt(result.manifests[0]?.object, 'spec', 'template', 'spec', 'containers');
  assert.equal(stringifyJson(containers ?? null), '[{"image":"side:1","name":"side"},{"image":"web:1","name":"web"}]');
  assert.equal(place(result, 'prod-web', ['spec', 'replicas']), 'prod/patch.yaml:5:3', 'a patched field');
  assert.equal(
    place(result, 'prod-web', ['spec', 'template', 'spec', 'containers', 1, 'image']),
    'base/deployment.yaml:12:9',
    'an item that moved',
  );
  assert.equal(
    place(result, 'prod-web', ['spec', 'template', 'spec', 'containers', 0, 'image']),
    'prod/patch.yaml:9:22',
    'an item that a patch adds',
  );
  assert.equal(place(result, 'prod-web', ['metadata', 'name']), 'base/deployment.yaml:4:3', 'a name with a prefix');
  assert.equal(place(result, 'prod-settings', ['data', 'a']), 'base/kustomization.yaml:6:14', 'an entry of a generator');
  assert.deepEqual(
    result.manifests.map(({ object }) => getAt(object, 'metadata', 'annotations')),
    [undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(result.manifests[0]?.waivers, [{ code: 'KV0001', reason: 'known', comment: 10, line: 11 }]);
  assert.ok(result.files.some(({ path }) => path === 'base/deployment.yaml'));
}

const origin = (root: string, path: string): string => relative(join(tmpdir(), 'x', 'overlay'), join(root, path));

function standIn(root: string): string {
  const text = (kind: string, name: string, at: string, rest: string): string =>
    `kind: ${kind}\nmetadata:\n  name: ${name}\n  annotations:\n    config.kubernetes.io/origin: |\n      ${at}\n${rest}---\n`;
  const generator = `configuredIn: ${origin(root, 'base/kustomization.yaml')}\n      configuredBy: {kind: ConfigMapGenerator}`;
  return (
    `apiVersion: v1\n${text('ConfigMap', 'prod-other-46f8b28mk5', generator, '')}` +
    `apiVersion: v1\n${text('ConfigMap', 'prod-settings-4h2mbtbbt6', generator, 'data: {a: b}\n')}` +
    `apiVersion: apps/v1\n${text('Deployment', 'prod-web', `path: ${origin(root, 'base/deployment.yaml')}`, 'spec:\n  replicas: 7\n  template:\n    spec:\n      containers:\n      - {name: side, image: "side:1"}\n      - {name: web, image: "web:1"}\n')}`
  );
}

const real = ['kubectl', 'kustomize'].flatMap((name) => findProgram(name) ?? []);

suite('a kustomization is built and mapped back to its sources', () => {
  test('by a stand-in for kustomize', async () => {
    const root = writeFiles(fresh(), APP);
    const bin = makeProgram('kustomize', standIn(root));
    checkApp(await load(root, [bin]));
    assert.match(readFileSync(join(bin, 'kustomize.args'), 'utf8'), /^build\n.*\/overlay\n$/);
  });

  test(`by ${real.length === 0 ? 'nothing else: neither kubectl nor kustomize is on the PATH' : real.join(' and ')}`, async (t) => {
    if (real.length === 0) t.diagnostic('only the stand-in was asked: install kubectl or kustomize to compare with');
    const root = new TestRepository(fresh());
    writeFiles(root.directory, APP);
    root.commit();
    for (const program of real) {
      const bin = makeProgram(program.endsWith('kubectl') ? 'kubectl' : 'kustomize', '', `exec ${program} "$@"`);
      checkApp(await load(root.directory, [bin]));
      checkApp(await load(root.directory, [bin], { ref: 'HEAD' }));
      checkApp(await load(join(root.directory), [bin], { ref: 'main' }));
    }
    assert.equal(existsSync(join(root.directory, 'overlay')), false);
  });

  test('a part of the tree may build on what is outside it', async () => {
    const root = new TestRepository(fresh());
    writeFiles(root.directory, APP);
    const bin = makeProgram('kustomize', standIn(root.directory));
    const result = await load(join(root.directory, 'prod'), [bin]);
    assert.deepEqual(
      result.manifests.map((manifest) => manifest.origin.file),
      ['base/deployment.yaml', 'base/kustomization.yaml', 'base/kustomization.yaml'],
    );
  });

  test('the program gets no search path, no home, no way out', async () => {
    const root = writeFiles(fresh(), APP);
    const bin = makeProgram('kustomize', standIn(root));
    await load(root, [bin]);
    const env = readFileSync(join(bin, 'kustomize.env'), 'utf8');
    assert.match(env, /^PATH=$/m);
    assert.match(env, /^HTTPS_PROXY=http:\/\/127\.0\.0\.1:9$/m);
    assert.match(env, /^HOME=.*kplan-render-/m);
    assert.doesNotMatch(env, new RegExp(`^HOME=${process.env['HOME'] ?? '-'}$`, 'm'));
    assert.equal(existsSync(/^HOME=(.*)$/m.exec(env)?.[1] ?? ''), false, 'the scratch directory is gone');
  });
});

const REFUSED: readonly { readonly name: string; readonly files: Files; readonly want: readonly string[] }[] = [
  {
    name: 'a remote base',
    files: { 'kustomization.yaml': 'resources:\n- https://github.com/org/repo//deploy?ref=v1\n' },
    want: ['KL0032 kustomization.yaml:2'],
  },
  {
    name: 'a remote base of a base',
    files: { 'a/kustomization.yaml': 'bases: [../b]\n', 'b/kustomization.yaml': 'resources: [github.com/org/repo]\n' },
    want: ['KL0032 b/kustomization.yaml:1'],
  },
  { name: 'git@', files: { 'kustomization.yaml': 'components:\n- git@example.com:org/repo\n' }, want: ['KL0032 kustomization.yaml:2'] },
  {
    name: 'a place outside the tree',
    files: { 'kustomization.yaml': 'resources: [../../../etc]\n' },
    want: ['KL0041 kustomization.yaml:1'],
  },
  {
    name: 'a link that leads outside',
    files: { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': '-> /etc/hostname' },
    want: ['KL0031 kustomization.yaml:1', 'KL0017 x.yaml:1'],
  },
  {
    name: 'helm within kustomize',
    files: { 'kustomization.yaml': 'resources: []\nhelmCharts:\n- name: x\n' },
    want: ['KL0033 kustomization.yaml:2'],
  },
  {
    name: 'a resource that is not there',
    files: { 'kustomization.yaml': 'resources:\n- a.yaml\n- nope.yaml\n', 'a.yaml': map('a') },
    want: ['KL0031 kustomization.yaml:3'],
  },
  { name: 'a kustomization that is no YAML', files: { 'kustomization.yaml': 'resources: [\n' }, want: ['KL0001 kustomization.yaml:1'] },
];

suite('what is refused before anything is run', () => {
  for (const { name, files, want } of REFUSED) {
    test(name, async () => {
      const bin = makeProgram('kustomize', '');
      const { objects, findings } = summarise(await load(writeFiles(fresh(), files), [bin]));
      assert.deepEqual({ objects, findings }, { objects: [], findings: want });
      assert.equal(existsSync(join(bin, 'kustomize.args')), false, 'the program was not run');
    });
  }
});

test('without a program all kustomizations are one finding, and the rest is read', async () => {
  const root = writeFiles(fresh(), { ...APP, 'test/kustomization.yml': 'resources: [../base]\n' });
  const says = 'neither kustomize nor kubectl is on the PATH, so 2 kustomizations were not built: prod, test';
  for (const more of [{}, { renderers: 'none' as const }]) {
    const result = await load(root, [], more);
    assert.deepEqual(summarise(result), {
      objects: ['ConfigMap a plain/a.yaml:1'],
      findings: ['KL0034 prod/forgotten.yaml:1', 'KL0030 prod/kustomization.yaml:1'],
    });
    assert.ok(result.findings.map(describe).includes(says));
    assert.deepEqual(result.incomplete, [{ file: 'prod/kustomization.yaml', reachesFurther: true }]);
  }
});

test('of many that no program is there to render, the first few are named', async () => {
  const names = Array.from({ length: 40 }, (_item, index) => `u${String(index).padStart(2, '0')}`);
  const kustomizations = names.map((name) => [`${name}/kustomization.yaml`, 'resources: [a.yaml]\n']);
  const charts = names.map((name) => [`charts/${name}/Chart.yaml`, `name: ${name}\n`]);
  const maps = names.map((name) => [`${name}/a.yaml`, map(name)]);
  const root = writeFiles(fresh(), Object.fromEntries([...kustomizations, ...charts, ...maps]));
  assert.deepEqual((await load(root, [])).findings.map(describe), [
    'helm is not on the PATH, so 40 charts were not rendered: charts/u00, charts/u01, charts/u02 and 37 more',
    'neither kustomize nor kubectl is on the PATH, so 40 kustomizations were not built: u00, u01, u02 and 37 more',
  ]);
});

test('a ring of kustomizations has a beginning, and components are none', async () => {
  const root = writeFiles(fresh(), {
    'a/kustomization.yaml': 'resources: [../b]\n',
    'b/kustomization.yaml': 'resources: [../a]\n',
    'c/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n',
  });
  assert.deepEqual(summarise(await load(root, [])).findings, ['KL0030 a/kustomization.yaml:1']);
});

test('another tool’s kustomization.yaml is a manifest', async () => {
  const flux = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n';
  const root = writeFiles(fresh(), { 'kustomization.yaml': flux });
  assert.deepEqual(summarise(await load(root, [])), { objects: ['Kustomization apps kustomization.yaml:1'], findings: [] });
});

const FAILURES: readonly {
  readonly name: string;
  readonly script: string;
  readonly limits?: LoadOptions['limits'];
  readonly want: RegExp;
}[] = [
  {
    name: 'ends with an error',
    script: 'echo "Error: no matches for Id x" >&2; exit 1',
    want: /cannot build this kustomization: no matches for Id x/,
  },
  { name: 'does not end', script: 'while :; do :; done', limits: { renderMilliseconds: 200 }, want: /did not end within 0\.2 s/ },
  {
    name: 'writes without end',
    script: 'while :; do echo xxxxxxxxxxxxxxxx; done',
    limits: { renderBytes: 100_000 },
    want: /more than 100000 bytes/,
  },
];

for (const { name, script, limits, want } of FAILURES) {
  test(`a program that ${name} is a finding`, async () => {
    const root = writeFiles(fresh(), { 'k/kustomization.yaml': 'resources: [a.yaml]\n', 'k/a.yaml': map('a'), 'b.yaml': map('b') });
    const result = await load(root, [makeProgram('kubectl', '', script)], limits === undefined ? {} : { limits });
    assert.deepEqual(summarise(result), { objects: ['ConfigMap b b.yaml:1'], findings: ['KL0031 k/kustomization.yaml:1'] });
    const [finding] = result.findings;
    assert.ok(finding);
    assert.match(describe(finding), want);
    assert.doesNotMatch(describe(finding), /kplan-render/);
  });
}

const CHART: Files = {
  'shop/Chart.yaml': 'apiVersion: v2\nname: store\nversion: 1.0.0\n',
  'shop/values.yaml': 'replicas: 2\n',
  'shop/templates/all.yaml': `{{- if .Values.config }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
`,
  'shop/crds/crd.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: xs.example.com\n',
  'shop/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
  'plain.yaml': map('plain'),
};
const HELM_OUTPUT = `---
# Source: store/crds/crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: xs.example.com
---
# Source: store/templates/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2
`;

const helm = findProgram('helm');

suite('a chart is rendered and mapped back to its templates', () => {
  const check = (result: LoadResult): void => {
    assert.deepEqual(summarise(result), {
      objects: [
        'ConfigMap plain plain.yaml:1',
        'CustomResourceDefinition xs.example.com shop/crds/crd.yaml:1',
        'Deployment shop shop/templates/all.yaml:8',
      ],
      findings: [],
    });
    assert.equal(place(result, 'shop', ['spec', 'replicas']), 'shop/templates/all.yaml:13:3');
    assert.equal(place(result, 'shop', ['metadata', 'name']), 'shop/templates/all.yaml:11:3');
    assert.equal(place(result, 'xs.', ['metadata', 'name']), 'shop/crds/crd.yaml:4:3');
    assert.equal(result.manifests[2]?.unit, 'shop');
  };

  test('by a stand-in for helm', async () => {
    const root = new TestRepository(fresh());
    writeFiles(root.directory, CHART);
    root.commit();
    const bin = makeProgram('helm', HELM_OUTPUT);
    check(await load(root.directory, [bin]));
    check(await load(root.directory, [bin], { ref: 'main' }));
    assert.match(
      readFileSync(join(bin, 'helm.args'), 'utf8'),
      /^template\nshop\n.*\/shop\n--namespace\ndefault\n--include-crds\n--skip-tests\n$/,
    );
  });

  test(`by ${helm ?? 'nothing else: helm is not on the PATH'}`, async (t) => {
    const root = writeFiles(fresh(), CHART);
    if (helm === undefined) t.diagnostic('only the stand-in was asked: install helm to compare with');
    const bin = makeProgram('helm', HELM_OUTPUT, helm === undefined ? undefined : `exec ${helm} "$@"`);
    check(await load(root, [bin]));
  });
});

test('a kind that a chart makes up is no pattern', async () => {
  const output = '---\n# Source: shop/templates/all.yaml\napiVersion: v1\nkind: "(("\nmetadata: {name: odd}\n';
  const root = writeFiles(fresh(), { 'shop/Chart.yaml': 'name: shop\n', 'shop/templates/all.yaml': 'a: b\n---\nkind: "(("\n' });
  assert.deepEqual(summarise(await load(root, [makeProgram('helm', output)])).objects, ['(( odd shop/templates/all.yaml:3']);
});

test('without helm charts are one finding; libraries have nothing to render', async () => {
  const root = writeFiles(fresh(), { ...CHART, 'lib/Chart.yaml': 'name: lib\ntype: library\n' });
  assert.deepEqual(summarise(await load(root, [])), { objects: ['ConfigMap plain plain.yaml:1'], findings: ['KL0035 shop/Chart.yaml:1'] });
});

test('a chart whose dependencies are not there is not rendered', async () => {
  const root = writeFiles(fresh(), {
    'c/Chart.yaml': 'name: c\ndependencies:\n- name: redis\n  repository: https://example.com\n- name: sub\n- name: packed\n',
    'c/charts/sub/Chart.yaml': 'name: sub\n',
  });
  writeFileSync(join(root, 'c/charts/packed-1.0.0.tgz'), '');
  const result = await load(root, [makeProgram('helm', '')]);
  assert.deepEqual(summarise(result).findings, ['KL0037 c/Chart.yaml:2']);
  assert.deepEqual(result.findings[0]?.data['names'], ['redis']);
});

test('a chart with a link out of the tree is not rendered', async () => {
  const root = writeFiles(fresh(), { 'c/Chart.yaml': 'name: c\n', 'c/secret.txt': '-> /etc/hostname' });
  assert.deepEqual(summarise(await load(root, [makeProgram('helm', '')])).findings, ['KL0036 c/Chart.yaml:1']);
});

test('a template that fails is said at its line', async () => {
  const root = writeFiles(fresh(), { 'c/Chart.yaml': 'name: c\n', 'c/templates/bad.yaml': 'a: 1\n{{ fail }}\n' });
  const script = `echo 'Error: execution error at (c/templates/bad.yaml:2:3): no' >&2; exit 1`;
  assert.deepEqual(summarise(await load(root, [makeProgram('helm', '', script)])).findings, ['KL0036 c/templates/bad.yaml:2']);
});
