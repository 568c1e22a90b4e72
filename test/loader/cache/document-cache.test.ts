import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { readRepository, type LoadOptions, type LoadResult } from '../../../src/loader/index.ts';
import { formatPlace, nameOf, type Digest, type Digester, type KubernetesObject } from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { getString, stringifyJson } from '../../../src/std/index.ts';
import { createDigester, createJudge } from '../../../src/validate/index.ts';
import { map, writeFiles, type Files } from '../files.ts';
import { TestRepository } from '../git-source-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-cache-'));
after(() => rmSync(base, { recursive: true, force: true }));
let made = 0;

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n';
const FILES: Files = {
  'a.yaml': `${map('a', 'data:\n  mode: 0644\n  mode: x\n')}---\nfoo: bar\n`,
  'b/é.yaml': map('é', 'data:\n  # kplan: ignore KV0001 known\n  text: "héllo"\n'),
  'copy.yaml': `${map('a', 'data:\n  mode: 0644\n  mode: x\n')}---\nfoo: bar\n`,
  'big.yaml': map('big', 'data: {n: 9007199254740993}\n'),
  'broken.yaml': 'a: [\n',
  'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${SECRET.trim().replaceAll('\n', '\n  ')}\n`,
  'secret.yaml': `${map('beside')}---\n${SECRET}`,
};

function show(result: LoadResult): unknown {
  return {
    ...result,
    manifests: result.manifests.map(({ object, origin, waivers, verdict }) => ({
      object: stringifyJson(object),
      waivers,
      verdict,
      document: origin.document,
      line: origin.line,
      places: [[], ['metadata', 'name'], ['data', 'mode'], ['data', 'text']].map((path) => formatPlace(origin.locate(path))),
    })),
  };
}

/** Files as if written long ago: what changed just now is never trusted. */
function age(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    if (statSync(path).isFile()) utimesSync(path, 1_700_000_000, 1_700_000_000);
  }
}

function arrange(): { readonly directory: string; readonly options: LoadOptions; readonly cache: string } {
  const directory = writeFiles(join(base, `files-${made}`), FILES);
  const cache = join(base, `cache-${made++}`);
  return { directory, cache, options: { path: directory, git: 'js', cacheDirectory: cache } };
}

const packs = (cache: string): readonly string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(cache, name));

test('what is remembered is what was read, with every place', async () => {
  const { options, directory, cache } = arrange();
  const want = show(await readRepository({ path: directory, git: 'js' }));
  assert.deepEqual(show(await readRepository(options)), want, 'cold');
  assert.equal(packs(cache).length, 1);
  assert.deepEqual(show(await readRepository(options)), want, 'warm');
  assert.equal(packs(cache).length, 1, 'nothing new, nothing written');
});

test('the same of a revision, by either adapter', async () => {
  const repository = new TestRepository(join(base, 'repository'));
  writeFiles(repository.directory, FILES);
  repository.commit();
  const options: LoadOptions = { path: repository.directory, ref: 'HEAD', git: 'native' };
  const want = show(await readRepository(options));
  const cacheDirectory = join(base, 'cache-of-revision');
  for (const git of ['native', 'js', 'native'] as const)
    assert.deepEqual(show(await readRepository({ ...options, git, cacheDirectory })), want);
});

test('a file with a Secret is never kept', async () => {
  const { options, cache } = arrange();
  await readRepository(options);
  const kept = packs(cache).map((pack) => readFileSync(pack, 'latin1'));
  assert.equal(kept.length, 1);
  for (const text of kept) assert.doesNotMatch(text, /hunter2|beside/);
  assert.equal(statSync(packs(cache)[0] ?? '').mode & 0o077, 0, 'nobody else can read it');
});

