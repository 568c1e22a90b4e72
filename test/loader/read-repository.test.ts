import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readRepository, type LoadOptions } from '../../src/loader/index.ts';
import { formatRef, KplanError } from '../../src/model/index.ts';
import { getString } from '../../src/std/index.ts';
import { map, summarise, writeFiles, type Files } from './files.ts';
import { TestRepository } from './git-source-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-load-'));
after(() => rmSync(base, { recursive: true, force: true }));
let made = 0;

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly path?: string;
  readonly objects: readonly string[];
  readonly findings?: readonly string[];
  /** Where disk and revision must differ. */
  readonly only?: 'disk';
}

const CASES: readonly Case[] = [
  {
    name: 'files of manifests, in the order of their paths',
    files: {
      'b.yaml': map('b'),
      'a/x.yml': `${map('x')}---\n${map('w')}`,
      'a.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}',
      'n.txt': 'no',
    },
    objects: ['ConfigMap j a.json:1', 'ConfigMap x a/x.yml:1', 'ConfigMap w a/x.yml:6', 'ConfigMap b b.yaml:1'],
  },
  {
    name: 'a part of the tree, with places relative to the root',
    files: { 'a/x.yaml': map('x'), 'b/y.yaml': map('w'), '.kplanignore': 'a/z.yaml\n', 'a/z.yaml': map('z') },
    path: 'a',
    objects: ['ConfigMap x a/x.yaml:1'],
  },
  { name: 'one file', files: { 'a/x.yaml': map('x'), 'a/y.yaml': map('w') }, path: 'a/y.yaml', objects: ['ConfigMap w a/y.yaml:1'] },
  {
    name: 'lists, nested and typed, with the lines of their items',
    files: {
      'l.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - ${map('x').trim().replaceAll('\n', '\n    ')}\n- ${map('w').trim().replaceAll('\n', '\n  ')}\n- 5\n- {data: {}}\n`,
    },
    objects: ['ConfigMap x l.yaml:7', 'ConfigMap w l.yaml:11'],
    findings: ['KL0027 l.yaml:15', 'KL0025 l.yaml:16'],
  },
  {
    name: 'items of a typed list that do not say what they are',
    files: {
      'l.yaml':
        'apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: x}\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n- {kind: ConfigMap, metadata: {name: z}}\n- {}\n',
      'm.yaml': 'apiVersion: v1\nkind: List\nitems:\n- metadata: {name: x}\n',
      'n.json': '{"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"d"}}]}',
    },
    objects: ['ConfigMap x l.yaml:4', 'Secret s l.yaml:5', 'Deployment d n.json:1'],
    findings: ['KL0025 l.yaml:6', 'KL0026 l.yaml:7', 'KL0025 m.yaml:4'],
  },
  {
    name: 'what is not a Kubernetes object is said once a file',
    files: {
      'c.yaml': 'a: 1\n---\n- b\n---\nkind: pipeline\n',
      'k.yaml': 'apiVersion: v1\nkind: Config\nclusters: []\n',
      '.github/workflows/w.yaml': 'on: push\n',
    },
    objects: [],
    findings: ['KL0040 .:1', 'KL0020 c.yaml:1', 'KL0020 k.yaml:1'],
  },
  {
    name: 'objects that lack what makes them one',
    files: {
      'a.yaml':
        'apiVersion: v1\nmetadata: {name: x}\n---\nkind: Pod\nmetadata: {name: x}\n---\napiVersion: v1\nkind: Pod\nmetadata: {}\n---\napiVersion: v1\nkind: Pod\n',
    },
    objects: [],
    findings: ['KL0025 a.yaml:1', 'KL0025 a.yaml:4', 'KL0026 a.yaml:9', 'KL0026 a.yaml:11'],
  },
  {
    name: 'a generated name is a name',
    files: { 'a.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: x-}\n' },
    objects: ['Job  a.yaml:1'],
  },
  {
    name: 'templates',
    files: {
      'a.yaml': map('{{ .Values.x }}'),
      'b.yaml': '{{- if .x }}\nkind: A\n{{- end }}\n',
      'c.yaml': map('x-{{ .n }}'),
      'ok.yaml': map('alerts', 'data: {a: "{{ $labels.x }}"}\n'),
    },
    objects: ['ConfigMap alerts ok.yaml:1'],
    findings: ['KL0021 a.yaml:4', 'KL0021 b.yaml:1', 'KL0021 c.yaml:4'],
  },
  {
    name: 'a document whose name is still a template leaves the others of its file',
    files: { 'a.yaml': `${map('a')}---\n${map('c-{{ x }}')}---\n${map('b')}---\n${map('d', '  namespace: "{{ y }}"\n')}` },
    objects: ['ConfigMap a a.yaml:1', 'ConfigMap b a.yaml:11'],
    findings: ['KL0021 a.yaml:9'],
  },
  {
    name: 'a list without an apiVersion or a kind is meant as one',
    files: {
      'a.yaml': 'kind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c1}\n---\napiVersion: v1\nitems: []\n',
      'b.yaml': 'kind: pipeline\nitems: [a]\n',
    },
    objects: [],
    findings: ['KL0025 a.yaml:1', 'KL0025 a.yaml:7', 'KL0020 b.yaml:1'],
  },
  {
    name: 'a fault in a file that has braces elsewhere is a fault',
    files: { 'a.yaml': `${map('x', 'data:\n  a: "{{ x }}"\n')}---\n${map('w', 'data:\n  ok: 1\n  b: [1\n')}` },
    objects: ['ConfigMap x a.yaml:1'],
    findings: ['KL0001 a.yaml:14'],
  },
  {
    name: 'encrypted files and pointers',
    files: {
      'sops.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "ENC[AES256_GCM,data:x]"}\nsops: {mac: "ENC[x]", version: 3.8.1}\n',
      'crypt.yaml': Buffer.from('\0GITCRYPT\0\x01\x02\xff', 'latin1'),
      'lfs.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
    },
    objects: [],
    findings: ['KL0023 crypt.yaml:1', 'KL0024 lfs.yaml:1', 'KL0022 sops.yaml:5'],
  },
  {
    name: 'bytes that are not text',
    files: {
      'bad.yaml': Buffer.from('a: 1\nb: "é\xff"\n', 'latin1'),
      'nul.yaml': 'a: 1\nb: \0\n',
      'ok.yaml': map('ok'),
      'utf16.yaml': Buffer.from(`\uFEFF${map('wide')}`, 'utf16le'),
    },
    objects: ['ConfigMap ok ok.yaml:1', 'ConfigMap wide utf16.yaml:1'],
    findings: ['KL0011 bad.yaml:2', 'KL0012 nul.yaml:2'],
  },
  {
    name: 'links within the tree are read once; those out of it and broken ones are said',
    files: {
      'apps/a.yaml': map('a'),
      'apps/same.yaml': '-> a.yaml',
      'apps/shared': '-> ../shared',
      'apps/again': '-> ../shared',
      'shared/s.yaml': map('s'),
      'apps/up': '-> ..',
      'apps/out.yaml': '-> /etc/hostname',
      'apps/far': '-> ../../..',
      'apps/LATEST': '-> nowhere',
      'apps/none.yaml': '-> nowhere.yaml',
      'apps/ring.yaml': '-> ring.yaml',
      'apps/notes.txt': '-> nowhere.txt',
    },
    path: 'apps',
    objects: ['ConfigMap a apps/a.yaml:1', 'ConfigMap s apps/again/s.yaml:1'],
    findings: [
      'KL0039 apps/LATEST:1',
      'KL0039 apps/far:1',
      'KL0018 apps/none.yaml:1',
      'KL0017 apps/out.yaml:1',
      'KL0018 apps/ring.yaml:1',
      'KL0039 apps/up:1',
    ],
  },
  {
    name: '.kplanignore, nested, with exceptions',
    files: {
      '.kplanignore': 'vendor/\n*.gen.yaml\n',
      'a.gen.yaml': 'x: [',
      'b/.kplanignore': '!keep.gen.yaml\n/c.yaml\n',
      'b/keep.gen.yaml': map('keep'),
      'b/c.yaml': 'x: [',
      'b/d/c.yaml': map('c'),
      'vendor/x.yaml': 'x: [',
      'node_modules/y.yaml': 'x: [',
    },
    objects: ['ConfigMap c b/d/c.yaml:1', 'ConfigMap keep b/keep.gen.yaml:1'],
  },
  {
    name: '.kplanignore with rules that would take for ever, or that are no rules',
    files: {
      '.kplanignore': `${'*a'.repeat(40)}b\n# ${'*'.repeat(5)}\nb.yaml\n[z-a]\n[\n\\\n!\n/\n**/*/**/*/**\n`,
      [`${'a'.repeat(200)}.yaml`]: map('a'),
      'b.yaml': map('b'),
      'd/.kplanignore': `x${'y'.repeat(70_000)}\n*.c.*.yaml\n`,
      'd/c.c.c.yaml': map('c'),
      'd/d.yaml': map('d'),
    },
    objects: [`ConfigMap a ${'a'.repeat(200)}.yaml:1`, 'ConfigMap d d/d.yaml:1'],
    findings: ['KL0038 .kplanignore:1', 'KL0038 .kplanignore:9', 'KL0038 d/.kplanignore:1'],
  },
  { name: 'nothing at all', files: { 'README.md': 'x' }, objects: [], findings: ['KL0040 .:1'] },
  {
    name: 'a file of any name, if it is what was asked for',
    files: { 'x.txt': map('x') },
    path: 'x.txt',
    objects: ['ConfigMap x x.txt:1'],
  },
  {
    name: 'a directory that is asked for and excluded',
    files: { '.kplanignore': 'a/\n', 'a/x.yaml': map('x') },
    path: 'a',
    objects: [],
    findings: ['KL0040 a:1'],
  },
  { name: 'a list without items', files: { 'x.yaml': 'apiVersion: v1\nkind: List\nitems: []\n' }, objects: [] },
  { name: 'an empty file', files: { 'x.yaml': '' }, path: 'x.yaml', objects: [], findings: ['KL0040 x.yaml:1'] },
];

