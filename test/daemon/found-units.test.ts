import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from '../cli/program.ts';

const FILES: Readonly<Record<string, string>> = {
  'kplan.yaml':
    'apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: default\n' +
    'units: {find: [flux, argocd], under: clusters, list: [{name: web, path: apps/web, suspend: true}]}\n',
  'clusters/flux.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: shop, namespace: flux-system}
spec: {url: https://git.example/team/shop, ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: base, namespace: flux-system}
spec: {path: ./apps/base, prune: true, interval: 10m, sourceRef: {kind: GitRepository, name: shop}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: patched, namespace: flux-system}
spec: {path: ./apps/base, prune: true, sourceRef: {kind: GitRepository, name: shop}, patches: []}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/web, prune: true, sourceRef: {kind: GitRepository, name: shop}}
`,
  'clusters/argo.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart, namespace: argocd}
spec:
  source: {repoURL: "git@git.example:team/shop.git", path: apps/cart, targetRevision: main}
  syncPolicy: {automated: {selfHeal: true}}
`,
  'apps/base/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\n',
  'apps/web/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n',
  'apps/cart/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\n',
};

test('what Flux and Argo CD keep is found and kept; what is asked for and not done is named', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'shop');
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  git(repository, 'init', '-q', '-b', 'main');
  commitAll(repository, 'First');
  const { code, stderr } = await run('kapply', folder, ['shop', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /Kustomization flux-system\/patched \(clusters\/flux\.yaml:11\) is no unit: its patches would not be applied/);
  assert.match(stderr, /base: synced: 1 change/);
  assert.match(stderr, /cart: synced: 1 change/);
  assert.match(stderr, /web: waits: it is suspended/);
  const other = await run('kapply', folder, ['shop', '--ref', 'HEAD', '--watch', '--once', '--embedded', 'other']);
  assert.match(other.stderr, /base \(clusters\/flux\.yaml:6\) is no unit: it asks for main, and HEAD is followed: --ref main/);
});

test('what is looked for is held to the schema', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'kplan.yaml'), 'apiVersion: kplan.dev/v1\nkind: Config\nunits: {find: [helm]}\n');
  const { code, stderr } = await run('kapply', folder, ['.', '--watch', '--once', '--embedded', 'cluster']);
  assert.equal(code, 3);
  assert.match(stderr, /kplan\.yaml:3:\d+: units\.find\.0 must be equal to one of the allowed values/);
});