const BODY = 'apiVersion: v1\nmetadata: {name: s}\nstringData: {password: hunter2}\ndata: {other: aHVudGVyMg==}\n';
const SPELLINGS: Files = {
  'plain.yaml': `${BODY}kind: Secret\n`,
  'anchor.yaml': `${BODY}kind: &x Secret\n`,
  'tag.yaml': `${BODY}kind: !!str Secret\n`,
  'folded.yaml': `${BODY}kind: >-\n  Secret\n`,
  'comment.yaml': `${BODY}kind: # c\n  Secret\n`,
  'explicit.yaml': `${BODY}? kind\n: Secret\n`,
  'alias.yaml': `${BODY}x: &x Secret\nkind: *x\n`,
  'merged.yaml': `x: &x {kind: Secret}\n<<: *x\n${BODY}`,
  'escaped.json': '{"apiVersion":"v1","kind":"\\u0053ecret","metadata":{"name":"s"},"stringData":{"password":"hunter2"}}',
  'escaped-key.json': '{"apiVersion":"v1","\\u006bind":"Secret","metadata":{"name":"s"},"data":{"password":"aHVudGVyMg=="}}',
  'lower-case.yaml': `${BODY}kind: secret\n`,
  'misspelt.yaml': `${BODY}kind: Secret\nstringdata: {password: hunter2}\n`,
  'group.yaml': `${BODY.replace('v1', 'core/v1')}kind: &x Secret\n`,
  'unknown-group.yaml': `${BODY.replace('v1', 'example.com/v1')}kind: &x Secret\n`,
  'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${BODY.trim().replaceAll('\n', '\n  ')}\n  kind: &x Secret\n`,
  'secret-list.yaml': `apiVersion: v1\nkind: &x SecretList\nitems:\n- ${BODY.trim().replaceAll('\n', '\n  ')}\n  kind: !!str Secret\n`,
  'lower-case-list.yaml': `apiVersion: v1\nkind: list\nmetadata: {name: l}\nitems:\n- ${BODY.trim().replaceAll('\n', '\n  ')}\n`,
  'nested.yaml': `apiVersion: example.com/v1\nkind: Wrapped\nmetadata: {name: w}\nspec:\n  ${BODY.trim().replaceAll('\n', '\n  ')}\n  kind: &x Secret\n`,
  'text.yaml': map('text', `data:\n  s.yaml: |\n    kind: Secret\n    stringData: {password: hunter2}\n`),
  'broken.yaml': `${BODY}kind: &x Secret\n  a: [\n`,
  'broken-escaped.json': '{"kind":"\\u0053ecret","apiVersion":"v1","stringData":{"password":"hunter2"},',
  'nameless.yaml': `${BODY.replace('name: s', '')}kind: &x Secret\n`,
  'headless.yaml': 'kind: &x Secret\nstringData: {password: hunter2}\n',
  'templated.yaml': `${BODY.replace('name: s', 'name: "{{ x }}"')}kind: &x Secret\n`,
};

for (const [name, text] of Object.entries(SPELLINGS)) {
  test(`no pack tells the value of a Secret: ${name}`, async () => {
    const repository = new TestRepository(join(base, `spelling-${name}`));
    writeFiles(repository.directory, { [name]: text, 'other.yaml': map('other') });
    repository.commit();
    const catalogs = [loadCatalog('1.36')];
    const real: Digester = { version: 'real', isWhole: false, open: () => Promise.resolve(createDigester(catalogs)) };
    const judge: Digester = { version: 'judge', isWhole: true, open: () => Promise.resolve(createJudge(catalogs)) };
    const ways: Readonly<Record<string, Partial<LoadOptions>>> = {
      plain: {},
      digested: { digester: () => Promise.resolve(real) },
      judged: { digester: () => Promise.resolve(judge) },
      revision: { ref: 'HEAD', git: 'native' },
      'digested revision': { ref: 'HEAD', git: 'native', digester: () => Promise.resolve(real) },
    };
    for (const [way, options] of Object.entries(ways)) {
      const cacheDirectory = join(base, `spelling-cache-${name}-${way}`);
      const load = (): Promise<LoadResult> => readRepository({ path: repository.directory, git: 'js', cacheDirectory, ...options });
      const cold = await load();
      assert.deepEqual(show(await load()), show(cold), way);
      const kept = packs(cacheDirectory).map((pack) => readFileSync(pack, 'latin1'));
      assert.equal(kept.length, 1, `${way}: the other file is kept`);
      for (const pack of kept) assert.doesNotMatch(pack, /hunter2|aHVudGVyMg/, way);
    }
  });
}

class NameDigester implements Digester {
  readonly seen: string[] = [];
  readonly version: string;
  readonly isWhole = false;
  constructor(version: string) {
    this.version = version;
  }

  open(): ReturnType<Digester['open']> {
    return Promise.resolve((object) => this.#digest(object));
  }

  #digest(object: KubernetesObject): Digest | undefined {
    const { apiVersion, kind } = object;
    const name = nameOf(object);
    this.seen.push(name);
    if (name === 'é') return undefined;
    const verdict = getString(object, 'data', 'mode') === undefined ? [] : [{ says: name }];
    return { object: { apiVersion, kind, metadata: { name } }, verdict };
  }
}

test('what is digested is not read again, Secrets neither, until the digester is another', async () => {
  const { options, directory, cache } = arrange();
  age(directory);
  const read = async (digester: NameDigester): Promise<unknown> =>
    show(await readRepository({ ...options, digester: () => Promise.resolve(digester) }));
  const cold = new NameDigester('1');
  const want = await read(cold);
  assert.equal(cold.seen.length, 7);
  const warm = new NameDigester('1');
  assert.deepEqual(await read(warm), want);
  assert.deepEqual(warm.seen, []);
  for (const pack of packs(cache)) assert.doesNotMatch(readFileSync(pack, 'latin1'), /hunter2/);
  const other = new NameDigester('2');
  await read(other);
  assert.equal(other.seen.length, 7);
  writeFileSync(join(directory, 'a.yaml'), map('changed'));
  const changed = new NameDigester('1');
  await read(changed);
  assert.deepEqual(changed.seen, ['changed']);
});

