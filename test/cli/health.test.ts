import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFiles } from '../loader/files.ts';
import { run, temporaryFolder } from './program.ts';

const CONFIG = 'apiVersion: kplan.dev/v1\nkind: Config\nunit: shop\nhealth:\n- apiVersion: v1\n  kind: ConfigMap\n';
const READY = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ready}\ndata: {phase: done}\n';
const WAITING = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: waiting}\ndata: {phase: half}\n';

test('health in kplan.yaml decides what an apply waits for, and what is healthy', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { 'kplan.yaml': `${CONFIG}  current: data.phase == 'done'\n`, 'a.yaml': READY });
  const first = await run('kapply', folder, ['.', '--embedded', 'cluster', '--yes']);
  assert.equal(first.code, 0, first.stderr);
  writeFiles(folder, { 'b.yaml': WAITING });
  const second = await run('kapply', folder, ['.', '--embedded', 'cluster', '--yes', '--timeout', '1s']);
  assert.equal(second.code, 1, second.stdout);
  const status = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(status.stdout, /waiting.*the expression for current is not true/);
});

test('an expression that does not compile is said with its place', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { 'kplan.yaml': `${CONFIG}  current: dat.phase == 'done'\n`, 'a.yaml': READY });
  const { code, stderr } = await run('kplan', folder, ['.', '--embedded', 'cluster']);
  assert.equal(code, 3);
  const said = "kplan: kplan.yaml:7:3: health.0.current: undeclared reference to 'dat' (in container '') (at column 1 of the expression)";
  assert.ok(stderr.startsWith(said), stderr);
});
