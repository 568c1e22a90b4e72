import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, shopRepository, temporaryFolder } from './program.ts';

const LONG_AGO = 1_700_000_000;

function filesBelow(directory: string): readonly string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  return paths.filter((path) => !path.includes('.git/') && statSync(path).isFile());
}

/** Files as if written long ago: what changed just now is read again. */
function age(directory: string): void {
  for (const path of filesBelow(directory)) utimesSync(path, LONG_AGO, LONG_AGO);
}

/** What kplan says with the cache must be what it says without. */
async function agree(folder: string, cache: string, why: string): Promise<string> {
  const args = ['validate', '.', '--fail-on', 'never', '-o', 'json'];
  const [own, fresh] = [await run('kplan', folder, args, { KPLAN_CACHE: cache }), await run('kplan', folder, args, { KPLAN_CACHE: '' })];
  assert.equal(own.stderr, '');
  assert.equal(own.stdout, fresh.stdout, why);
  return own.stdout;
}

test('what is remembered is never in the way of what has changed', async (context) => {
  const shop = shopRepository(context);
  const cache = join(temporaryFolder(context), 'cache');
  age(shop);
  const edit = (file: string, from: RegExp, to: string): void => {
    const text = readFileSync(join(shop, file), 'utf8');
    assert.match(text, from);
    writeFileSync(join(shop, file), text.replace(from, to));
  };
  const first = await agree(shop, cache, 'cold');
  assert.equal(await agree(shop, cache, 'warm'), first);
  const config =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n  containers:\n  - name: c\n    image: x\n    envFrom: [{configMapRef: {name: gone}}]\n';
  writeFileSync(join(shop, 'new.yaml'), config);
  assert.match(await agree(shop, cache, 'a dangling reference'), /KR0001/);
  await agree(shop, cache, 'still dangling');
  writeFileSync(join(shop, 'found.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone, namespace: shop}\n');
  assert.doesNotMatch(await agree(shop, cache, 'found'), /KR0001/);
  edit('new.yaml', /image: x/, 'image: ""');
  assert.match(await agree(shop, cache, 'an invalid field'), /KV0113/);
  edit('new.yaml', /^/, '\n\n');
  await agree(shop, cache, 'the same, two lines below');
  rmSync(join(shop, 'found.yaml'));
  assert.match(await agree(shop, cache, 'dangling again'), /KR0001/);
  writeFileSync(join(shop, 'kplan.yaml'), 'apiVersion: kplan.dev/v1\nkind: Config\nkubernetesVersions: ["1.32", "1.36"]\n');
  await agree(shop, cache, 'other versions');
  edit('new.yaml', /namespace: shop/, 'namespace: nowhere');
  await agree(shop, cache, 'elsewhere');
});

test('a definition that takes the place of a built-in kind is heard', async (context) => {
  const folder = temporaryFolder(context);
  const cache = join(temporaryFolder(context), 'cache');
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n';
  const ingress =
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: s, port: {number: 80}}}}\n';
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ingresses.networking.k8s.io}
spec:
  group: networking.k8s.io
  scope: Namespaced
  names: {plural: ingresses, singular: ingress, kind: Ingress, listKind: IngressList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;
  writeFileSync(join(folder, 'a.yaml'), `${service}---\n${ingress}`);
  age(folder);
  await agree(folder, cache, 'without it');
  writeFileSync(join(folder, 'crd.yaml'), definition);
  assert.match(await agree(folder, cache, 'with it'), /defaultBackend/);
  await agree(folder, cache, 'and again');
});

test('what is broken in the cache is as good as nothing', async (context) => {
  const folder = temporaryFolder(context);
  const cache = join(temporaryFolder(context), 'cache');
  mkdirSync(join(folder, 'x'));
  const config = (name: string, more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'x', `${name}.yaml`), config(name, 'dat: {}\n'));
  age(folder);
  await agree(folder, cache, 'cold');
  for (const path of filesBelow(cache)) {
    const good = readFileSync(path);
    for (const bad of [good.subarray(0, good.length >> 1), Buffer.from('{}'), good.map((byte, at) => (at % 97 === 50 ? byte ^ 1 : byte))]) {
      writeFileSync(path, bad);
      await agree(folder, cache, path);
    }
  }
});

test('several runs share a cache', async (context) => {
  const shop = shopRepository(context);
  const cache = join(temporaryFolder(context), 'cache');
  age(shop);
  const all = await Promise.all([1, 2, 3, 4].map(() => run('kplan', shop, ['validate', '.', '-o', 'json'], { KPLAN_CACHE: cache })));
  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1);
  await agree(shop, cache, 'after');
});
