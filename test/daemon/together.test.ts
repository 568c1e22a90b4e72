import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from '../cli/program.ts';
import { Running } from './running.ts';

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

/** A repository of units, each a folder of one file. */
function write(repository: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(repository, name), { recursive: true });
    writeFileSync(join(repository, name, 'all.yaml'), text);
  }
  const units = Object.keys(files).map((name) => `- {name: ${name}, path: ${name}}`);
  writeFileSync(
    join(repository, 'kplan.yaml'),
    `apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: default\nunits:\n${units.join('\n')}\n`,
  );
  git(repository, 'init', '-q', '-b', 'main');
  commitAll(repository, 'First');
}

test('of units that are due together, nobody is judged by what does not go', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'shop');
  write(repository, UNITS);
  const { code, stderr } = await run('kapply', folder, ['shop', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /maker: synced: 1 change/);
  assert.match(stderr, /broken: held: KV\d{4}/);
  assert.match(stderr, /loser: held: KR0001/);
});

test('units that refer to what each other bring go together', async (context) => {
  const folder = temporaryFolder(context);
  write(join(folder, 'shop'), {
    one: `${settings('one')}---\n${user('one', 'other')}`,
    other: `${settings('other')}---\n${user('other', 'one')}`,
  });
  const words = ['shop', '--ref', 'main', '--watch', '--interval', '5s', '--embedded', 'cluster'];
  const daemon = new Running(context, folder, words);
  await daemon.says(/o(ne|ther): synced: 2 changes\n/);
  await daemon.says(/o(ne|ther): synced: 2 changes\n/);
  assert.match(daemon.text, /one: synced: 2 changes\n/);
  assert.match(daemon.text, /other: synced: 2 changes\n/);
  assert.equal(await daemon.stop('SIGTERM'), 143);
});
