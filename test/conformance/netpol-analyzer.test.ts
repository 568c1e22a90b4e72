import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/main.ts';
import { getArray, getBoolean, getString, parseJson, type JsonValue } from '../../src/std/index.ts';
import { bufferIo } from '../cli/buffer-io.ts';

const FIXTURES = new URL('../../../shared/fixtures/netpol-analyzer/', import.meta.url);
const RUNS = { list: 109, explain: 36, diff: 33, fatalErrors: 25 };

/** The golden outputs of netpol-analyzer, through the command line: every run, compared but for its line ends. */
if (existsSync(new URL('manifest.json', FIXTURES))) runSuite();
else {
  test('netpol-analyzer: the fixtures are not beside this checkout', (t) => {
    t.diagnostic(`0 of ${Object.values(RUNS).reduce((sum, n) => sum + n, 0)} runs: ../shared/fixtures/netpol-analyzer is not there`);
    assert.notEqual(process.env['KPLAN_CONFORMANCE'], 'required', 'conformance is required and its fixtures are missing');
  });
}

function runSuite(): void {
  const manifest = parseJson(readFileSync(new URL('manifest.json', FIXTURES), 'utf8'));
  for (const [suite, count] of Object.entries(RUNS)) {
    const runs = getArray(manifest, suite);
    let passed = 0;
    for (const [index, run] of runs.entries()) {
      test(`netpol-analyzer ${suite} ${index}: ${titleOf(run)}`, async () => {
        await (suite === 'fatalErrors' ? assertFault(run) : assertOutput(suite, run));
        passed++;
      });
    }
    test(`netpol-analyzer ${suite}: every run was there`, (t) => {
      t.diagnostic(`${passed} of ${count} runs of netpol-analyzer's ${suite} as its golden outputs`);
      assert.equal(runs.length, count);
    });
  }
}

function titleOf(run: JsonValue): string {
  const paths = [getString(run, 'dir') ?? getString(run, 'dir1') ?? '', getString(run, 'dir2') ?? ''];
  return `${paths.filter((path) => path !== '').join(' and ')}${getBoolean(run, 'exposure') === true ? ' with exposure' : ''}`;
}

async function ask(words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const io = bufferIo(fileURLToPath(FIXTURES));
  const code = await runProgram('kplan', ['reach', ...words, '-o', 'npguard'], io);
  return { code, out: io.output(), err: io.errors() };
}

async function assertOutput(suite: string, run: JsonValue): Promise<void> {
  const words =
    suite === 'diff'
      ? ['diff', getString(run, 'dir1') ?? '', getString(run, 'dir2') ?? '']
      : [
          getString(run, 'dir') ?? '',
          ...(suite === 'explain' ? ['--explain'] : []),
          ...(getBoolean(run, 'exposure') === true ? ['--exposure'] : []),
        ];
  const { code, out, err } = await ask(words);
  assert.equal(code, 0, err);
  const golden = readFileSync(new URL(getString(run, 'expected', 'txt') ?? '', FIXTURES), 'utf8');
  const [ours, theirs] = [out, golden].map((text) => text.replaceAll(/[\r\n]/g, ''));
  assert.equal(ours, theirs);
}

/** What the constructors of the errors say whose text the manifest does not spell out. */
const SPELLED: Readonly<Record<string, string>> = {
  'alerts.NotSupportedPodResourcesErrorStr("default/internal-security")': 'default/internal-security',
  'alerts.PriorityValueErr("invalid-priority", 1001)':
    'Invalid Priority Value: 1001 in Admin Network Policy: "invalid-priority"; Priority value must be between 0-1000',
  'alerts.ANPsWithSameNameErr("same-name")':
    'an AdminNetworkPolicy "same-name" is already exists. Only one object of a given kind can have a given name at a time.',
};

async function assertFault(run: JsonValue): Promise<void> {
  const { code, err } = await ask([getString(run, 'dir') ?? '']);
  assert.equal(code, 3);
  const spelled = SPELLED[getString(run, 'errorGo') ?? ''];
  const parts = [...getArray(run, 'errorContains').map(String), ...(spelled === undefined ? [] : [spelled])];
  assert.ok(parts.length > 0, 'the run says nothing of its error');
  for (const part of parts) assert.ok(err.includes(part), `${part}: ${err}`);
}
