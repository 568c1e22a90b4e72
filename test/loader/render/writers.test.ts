import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readRepository } from '../../../src/loader/index.ts';
import { findProgram } from '../../../src/loader/process.ts';
import { formatPlace, nameOf } from '../../../src/model/index.ts';
import type { Path } from '../../../src/std/index.ts';
import { writeFiles, type Files } from '../files.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-writers-'));
after(() => rmSync(base, { recursive: true, force: true }));

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry:5000/web:1
        envFrom: [{configMapRef: {name: settings}}]
      - name: side
        image: side:1
`;
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n';
const BASE: Files = {
  'base/kustomization.yaml':
    'resources: [web.yaml, service.yaml]\nconfigMapGenerator:\n- name: settings\n  literals:\n  - COLOR=red\n  - "SIZE=\'5\'"\n  envs: [a.env]\n  files: [app.conf]\n',
  'base/web.yaml': WEB,
  'base/service.yaml': SERVICE,
  'base/a.env': '# first\nHOST=db\n',
  'base/app.conf': 'listen 80\nroot /\n',
};

const containers = (index: number, key: string): Path => ['spec', 'template', 'spec', 'containers', index, key];

interface Case {
  readonly name: string;
  /** What the overlay's kustomization says from its second line on. */
  readonly overlay: string;
  readonly more?: Files;
  readonly object?: string;
  readonly path: Path;
  readonly want: string;
}

const CASES: readonly Case[] = [
  {
    name: 'the tag of an image',
    overlay: 'images:\n- name: side\n  newTag: "9"\n- name: registry:5000/web\n  newTag: "2"\n',
    path: containers(0, 'image'),
    want: 'over/kustomization.yaml:6:3',
  },
  {
    name: 'an image under another name with a digest',
    overlay: `images:\n- {name: side, newName: other, digest: "sha256:${'a'.repeat(64)}"}\n`,
    path: containers(1, 'image'),
    want: 'over/kustomization.yaml:3:3',
  },
  {
    name: 'an inline patch',
    overlay:
      'patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec:\n      replicas: 4\n',
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:8:7',
  },
  {
    name: 'an inline patch that begins with an empty line',
    overlay:
      'patches:\n- patch: | # why\n\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n      spec: {replicas: 4}\n  target: {kind: Deployment}\n',
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:8:14',
  },
  {
    name: 'an inline patch on one line',
    overlay: `patchesStrategicMerge:\n- "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web},\\nspec: {replicas: 4}}"\n`,
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:3:3',
  },
  {
    name: 'operations of JSON for whatever a pattern matches',
    overlay:
      'patches:\n- target: {kind: Deployment, name: w.*}\n  patch: |\n    - op: test\n      path: /spec/replicas\n      value: 1\n    - op: replace\n      path: /spec/replicas\n      value: 6\n',
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:10:7',
  },
  {
    name: 'operations of JSON in a file, within what is added',
    overlay: 'patches:\n- target: {kind: Deployment}\n  path: more.yaml\n',
    more: { 'over/more.yaml': '- op: add\n  path: /spec/template/spec/containers/-\n  value:\n    name: third\n    image: third:1\n' },
    path: containers(2, 'image'),
    want: 'over/more.yaml:5:5',
  },
  {
    name: 'the last patch of several',
    overlay: [6, 7]
      .map((count) => `- {target: {kind: Deployment}, patch: '[{"op": "replace", "path": "/spec/replicas", "value": ${count}}]'}\n`)
      .join('')
      .replace(/^/, 'patches:\n'),
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:4:32',
  },
  {
    name: 'a patch of many workloads that it does not name',
    overlay: 'patches:\n- target: {kind: Deployment}\n  path: all.yaml\n',
    more: { 'over/all.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec:\n  minReadySeconds: 3\n' },
    path: ['spec', 'minReadySeconds'],
    want: 'over/all.yaml:5:3',
  },
  {
    name: 'what a patch takes away',
    overlay: 'patches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: remove\n      path: /spec/replicas\n',
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:5:7',
  },
  {
    name: 'a count of replicas',
    overlay: 'replicas:\n- name: web\n  count: 5\n',
    path: ['spec', 'replicas'],
    want: 'over/kustomization.yaml:4:3',
  },
  {
    name: 'a replacement',
    overlay:
      'replacements:\n- source: {kind: Service, name: web, fieldPath: spec.ports.0.port}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths:\n    - spec.minReadySeconds\n    - spec.template.spec.containers.[name=side].image\n    options: {create: true}\n',
    path: ['spec', 'minReadySeconds'],
    want: 'over/kustomization.yaml:7:7',
  },
  {
    name: 'a replacement of an item by its name',
    overlay:
      'replacements:\n- source: {kind: Service, name: web, fieldPath: spec.ports.0.port}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths:\n    - spec.template.spec.containers.[name=side].image\n',
    path: containers(1, 'image'),
    want: 'over/kustomization.yaml:7:7',
  },
  {
    name: 'a label of pods',
    overlay: 'labels:\n- pairs: {tier: front}\n  includeSelectors: true\n',
    path: ['spec', 'template', 'metadata', 'labels', 'tier'],
    want: 'over/kustomization.yaml:3:11',
  },
  {
    name: 'an annotation',
    overlay: 'commonAnnotations:\n  team: shop\n',
    path: ['metadata', 'annotations', 'team'],
    want: 'over/kustomization.yaml:3:3',
  },
  { name: 'a namespace', overlay: 'namespace: shop\n', path: ['metadata', 'namespace'], want: 'over/kustomization.yaml:2:1' },
  { name: 'a literal', overlay: '', object: 'settings', path: ['data', 'COLOR'], want: 'base/kustomization.yaml:5:5' },
  { name: 'a literal in quotes', overlay: '', object: 'settings', path: ['data', 'SIZE'], want: 'base/kustomization.yaml:6:5' },
  { name: 'a line of an env file', overlay: '', object: 'settings', path: ['data', 'HOST'], want: 'base/a.env:2:1' },
  { name: 'a file', overlay: '', object: 'settings', path: ['data', 'app.conf'], want: 'base/app.conf:1:1' },
  {
    name: 'a literal that an overlay merges',
    overlay: 'configMapGenerator:\n- name: settings\n  behavior: merge\n  literals: [COLOR=blue]\n',
    object: 'settings',
    path: ['data', 'COLOR'],
    want: 'over/kustomization.yaml:5:14',
  },
  {
    name: 'a literal of a Secret',
    overlay: 'secretGenerator:\n- name: key\n  literals:\n  - password=x\n',
    object: 'key',
    path: ['data', 'password'],
    want: 'over/kustomization.yaml:5:5',
  },
  {
    name: 'a name with the hash of what was generated',
    overlay: '',
    path: ['spec', 'template', 'spec', 'containers', 0, 'envFrom', 0, 'configMapRef', 'name'],
    want: 'base/kustomization.yaml:3:3',
  },
  {
    name: 'a component',
    overlay: 'components: [../part]\n',
    more: {
      'part/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: side\n  newTag: "3"\n',
    },
    path: containers(1, 'image'),
    want: 'part/kustomization.yaml:5:3',
  },
  { name: 'what nothing touched', overlay: 'namePrefix: x-\n', path: containers(1, 'image'), want: 'base/web.yaml:14:9' },
];

const real = findProgram('kubectl') ?? findProgram('kustomize');

suite(`what wrote a field is named${real === undefined ? ': not without kubectl or kustomize on the PATH' : ''}`, () => {
  for (const [index, { name, overlay, more = {}, object = 'web', path, want }] of CASES.entries()) {
    test(name, async (t) => {
      if (real === undefined) return t.diagnostic('install kubectl or kustomize to try this');
      const root = writeFiles(join(base, String(index)), {
        ...BASE,
        'over/kustomization.yaml': `resources: [../base]\n${overlay}`,
        ...more,
      });
      const result = await readRepository({ path: root, git: 'js' });
      assert.deepEqual(result.findings, []);
      const manifest = result.manifests.find((item) => nameOf(item.object).includes(object) && item.object.kind !== 'Service');
      assert.ok(manifest);
      assert.equal(formatPlace(manifest.origin.locate(path)), want);
      assert.doesNotMatch(JSON.stringify(manifest.object), /config\.kubernetes\.io/);
    });
  }
});
