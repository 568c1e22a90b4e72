import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe as group, test } from 'node:test';
import { describe, World, type Finding } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getAt, getBoolean, getObject, getString, parseJson, type JsonObject } from '../../src/std/index.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { toManifest, toObject } from './fake-origin.ts';
import { listServerCases, readFixture, VERDICTS_FOLDER, type ServerCase } from './server-cases.ts';

/** Where we judge otherwise on purpose. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'a byte field is a list': 'a create takes a list of numbers for bytes; server-side apply refuses it',
};

/** Where we find the same fault and say it in other words: what was left out is missing, not wrong as the zero that Go makes of it. */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  'a finalizer with a space',
  'a limit has no type',
  'a namespace with capitals',
  'a service account name in a pod with capitals',
  'an affinity term has no topology key',
  'an enum field is a number',
  'custom labels of numbers',
  'no apiVersion',
  'no kind',
]);

/** Rules about other objects that an API server asks on creation. */
const ASKED_BY_SERVER = new Set(['KR0005', 'KR0024']);

const catalogs = [loadCatalog('1.36')];
const context = World.of([toObject(readFixture('setup.yaml'))]);
const recorded = parseJson(readFileSync(new URL('verdicts.json', VERDICTS_FOLDER), 'utf8'));
const cases = listServerCases();

group('a real kube-apiserver 1.36.3 is the judge', () => {
  test('of hundreds of objects', () => assert.ok(cases.length > 400));
  for (const item of cases) {
    test(item.name, () => {
      const created =
        getObject(recorded, 'verdicts', item.name, 'created') ?? assert.fail('not recorded: run scripts/validate/record-verdicts.mjs');
      const errors = judge(item);
      if (item.name in OTHERWISE) return;
      const isAccepted = getBoolean(created, 'accepted') === true;
      assert.equal(errors.length === 0, isAccepted, `${errors.map(describe).join('; ')} / ${getString(created, 'message') ?? 'accepted'}`);
      if (!isAccepted && !OTHER_WORDS.has(item.name)) compareWords(errors, created);
    });
  }
});

function judge({ object }: ServerCase): readonly Finding[] {
  const manifest = toManifest({ apiVersion: '', kind: '', ...object });
  const findings = validateManifests([manifest], { catalogs, context, knowsCluster: true, defaultNamespace: 'default' });
  return findings.filter(({ code, severity }) => severity === 'error' && (code.startsWith('KV') || ASKED_BY_SERVER.has(code)));
}

/** What we say of a field that the server speaks of is what the server says, and one of its sentences at least is ours. */
function compareWords(errors: readonly Finding[], created: JsonObject): void {
  const ours = errors.filter(({ code }) => code.startsWith('KV')).map(describe);
  if (ours.length === 0) return;
  const causes = getArray(created, 'causes');
  const whole = getString(created, 'message') ?? '';
  if (causes.length === 0) {
    assert.ok(
      ours.some((message) => whole.includes(message.replace(/^[\w.[\]]+: /, '')) || message.startsWith(whole)),
      `${ours.join('\n')}\n${whole}`,
    );
    return;
  }
  const theirs = causes.map((cause) =>
    `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`.replace('<nil>: Invalid value: "": ', ''),
  );
  const fields = new Set(causes.map((cause) => getAt(cause, 'field')));
  for (const error of errors) {
    const message = describe(error);
    if (fields.has(error.data['field'] ?? null)) assert.ok(theirs.includes(message), `${message}\n${theirs.join('\n')}`);
  }
}