const options = (path: string, more: Partial<LoadOptions> = {}): LoadOptions => ({ path, git: 'auto', ...more });

suite('a directory, and the same as a revision by either adapter', () => {
  for (const { name, files, path = '', objects, findings = [] } of CASES) {
    test(name, async () => {
      const repository = new TestRepository(join(base, `case-${made++}`));
      writeFiles(repository.directory, files);
      repository.commit();
      const want = { objects, findings };
      assert.deepEqual(summarise(await readRepository(options(join(repository.directory, path)))), want, 'on the disk');
      for (const git of ['native', 'js'] as const) {
        const result = await readRepository({ ...options(join(repository.directory, path)), ref: 'HEAD', git });
        assert.deepEqual(summarise(result), want, `as a revision (${git})`);
        assert.equal(result.source.kind, 'revision');
        assert.equal(result.source.commit, repository.git('rev-parse', 'HEAD'));
      }
    });
  }
});

test('the blob ids of files are those of Git', async () => {
  const repository = new TestRepository(join(base, 'ids'));
  writeFiles(repository.directory, { 'a.yaml': map('a'), 'b.yaml': map('é') });
  repository.commit();
  const disk = await readRepository(options(repository.directory));
  const revision = await readRepository(options(repository.directory, { ref: 'main' }));
  assert.deepEqual(disk.files, revision.files);
  assert.equal(disk.root, repository.directory);
});