test('what is judged is not judged again, and stays whole', async () => {
  const directory = writeFiles(join(base, 'judged'), { 'a.yaml': map('a', 'data: {k: v}\n'), 'b.yaml': map('b', 'data: {k: 1}\n') });
  const options: LoadOptions = { path: directory, git: 'js', cacheDirectory: join(base, 'judged-cache') };
  const load = async (open: Digester['open']): Promise<LoadResult> =>
    readRepository({ ...options, digester: () => Promise.resolve({ version: '1', isWhole: true, open }) });
  const cold = await load(() => Promise.resolve(createJudge([loadCatalog('1.36')])));
  assert.deepEqual(
    cold.manifests.map(({ verdict }) => verdict?.length),
    [0, 1],
  );
  const warm = await load(() => assert.fail('nothing is judged'));
  assert.deepEqual(show(warm), show(cold));
  assert.deepEqual(
    warm.manifests.map(({ object }) => object['data']),
    [{ k: 'v' }, { k: 1 }],
  );
});

test('a finding next to a Secret may tell of its value: nothing is kept', async () => {
  const directory = writeFiles(join(base, 'odd-secret'), { 's.yaml': SECRET.replace('hunter2', '0644') });
  const cache = join(base, 'odd-secret-cache');
  const digester = new NameDigester('1');
  const options: LoadOptions = { path: directory, git: 'js', cacheDirectory: cache, digester: () => Promise.resolve(digester) };
  assert.deepEqual(
    (await readRepository(options)).findings.map(({ code }) => code),
    ['KL0009'],
  );
  assert.deepEqual(packs(cache), []);
});

test('a change is seen, also one that keeps size and time', async () => {
  const { options, directory } = arrange();
  await readRepository(options);
  const path = join(directory, 'a.yaml');
  const { atime, mtime } = statSync(path);
  writeFileSync(path, readFileSync(path, 'utf8').replace('name: a', 'name: z'));
  utimesSync(path, atime, mtime);
  assert.deepEqual(show(await readRepository(options)), show(await readRepository({ path: directory, git: 'js' })));
});

test('what is broken or cut off is a miss', async () => {
  const { options, directory, cache } = arrange();
  const plain = await readRepository({ path: directory, git: 'js' });
  const want = show(plain);
  const objects = plain.manifests.map(({ object }) => stringifyJson(object));
  await readRepository(options);
  const [pack = ''] = packs(cache);
  const good = readFileSync(pack);
  for (let at = 0; at < good.length; at += 199) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0x5a;
    writeFileSync(pack, bad);
    const result = await readRepository(options);
    assert.deepEqual(
      result.manifests.map(({ object }) => stringifyJson(object)),
      objects,
      `byte ${at}`,
    );
    for (const other of packs(cache)) if (other !== pack) rmSync(other);
  }
  for (const length of [0, 5, 30, good.length >> 1]) {
    writeFileSync(pack, good.subarray(0, length));
    assert.deepEqual(show(await readRepository(options)), want, `${length} bytes`);
  }
});

test('another version reads nothing of it', async () => {
  const { options, cache } = arrange();
  await readRepository(options);
  await readRepository({ ...options, cacheVersion: '2' });
  assert.equal(packs(cache).length, 2);
});

test('many small packs become one', async () => {
  const { options, directory, cache } = arrange();
  for (let n = 0; n < 12; n++) {
    writeFileSync(join(directory, 'n.yaml'), map(`n${n}`));
    await readRepository(options);
  }
  assert.ok(packs(cache).length < 8, `${packs(cache).length} packs`);
  age(directory);
  assert.deepEqual(show(await readRepository(options)), show(await readRepository({ path: directory, git: 'js' })));
});

test('folders of other versions that nobody has used for long go, and those in use stay', async () => {
  const { options, directory, cache } = arrange();
  const unused = map('unused');
  writeFiles(join(cache, 'documents-0'), { 'old.pack': unused });
  writeFiles(join(cache, 'documents-1'), { 'new.pack': unused });
  utimesSync(join(cache, 'documents-0'), 1_700_000_000, 1_700_000_000);
  for (let n = 0; n < 9; n++) {
    writeFileSync(join(directory, 'n.yaml'), map(`n${n}`));
    await readRepository(options);
  }
  const left = readdirSync(cache);
  assert.deepEqual([left.includes('documents-0'), left.includes('documents-1'), left.length], [false, true, 2]);
});

test('a cache that cannot be written is none', async () => {
  const { directory } = arrange();
  const file = join(base, 'a-file');
  writeFileSync(file, '');
  const result = await readRepository({ path: directory, git: 'js', cacheDirectory: join(file, 'below') });
  assert.equal(result.manifests.length, 7);
});

test('several processes at once', async () => {
  const { options, directory, cache } = arrange();
  const script = `import { readRepository } from ${JSON.stringify(new URL('../../../src/loader/index.ts', import.meta.url).href)};
    for (let n = 0; n < 5; n++) { const r = await readRepository(${JSON.stringify(options)}); if (r.manifests.length !== 7) process.exit(1); }`;
  await Promise.all(
    [1, 2, 3].map(() =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: process.cwd() }),
    ),
  );
  assert.ok(packs(cache).length >= 1);
  assert.deepEqual(
    readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.new')),
    [],
  );
  assert.deepEqual(show(await readRepository(options)), show(await readRepository({ path: directory, git: 'js' })));
});
