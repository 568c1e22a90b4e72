import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { UnitKind } from '../../../../src/cli/config.ts';
import { findUnits } from '../../../../src/cli/stages/found/find-units.ts';
import { toRepositoryName, type FollowedSource } from '../../../../src/cli/stages/found/found-unit.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { temporaryFolder } from '../../program.ts';

const URL = 'https://git.example/team/shop';
const FOLLOWED: FollowedSource = { url: `${URL}.git`, revision: 'main' };

const repository = (ref: string, url = URL): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1m, url: "${url}", ref: ${ref}}\n`;
const flux = (spec: string, name = 'web', namespace = 'flux-system'): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: ${namespace}}\n` +
  `spec: {sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}, ${spec}}\n`;
const argo = (spec: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: {project: default, ${spec}}\n`;
const AUTOMATED =
  'syncPolicy: {automated: {prune: true, selfHeal: true}}, destination: {server: "https://kubernetes.default.svc", namespace: shop}';

const base = { name: 'web', path: 'apps/web', force: true };
const whole = { ...base, prune: true };

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly kinds: readonly UnitKind[];
  readonly under?: string;
  readonly followed?: FollowedSource;
  readonly units: readonly JsonObject[];
  readonly notes?: readonly (readonly [string, RegExp])[];
}

const inFlux = (name: string, spec: string, units: readonly JsonObject[], note?: RegExp): Case => ({
  name: `flux: ${name}`,
  files: { 'clusters/source.yaml': repository('{branch: main}'), 'clusters/web.yaml': flux(spec) },
  kinds: ['flux'],
  units,
  ...(note === undefined ? {} : { notes: [['Kustomization flux-system/web (clusters/web.yaml:1)', note]] }),
});

const inArgo = (name: string, spec: string, units: readonly JsonObject[], note?: RegExp): Case => ({
  name: `argocd: ${name}`,
  files: { 'web.yaml': argo(spec) },
  kinds: ['argocd'],
  units,
  ...(note === undefined ? {} : { notes: [['Application argocd/web (web.yaml:1)', note]] }),
});

const ofSource = (name: string, ref: string, followed: FollowedSource, note?: RegExp): Case => ({
  name: `flux: ${name}`,
  files: { 'source.yaml': repository(ref), 'web.yaml': flux('path: ./apps/web, prune: true') },
  kinds: ['flux'],
  followed,
  units: note === undefined ? [whole] : [],
  ...(note === undefined ? {} : { notes: [['Kustomization flux-system/web (web.yaml:1) is no unit', note]] }),
});

const SOURCE = `source: {repoURL: "${URL}", path: apps/web, targetRevision: main}`;

const CASES: readonly Case[] = [
  inFlux('what it applies and how', 'path: ./apps/web, prune: true, interval: 10m, timeout: 3m, retryInterval: 1m, suspend: false', [
    { ...whole, suspend: false, interval: '10m', timeout: '3m', retry: { backoff: '1m' } },
  ]),
  inFlux(
    'whom it waits for',
    'path: apps/web, prune: false, wait: true, serviceAccountName: deployer, dependsOn: [{name: base}, {name: a, namespace: team}], healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: shop}]',
    [
      {
        ...base,
        prune: false,
        serviceAccount: 'flux-system/deployer',
        dependsOn: ['base', 'team-a'],
        healthChecks: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }],
      },
    ],
  ),
  inFlux(
    'a namespace',
    'path: apps/web, prune: true, targetNamespace: shop',
    [{ ...whole, namespace: 'shop' }],
    /only for objects that name no/,
  ),
  inFlux('objects made anew', 'path: apps/web, prune: true, force: true', [whole], /only as a plan says/),
  inFlux(
    'fields that count for nothing',
    'path: apps/web, prune: true, healthCheckExprs: []',
    [whole],
    /its healthCheckExprs counts for nothing/,
  ),
  inFlux('other contents', 'path: apps/web, prune: true, patches: [], postBuild: {}', [], /is no unit: its patches, postBuild would not/),
  inFlux('another cluster', 'path: apps/web, prune: true, kubeConfig: {secretRef: {name: k}}', [], /kubeConfig would not be applied/),
  inFlux('a path out of the tree', 'path: ../apps, prune: true', [], /path must match pattern/),
  ofSource('a tag', '{tag: v1.0.0}', { url: URL, revision: 'v1.0.0' }),
  ofSource('a range', '{semver: "^1"}', { url: URL, revision: 'semver:^1' }),
  ofSource('files that are watched', '{branch: main}', {}),
  ofSource('a repository of this machine', '{branch: main}', { revision: 'main' }),
  ofSource('another revision', '{branch: release}', FOLLOWED, /it asks for release, and main is followed: --ref release/),
  ofSource('no revision is the branch master', '{}', FOLLOWED, /it asks for master, and main is followed/),
  ofSource(
    'another repository',
    '{branch: main}',
    { url: 'https://git.example/team/other', revision: 'main' },
    /it is of another repository/,
  ),
  {
    name: 'flux: objects of two teams, and of no GitRepository',
    files: {
      'a.yaml': [repository('{branch: main}'), flux('path: a, prune: true', 'web', 'a'), flux('path: b, prune: true', 'web', 'b')].join(
        '---\n',
      ),
      'c.yaml': flux('path: c, prune: true', 'c').replace('kind: GitRepository', 'kind: OCIRepository'),
    },
    kinds: ['flux'],
    units: [
      { ...whole, name: 'a-web', path: 'a' },
      { ...whole, name: 'b-web', path: 'b' },
    ],
    notes: [['Kustomization flux-system/c (c.yaml:1) is no unit', /its source is of kind OCIRepository/]],
  },
  {
    name: 'flux: what lists units is none',
    files: { 'clusters/source.yaml': repository('{branch: main}') + '---\n' + flux('path: ./clusters, prune: true', 'flux-system') },
    kinds: ['flux'],
    units: [],
    notes: [['Kustomization flux-system/flux-system (clusters/source.yaml:6) is no unit', /it lists units/]],
  },
  inArgo('what it applies and how', `${SOURCE}, ${AUTOMATED}`, [{ ...whole, suspend: false, namespace: 'shop' }]),
  inArgo(
    'tries',
    `${SOURCE}, destination: {name: in-cluster}, syncPolicy: {automated: {selfHeal: true}, syncOptions: [ServerSideApply=true], retry: {limit: 3, backoff: {duration: 5s, factor: 2, maxDuration: 3m}}}`,
    [{ ...base, suspend: false, prune: false, retry: { limit: 3, backoff: '5s', maxBackoff: '3m' } }],
  ),
  inArgo('by hand', SOURCE, [{ ...base, suspend: true, prune: false }], /not synced automatically: suspended/),
  inArgo(
    'without healing',
    `${SOURCE}, syncPolicy: {automated: {}}`,
    [{ ...base, suspend: false, prune: false }],
    /selfHeal: what others change is changed back/,
  ),
  inArgo('Helm', `source: {repoURL: "${URL}", path: apps/web, targetRevision: main, helm: {values: a}}`, [], /its source says helm/),
  inArgo('several sources', 'sources: []', [], /it has several sources/),
  inArgo('differences', `${SOURCE}, ignoreDifferences: []`, [], /its ignoreDifferences would be taken for drift/),
  inArgo('another cluster', `${SOURCE}, destination: {name: far}`, [], /it is for another cluster, far/),
  inArgo('HEAD, where a branch is followed', SOURCE.replace('main', 'HEAD'), [], /it asks for HEAD, and main is followed: --ref HEAD/),
  {
    name: 'several repositories, where none is known to be followed',
    files: { 'a.yaml': argo(`${SOURCE}, ${AUTOMATED}`), 'b.yaml': argo(`${SOURCE.replace('shop', 'other')}, ${AUTOMATED}`) },
    kinds: ['argocd'],
    followed: {},
    units: [],
    notes: [
      ['Application argocd/web (a.yaml:1) is no unit', /several repositories are named/],
      ['Application argocd/web (b.yaml:1) is no unit', /several repositories are named/],
    ],
  },
  {
    name: 'kustomizations that no other one builds on, but components',
    files: {
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../parts/tls]\n',
      'overlays/test/kustomization.yml': 'resources:\n- ../../base/\n',
      'parts/tls/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n',
      'parts/odd/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n',
      'Lone App/Kustomization': 'namePrefix: a-\n',
    },
    kinds: ['kustomizations'],
    units: [
      { name: 'lone-app', path: 'Lone App' },
      { name: 'overlays-prod', path: 'overlays/prod' },
      { name: 'overlays-test', path: 'overlays/test' },
    ],
  },
  {
    name: 'kustomizations of one folder, but those of a Flux Kustomization',
    files: {
      'apps/web/kustomization.yaml': 'resources: [web.yaml]\n',
      'apps/db/kustomization.yaml': 'resources: [db.yaml]\n',
      'other/kustomization.yaml': 'resources: [a.yaml]\n',
      'apps/web.yaml': `${repository('{branch: main}')}---\n${flux('path: apps/web, prune: true')}`,
    },
    kinds: ['kustomizations', 'flux'],
    under: 'apps',
    units: [whole, { name: 'apps-db', path: 'apps/db' }],
  },
  {
    name: 'what cannot be understood is no unit',
    files: { 'a.yaml': 'kind: Application\n  x: [\n', 'b.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {}\n' },
    kinds: ['argocd', 'flux', 'kustomizations'],
    units: [],
    notes: [
      ['a.yaml:2:', /.*: units in it are not found/],
      ['Application  (b.yaml:1) is no unit', /it names no source/],
    ],
  },
];

for (const { name, files, kinds, under = '.', followed = FOLLOWED, units, notes = [] } of CASES)
  test(name, async (context) => {
    const root = temporaryFolder(context);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const found = await findUnits({ kinds, under }, root, followed);
    assert.deepEqual(
      found.entries.map(({ value }) => value),
      units,
      found.notes.join('\n'),
    );
    assert.equal(found.notes.length, notes.length, found.notes.join('\n'));
    for (const [index, [beginning, pattern]] of notes.entries()) {
      assert.ok(found.notes[index]?.startsWith(beginning), found.notes[index]);
      assert.match(found.notes[index] ?? '', pattern);
    }
  });

test('names of the same repository are the same', () => {
  const same = [
    'https://Git.example/team/shop',
    'git@git.example:team/shop.git',
    'ssh://git@git.example/team/shop.git/',
    'https://u:p@git.example/team/shop/',
  ];
  assert.deepEqual(new Set(same.map(toRepositoryName)), new Set(['git.example/team/shop']));
  assert.equal(toRepositoryName('ssh://git@git.example:2222/team/shop'), 'git.example:2222/team/shop');
});
