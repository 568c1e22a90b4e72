import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NO_CONFIG } from '../../../src/cli/config.ts';
import { judgeWaivers } from '../../../src/cli/stages/waivers.ts';
import { readRepository, type LoadOptions } from '../../../src/loader/index.ts';
import { CATALOG } from '../../../src/model/index.ts';
import { map, writeFiles, type Files } from '../../loader/files.ts';
import { TestRepository } from '../../loader/git-source-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-examples-'));
after(() => rmSync(base, { recursive: true, force: true }));

/** How an example becomes a tree that its code is said of; one file `web.yaml` where nothing else is said. */
interface Setting {
  readonly files?: (example: string) => Files;
  readonly limits?: LoadOptions['limits'];
}

const named = (file: string, more: Files = {}) => ({ files: (example: string): Files => ({ [file]: example, ...more }) });
const typed = (example: string): string => `apiVersion: v1\n${example}`;
const ofMap = (example: string): Files => ({ 'web.yaml': map('web', example) });
const kustomized = (more: Files) => named('kustomization.yaml', more);

const SETTINGS: Readonly<Record<string, Setting>> = {
  KL0001: {},
  KL0002: { files: ofMap },
  KL0003: {},
  KL0004: {},
  KL0005: { files: (example) => ({ 'web.yaml': example.replace(/[[\]]/g, (bracket) => bracket.repeat(20)) }) },
  KL0006: {},
  KL0007: {},
  KL0008: { files: ofMap },
  KL0009: { files: ofMap },
  KL0010: { files: ofMap },
  KL0011: { files: (example) => ({ 'web.yaml': Buffer.from(example, 'latin1') }) },
  KL0012: { files: (example) => ({ 'web.yaml': Buffer.from(example, 'utf16le') }) },
  KL0013: { limits: { fileBytes: 10 } },
  KL0014: { files: (example) => ({ 'a.yaml': map('a'), 'web.yaml': example }), limits: { files: 1 } },
  KL0017: { files: () => ({ '../../elsewhere/web.yaml': map('web'), 'web.yaml': '-> ../../elsewhere/web.yaml' }) },
  KL0018: named('base/web.yaml', { 'web.yaml': '-> base/wbe.yaml' }),
  KL0020: named('compose.yaml'),
  KL0021: {},
  KL0022: { files: (example) => ({ 'web.yaml': typed(example) }) },
  KL0023: { files: () => ({ 'secrets.yaml': Buffer.from('\0GITCRYPT\0') }) },
  KL0024: {},
  KL0025: {},
  KL0026: {},
  KL0027: {},
  KL0028: { files: (example) => ({ 'web.yaml': `apiVersion: v1\nkind: Service\nmetadata: { name: web }\n${example}` }) },
  KL0029: { files: ofMap },
  KL0030: kustomized({ 'web.yaml': map('web') }),
  KL0031: kustomized({ 'web.yaml': map('web') }),
  KL0032: kustomized({}),
  KL0033: kustomized({}),
  KL0034: kustomized({ 'web.yaml': map('web'), 'api.yaml': map('api') }),
  KL0035: named('Chart.yaml', { 'templates/web.yaml': map('web') }),
  KL0037: named('Chart.yaml', { 'templates/web.yaml': map('web') }),
  KL0038: named('.kplanignore', { 'web.yaml': map('web') }),
  KL0039: named('web.yaml', { platform: '-> ../../platform' }),
  KL0040: {},
  KL0041: kustomized({}),
  KL0045: { files: ofMap },
};

const FILES_ALLOWED = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'always' };

/** These examples are commands: each is run in a folder of its own, beside a repository `platform`. */
const COMMANDS: readonly string[] = ['KL0015', 'KL0016', 'KL0019', 'KL0042'];
/** helm says what fails in a chart; the whole command says what waivers do. */
const OF_PROGRAMS: readonly string[] = ['KL0036', 'KL0043', 'KL0044'];

test('every code about files is shown', () => {
  const shown = new Set([...Object.keys(SETTINGS), ...COMMANDS, ...OF_PROGRAMS]);
  assert.deepEqual(
    Object.keys(CATALOG).filter((code) => code.startsWith('KL') && !shown.has(code)),
    [],
  );
});

for (const [code, { files, limits = {} }] of Object.entries(SETTINGS)) {
  test(`the example of ${code} is found`, async () => {
    const example = CATALOG[code]?.example ?? '';
    const path = writeFiles(join(base, code, 'repository'), files?.(example) ?? { 'web.yaml': example });
    const { findings } = await readRepository({ path, git: 'js', renderers: 'none', limits });
    const found = findings.map((finding) => finding.code);
    assert.ok(found.includes(code), `found ${found.join(', ')}`);
  });
}

for (const code of COMMANDS) {
  test(`the example of ${code}, a command, brings it about`, async () => {
    const platform = new TestRepository(join(base, code, 'platform')).write({ 'a.yaml': map('a') });
    platform.commit();
    const shop = new TestRepository(join(base, code, 'shop'));
    const path = shop.directory;
    const isOfCommit = code === 'KL0042';
    if (isOfCommit) shop.write({ 'web.yaml': map('web') }).commit();
    execFileSync('sh', ['-c', CATALOG[code]?.example ?? ''], { cwd: path, env: { ...process.env, ...FILES_ALLOWED }, stdio: 'ignore' });
    const { findings } = await readRepository({ path, git: 'js', renderers: 'none', ...(isOfCommit ? { ref: 'HEAD' } : {}) });
    assert.deepEqual(
      findings.map((finding) => finding.code),
      [code],
    );
  });
}

test('the example of KL0036 is what helm fails at', async () => {
  const example = CATALOG['KL0036']?.example ?? '';
  const line = example.split('\n').findIndex((text) => text.includes('required')) + 1;
  const path = writeFiles(join(base, 'KL0036/web'), { 'Chart.yaml': 'name: web\n', 'templates/web.yaml': example });
  const bin = writeFiles(join(base, 'KL0036/bin'), {
    helm: `#!/bin/sh\necho 'Error: execution error at (web/templates/web.yaml:${line}:11): no name' >&2\nexit 1\n`,
  });
  chmodSync(join(bin, 'helm'), 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = bin;
  const { findings } = await readRepository({ path, git: 'js' }).finally(() => (process.env['PATH'] = before));
  assert.deepEqual(
    findings.map((finding) => `${finding.code} ${finding.source?.file}:${finding.source?.line}`),
    [`KL0036 templates/web.yaml:${line}`],
  );
});

for (const code of ['KL0043', 'KL0044']) {
  test(`the example of ${code}, a waiver, has it`, async () => {
    const path = writeFiles(join(base, code, 'shop'), {
      'web.yaml': `${CATALOG[code]?.example}\napiVersion: v1\nmetadata: { name: web }\n`,
    });
    const { manifests, findings } = await readRepository({ path, git: 'js', renderers: 'none' });
    const judged = judgeWaivers(findings, { manifests, config: NO_CONFIG, today: '2026-06-01' });
    assert.deepEqual(
      judged.map((finding) => finding.code),
      [code],
    );
  });
}
