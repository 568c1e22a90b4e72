import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from '../cli/program.ts';

const settings = (name: string, rest = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}`;
const user = (name: string, settingsOf: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 0
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: web, image: "registry.example/web:1.0", envFrom: [{configMapRef: {name: ${settingsOf}}}]}]
`;

/** One refers to what another brings, which cannot go. */
const UNITS: Readonly<Record<string, string>> = {
  maker: settings('made'),
  broken: settings('unmade', 'data: {port: 80}\n'),
  loser: user('loser', 'unmade'),
};

test('of units that are due together, nobody is judged by what does not go', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'shop');
  for (const [name, text] of Object.entries(UNITS)) {
    mkdirSync(join(repository, name), { recursive: true });
    writeFileSync(join(repository, name, 'all.yaml'), text);
  }
  const units = Object.keys(UNITS).map((name) => `- {name: ${name}, path: ${name}}`);
  writeFileSync(
    join(repository, 'kplan.yaml'),
    `apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: default\nunits:\n${units.join('\n')}\n`,
  );
  git(repository, 'init', '-q', '-b', 'main');
  commitAll(repository, 'First');
  const { code, stderr } = await run('kapply', folder, ['shop', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /maker: synced: 1 change/);
  assert.match(stderr, /broken: held: KV\d{4}/);
  assert.match(stderr, /loser: held: KR0001/);
});
