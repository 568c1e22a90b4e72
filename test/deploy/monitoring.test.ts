import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { DaemonMetrics } from '../../src/daemon/face/metrics.ts';
import { OUTCOMES } from '../../src/daemon/status/unit-outcome.ts';
import { getArray, getString, isJson, parseJson, type JsonValue } from '../../src/std/index.ts';

const FOLDER = new URL('../../deploy/monitoring/', import.meta.url);
const RESULTS = ['accepted', 'repeated', 'refused', 'limited', 'sent', 'failed', 'dropped'];

function readRules(): readonly JsonValue[] {
  const [file] = loadAll(readFileSync(new URL('alerts.yaml', FOLDER), 'utf8'));
  assert.ok(isJson(file));
  return getArray(file, 'groups').flatMap((group) => getArray(group, 'rules'));
}

function readExpressions(): readonly string[] {
  const panels = getArray(parseJson(readFileSync(new URL('dashboard.json', FOLDER), 'utf8')), 'panels');
  const drawn = panels.flatMap((panel) => getArray(panel, 'targets')).map((target) => getString(target, 'expr') ?? '');
  return [...drawn, ...readRules().map((rule) => getString(rule, 'expr') ?? '')];
}

/** The metrics that the daemon has, and those of a histogram. */
async function listMetrics(): Promise<ReadonlySet<string>> {
  const text = await new DaemonMetrics().write();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])),
  );
}

test('alerts and the dashboard ask for metrics that there are, with values that they have', async () => {
  const known = await listMetrics();
  const expressions = readExpressions();
  const asked = expressions.flatMap((text) => [...text.matchAll(/\b(?:kapply|process|nodejs)_\w+/g)].map(([name]) => name));
  assert.deepEqual(
    asked.filter((name) => !known.has(name)),
    [],
  );
  const own = [...known].filter((name) => name.startsWith('kapply_') && !/_(sum|count)$/.test(name));
  assert.deepEqual(
    own.filter((name) => !asked.includes(name)),
    [],
    'what is counted is drawn or watched',
  );
  for (const text of expressions) {
    for (const [, label, values = ''] of text.matchAll(/(outcome|result)=~?"([^"]*)"/g)) {
      const possible: readonly string[] = label === 'outcome' ? OUTCOMES : RESULTS;
      for (const value of values.split('|')) assert.ok(possible.includes(value), `${text}: ${value}`);
    }
  }
});

test('each alert says what it is about and what to do', () => {
  for (const rule of readRules()) {
    const name = getString(rule, 'alert') ?? '';
    assert.match(name, /^Kapply[A-Z]/);
    assert.match(getString(rule, 'labels', 'severity') ?? '', /^(info|warning|critical)$/, name);
    for (const field of ['summary', 'description'])
      assert.ok((getString(rule, 'annotations', field) ?? '').endsWith('.'), `${name}: ${field}`);
  }
});
