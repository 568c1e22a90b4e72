import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchCapacity } from './capacity.bench.ts';
import { benchDaemon } from './daemon.bench.ts';
import { benchEmbedded } from './embedded.bench.ts';
import { benchEngines } from './engines.bench.ts';
import { benchHtml } from './html.bench.ts';
import { installKplan, type Bench } from './kplan.ts';
import { benchPlan } from './plan.bench.ts';
import { benchLive } from './live.bench.ts';
import { benchPullRequest } from './pull-request.bench.ts';
import { formatRows, listWrong, type BenchRow } from './row.ts';
import { benchRbac } from './rbac.bench.ts';
import { benchReach } from './reach.bench.ts';
import { benchSchedule } from './schedule.bench.ts';
import { benchStart } from './start.bench.ts';
import { benchValidate } from './validate.bench.ts';
import { writePage, type MeasuredPart } from './page.ts';

// npm run bench [-- NAME... [--write]]: all or some of these; --write brings their tables in docs/benchmarks.md up to date. Ends with 1 if
// an answer is not that of the peer, never because something took long.
const BENCHES: Readonly<Record<string, (bench: Bench) => Promise<readonly BenchRow[]>>> = {
  validate: benchValidate,
  start: benchStart,
  plan: benchPlan,
  'pull-request': benchPullRequest,
  html: benchHtml,
  embedded: benchEmbedded,
  engines: benchEngines,
  capacity: benchCapacity,
  schedule: benchSchedule,
  live: benchLive,
  daemon: benchDaemon,
  rbac: benchRbac,
  reach: benchReach,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const names = words.length === 0 ? Object.keys(BENCHES) : words;
const installed = mkdtempSync(join(tmpdir(), 'kplan-bench-'));
const program = installKplan(installed);
const parts: MeasuredPart[] = [];
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no benchmark is called ${name}: ${Object.keys(BENCHES).join(', ')}`);
  const scratch = mkdtempSync(join(tmpdir(), 'kplan-bench-'));
  try {
    console.error(`measuring ${name}...`);
    const rows = await bench({ scratch, program });
    parts.push({ name, rows, date: new Date().toISOString().slice(0, 10), load: loadavg()[1] ?? 0 });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
rmSync(installed, { recursive: true, force: true });
const rows = parts.flatMap((part) => part.rows);
console.log(formatRows(rows));
if (process.argv.includes('--write')) writePage(parts, Object.keys(BENCHES));
const wrong = listWrong(rows);
for (const { work } of wrong) console.error(`${work}: the answers differ`);
process.exitCode = wrong.length === 0 ? 0 : 1;
