// Runs the tests: `node scripts/test.mjs [PART OF A PATH...]`. Files share two processes, since starting one for each costs more
// than the tests do. A process that says nothing for a quarter of an hour is ended, and its last lines tell in which test that was.
// The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

// Node 20 takes no heed of the first.
const TEST_MS = 12 * 60_000;
const SILENCE_MS = 15 * 60_000;
const wanted = process.argv.slice(2);
const files = readdirSync('test', { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted();
const processes = Math.min(2, availableParallelism(), files.length);
const shares = Array.from({ length: processes }, (_, i) => files.filter((_, j) => j % processes === i));
const results = await Promise.all(shares.map(run));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
if (sum('pass') + sum('fail') === 0) {
  console.error('no test ran');
  process.exit(1);
}
console.log(`${sum('pass')} passed, ${sum('fail')} failed`);
process.exit(results.some((result) => result.code !== 0) || sum('fail') > 0 ? 1 : 0);

function run(share) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', `--test-timeout=${TEST_MS}`, '--test-reporter=tap', 'scripts/test-process.mjs', ...share],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const result = { pass: 0, fail: 0, code: 0 };
  const lines = createInterface({ input: child.stdout });
  let failing = false;
  let last = [];
  const silence = setTimeout(() => {
    console.log(`no test ended for ${SILENCE_MS / 60_000} minutes; the last that was heard:\n${last.join('\n')}`);
    child.kill('SIGKILL');
  }, SILENCE_MS);
  lines.on('line', (line) => {
    silence.refresh();
    last = [...last.slice(-9), line];
    const count = /^# (pass|fail|cancelled|skipped|todo) (\d+)$/.exec(line);
    if (count) {
      if (count[1] === 'pass') result.pass += Number(count[2]);
      else if (count[1] === 'fail' || count[1] === 'cancelled') result.fail += Number(count[2]);
      else if (count[2] !== '0') console.log(`${count[2]} ${count[1]}`);
      return;
    }
    if (/^\s*not ok /.test(line)) failing = true;
    if (line.trimStart().startsWith('ok ')) failing = false;
    if (failing || (line.startsWith('# ') && !/^# (tests|suites|duration_ms|Subtest:) ?/.test(line))) console.log(line);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(silence);
      resolve({ ...result, code: code ?? 1 });
    });
  });
}
