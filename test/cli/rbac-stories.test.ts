import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getArray, getNumber, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { readReport } from './report-schema.ts';
import { run } from './program.ts';

const STORIES = fileURLToPath(new URL('../../fixtures/rbac/stories', import.meta.url));

/** Paths of escalation have fixtures of their own. */
const PATHS = 'KA04';

/** ` <- rbac.yaml:5`, the place of a finding or of a cause. */
function at(item: JsonValue | undefined): string {
  const file = getString(item ?? null, 'source', 'file');
  return file === undefined ? '' : ` <- ${basename(file)}:${getNumber(item ?? null, 'source', 'line')}`;
}

function listChanges(report: JsonObject): readonly string[] {
  return getArray(report, 'changes').flatMap((change) =>
    (['gained', 'lost'] as const).flatMap((way) =>
      getArray(change, way).map((right) => {
        const words = (field: string): string => getArray(right, field).map(String).join(', ');
        const who = [getString(change, 'subject', 'kind'), getString(change, 'subject', 'namespace'), getString(change, 'subject', 'name')];
        return `${way} ${who.filter((part) => part !== '').join(' ')}: ${words('verbs')} ${words('resources')} in ${words('namespaces') || 'every namespace'}${at(getArray(right, 'causes')[0])}`;
      }),
    ),
  );
}

function listFindings(report: JsonObject): readonly string[] {
  return getArray(report, 'findings').map((finding) => `${getString(finding, 'code')} ${getString(finding, 'severity')}${at(finding)}`);
}

function listEffects(report: JsonObject): readonly string[] {
  return getArray(report, 'effects')
    .filter((effect) => getString(effect, 'engine') === 'rbac' && getString(effect, 'code')?.startsWith(PATHS) !== true)
    .map(
      (effect) =>
        `${getString(effect, 'code')} ${getString(effect, 'severity')} ${getString(effect, 'message')}${at(getArray(effect, 'causes')[0])}`,
    );
}

for (const name of readdirSync(STORIES).filter((entry) => existsSync(join(STORIES, entry, 'story.json')))) {
  test(`the story ${name}`, async () => {
    const folder = join(STORIES, name);
    const { effects, changes, findings } = JSON.parse(readFileSync(join(folder, 'story.json'), 'utf8'));
    const config = existsSync(join(folder, 'kplan.yaml')) ? ['--config', join(folder, 'kplan.yaml')] : [];
    const asked = ['after', '--snapshot', 'before', '-o', 'json', '--fail-on', 'never', ...config];
    const [rights, plan] = await Promise.all([run('kplan', folder, ['rbac', ...asked]), run('kplan', folder, asked)]);
    assert.deepEqual([rights.code, plan.code], [0, 0], rights.stderr + plan.stderr);
    assert.deepEqual(listChanges(readReport(rights.stdout)), changes);
    assert.deepEqual(listFindings(readReport(rights.stdout)), findings);
    assert.deepEqual(listEffects(readReport(plan.stdout)), effects);
  });
}