test('pipes and sockets are never opened', async () => {
  const directory = writeFiles(join(base, 'pipes'), { 'a.yaml': map('a'), 'link.yaml': '-> pipe.yaml' });
  execFileSync('mkfifo', [join(directory, 'pipe.yaml')]);
  assert.deepEqual(summarise(await readRepository(options(directory))), {
    objects: ['ConfigMap a a.yaml:1'],
    findings: ['KL0016 link.yaml:1', 'KL0016 pipe.yaml:1'],
  });
});

test('a name that is not UTF-8 is called that', async () => {
  const directory = writeFiles(join(base, 'names'), { 'a.yaml': map('a') });
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/b`), Buffer.from([0xe9]), Buffer.from('.yaml')]), map('b'));
  const { findings } = await readRepository(options(directory));
  assert.deepEqual(
    findings.map(({ code, data }) => `${code} ${getString(data, 'reason')}`),
    ['KL0015 its name is not UTF-8'],
  );
});

test('a file of 200 MB is not read', async () => {
  const directory = writeFiles(join(base, 'large'), { 'a.yaml': map('a'), 'huge.yaml': '' });
  truncateSync(join(directory, 'huge.yaml'), 200_000_000);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual(summarise(await readRepository(options(directory))).findings, ['KL0013 huge.yaml:1']);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
});

test('a submodule and a nested clone are said, not followed', async () => {
  const inner = new TestRepository(join(base, 'inner'));
  writeFiles(inner.directory, { 'x.yaml': map('x') });
  inner.commit();
  const outer = new TestRepository(join(base, 'outer'));
  writeFiles(outer.directory, { 'a.yaml': map('a') });
  outer.git('submodule', 'add', '-q', inner.directory, 'vendor');
  outer.commit();
  const want = { objects: ['ConfigMap a a.yaml:1'], findings: ['KL0019 vendor:1'] };
  assert.deepEqual(summarise(await readRepository(options(outer.directory))), want);
  assert.deepEqual(summarise(await readRepository(options(outer.directory, { ref: 'HEAD' }))), want);
  const clone = join(base, 'clone');
  execFileSync('git', ['clone', '-q', outer.directory, clone]);
  writeFiles(clone, { 'empty/a.yaml': map('a') });
  rmSync(join(clone, 'empty/a.yaml'));
  assert.deepEqual(summarise(await readRepository(options(clone))), want);
  assert.deepEqual(summarise(await readRepository(options(join(clone, 'vendor')))), { objects: [], findings: want.findings });
});

const INCOMPLETE: readonly {
  readonly name: string;
  readonly files: Files;
  readonly want: readonly string[];
  readonly known?: readonly string[];
}[] = [
  { name: 'whole files', files: { 'a.yaml': `${map('a')}---\na: 1\n` }, want: [] },
  { name: 'a fault', files: { 'a.yaml': `${map('a')}---\na: [\n` }, want: ['a.yaml'] },
  { name: 'a template', files: { 'a.yaml': '{{- if .x }}\nkind: A\n{{- end }}\n' }, want: ['a.yaml'] },
  { name: 'a templated document', files: { 'a.yaml': `${map('a')}---\n${map('x-{{ .n }}')}` }, want: ['a.yaml'] },
  { name: 'an item that is no object', files: { 'a.yaml': 'apiVersion: v1\nkind: List\nitems: [5]\n' }, want: ['a.yaml'] },
  { name: 'a list without an apiVersion', files: { 'a.yaml': 'kind: List\nitems: []\n' }, want: ['a.yaml'] },
  { name: 'bytes', files: { 'a.yaml': Buffer.from('a: \xff', 'latin1') }, want: ['a.yaml'] },
  { name: 'a broken link', files: { 'a.yaml': '-> b.yaml' }, want: ['a.yaml *'] },
  { name: 'a broken link that may be to a directory', files: { LATEST: '-> b' }, want: ['LATEST *'] },
  { name: 'a chart', files: { 'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n' }, want: ['c/Chart.yaml *'] },
  { name: 'a kustomization', files: { 'k/kustomization.yaml': 'resources: []\n' }, want: ['k/kustomization.yaml *'] },
  { name: 'an encrypted object with a name', files: { 'a.yaml': `${map('s')}sops: {mac: x}\n` }, want: [], known: ['ConfigMap s'] },
  { name: 'an encrypted name', files: { 'a.yaml': `${map('ENC[x]')}sops: {mac: x}\n` }, want: ['a.yaml'] },
];

for (const [index, { name, files, want, known = [] }] of INCOMPLETE.entries()) {
  test(`what is not known of a source is told by file: ${name}`, async () => {
    const directory = writeFiles(join(base, `incomplete-${index}`), files);
    const { incomplete, encrypted } = await readRepository({ path: directory, git: 'js', renderers: 'none' });
    assert.deepEqual(
      incomplete.map(({ file, reachesFurther }) => (reachesFurther ? `${file} *` : file)),
      want,
    );
    assert.deepEqual(encrypted.map(formatRef), known);
  });
}

test('of what is encrypted the names and keys are known', async () => {
  const text = `${map('s', 'data: {b: "ENC[x]", a: "ENC[y]"}\nbinaryData: {c: "ENC[z]"}\n')}sops: {mac: x}\n`;
  const { outlines } = await readRepository(options(writeFiles(join(base, 'outlines'), { 'a.yaml': text })));
  assert.deepEqual(outlines, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's' }, data: { a: '', b: '', c: '' } }]);
});

const LIMITS: readonly { readonly name: string; readonly limits: LoadOptions['limits']; readonly want: readonly string[] }[] = [
  { name: 'files', limits: { files: 2 }, want: ['KL0014 c.yaml:1'] },
  { name: 'bytes', limits: { totalBytes: 100 }, want: ['KL0014 b.yaml:1'] },
  { name: 'documents', limits: { documents: 1 }, want: ['KL0014 b.yaml:1'] },
  { name: 'one file', limits: { fileBytes: 10 }, want: ['KL0013 a.yaml:1', 'KL0013 b.yaml:1', 'KL0013 c.yaml:1'] },
];

for (const { name, limits, want } of LIMITS) {
  test(`a bound on ${name} stops reading with a finding`, async () => {
    const directory = writeFiles(join(base, `limit-${name}`), { 'a.yaml': map('a'), 'b.yaml': map('b'), 'c.yaml': map('c') });
    assert.deepEqual(summarise(await readRepository(options(directory, { limits: limits ?? {} }))).findings, want);
  });
}

test('a bound on directories', async () => {
  const directory = writeFiles(join(base, 'wide'), { 'a/a.yaml': map('a'), 'b/b.yaml': map('b') });
  assert.deepEqual(summarise(await readRepository(options(directory, { limits: { directories: 2 } }))).findings, ['KL0014 b:1']);
});

test('a bound on time', async () => {
  const directory = writeFiles(join(base, 'slow'), { 'a.yaml': map('a'), 'b.yaml': map('b'), 'c.yaml': map('c') });
  let time = 0;
  const clock = { now: () => (time += 1000), sleep: () => Promise.resolve() };
  const result = await readRepository(options(directory, { clock, limits: { totalMilliseconds: 1500 } }));
  assert.deepEqual(summarise(result).findings, ['KL0014 b.yaml:1']);
});

async function* chunks(...parts: readonly (string | Buffer)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

test('standard input', async () => {
  const text = Buffer.from(`${map('é')}---\n${map('b')}`);
  const result = await readRepository(options('-', { stdin: chunks(text.subarray(0, 45), text.subarray(45)) }));
  assert.deepEqual(summarise(result).objects, ['ConfigMap é -:1', 'ConfigMap b -:6']);
  assert.equal(result.source.kind, 'stdin');
  assert.deepEqual(summarise(await readRepository(options('-'))).findings, ['KL0040 -:1']);
});

const ERRORS: readonly { readonly name: string; readonly options: LoadOptions; readonly code: string }[] = [
  { name: 'a path that is not there', options: options(join(base, 'nope')), code: 'NOT_FOUND' },
  { name: 'a revision where there is no repository', options: options(base, { ref: 'main' }), code: 'NOT_A_REPOSITORY' },
  {
    name: 'a bare repository',
    options: options(writeFiles(join(base, 'bare'), { HEAD: '', 'objects/x': '', 'refs/x': '' })),
    code: 'UNREADABLE',
  },
  { name: 'standard input that is no text', options: options('-', { stdin: chunks(Buffer.from([0xff, 0x00])) }), code: 'UNREADABLE' },
];

for (const { name, options: given, code } of ERRORS) {
  test(`${name} stops the question, with what to do`, async () => {
    await assert.rejects(readRepository(given), (error: unknown) => {
      assert.ok(error instanceof KplanError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.hint);
      return true;
    });
  });
}

/** Runs as a user whom the rights of files bind. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

for (const path of ['d', 'd/a.yaml', 'a.yaml'])
  test(`a path that may not be read stops the question: ${path}`, async () => {
    chmodSync(base, 0o755);
    const directory = writeFiles(join(base, `rights-${path.replace('/', '-')}`), { 'd/a.yaml': map('a'), 'a.yaml': map('a') });
    chmodSync(join(directory, 'a.yaml'), 0);
    chmodSync(join(directory, 'd'), 0);
    try {
      await asOrdinaryUser(() => assert.rejects(readRepository(options(join(directory, path))), /cannot be read \(EACCES\)/));
    } finally {
      chmodSync(join(directory, 'd'), 0o755);
    }
  });

test('a path that a revision does not have', async () => {
  const repository = new TestRepository(join(base, 'elsewhere')).write({ 'a.yaml': map('a') });
  repository.commit();
  await assert.rejects(readRepository(options(join(repository.directory, 'apps'), { ref: 'main' })), /apps is not in the commit/);
});

test('an abort ends reading', async () => {
  const directory = writeFiles(join(base, 'abort'), { 'a.yaml': map('a') });
  await assert.rejects(readRepository(options(directory, { signal: AbortSignal.abort() })), { name: 'AbortError' });
});
