// Runs what test/judges/live says of a real control plane (API server, controller manager): `node scripts/judges/live.mjs
// [PART OF A PATH...]`. KPLAN_RELEASE is the minor version of both (1.36; releases.mjs has the others). The last line is
// `N passed, N failed`.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const VERSION = process.env.KPLAN_RELEASE ?? '1.36';
const RELEASE = releases[VERSION];
const FOLDER = 'test/judges/live';
const KUBECTL = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kplan/judges/bin', RELEASE, 'kubectl');

if (RELEASE === undefined) {
  console.error(`KPLAN_RELEASE must be one of ${Object.keys(releases).join(', ')}`);
  process.exit(1);
}
for (const args of [['etcd'], [RELEASE, 'kube-apiserver', 'kube-controller-manager', 'kubectl']]) {
  execFileSync('bash', [join(import.meta.dirname, 'build.sh'), ...args], { stdio: 'inherit' });
}
const wanted = process.argv.slice(2);
const files = readdirSync(FOLDER).filter(
  (file) => file.endsWith('.live.ts') && (wanted.length === 0 || wanted.some((part) => file.includes(part))),
);
if (files.length === 0) {
  console.error(`no file of ${FOLDER} has ${wanted.join(' or ')} in its name`);
  process.exit(1);
}
const server = await startServer(RELEASE, {}, { hasControllers: true, restarts: true });
let code = 1;
try {
  code = await run(files.toSorted().map((file) => join(FOLDER, file)));
} finally {
  await server.stop();
}
process.exit(code);

function run(paths) {
  const env = {
    ...process.env,
    KPLAN_RELEASE: VERSION,
    KUBECONFIG: server.connection.kubeconfig,
    KUBECTL,
    APISERVER_PID_FILE: server.connection.pidFile,
  };
  const child = spawn(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=1', '--test-reporter=tap', ...paths], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const count = { pass: 0, fail: 0 };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, key, number] = /^# (pass|fail) (\d+)$/.exec(line) ?? [];
    if (key !== undefined) count[key] += Number(number);
    else if (!/^\s*(ok |duration_ms|---|\.\.\.|type:|1\.\.)/.test(line)) console.log(line);
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      console.log(`${count.pass} passed, ${count.fail} failed`);
      resolve(count.pass === 0 ? 1 : (status ?? 1));
    });
  });
}
