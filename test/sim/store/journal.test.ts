import { strict as assert } from 'node:assert';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { array, assert as check, constantFrom, nat, property, record } from 'fast-check';
import { nameOf, type KubernetesObject } from '../../../src/model/index.ts';
import { encodeCommit } from '../../../src/sim/store/commit.ts';
import { encodeFrame } from '../../../src/sim/store/frame.ts';
import { Journal } from '../../../src/sim/store/journal.ts';
import { SEED } from '../seed.ts';

function object(name: string, revision: number): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, resourceVersion: String(revision) } };
}

function put(journal: Journal, name: string): boolean {
  return journal.append([{ type: 'put', object: object(name, journal.state.revision + 1) }], 0);
}

function namesOf(journal: Journal): string[] {
  return [...journal.state.objects()].map((item) => nameOf(item)).toSorted();
}

describe('the journal', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kplan-journal-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const log = (generation = 1): string => join(directory, `log-0000000${generation}`);
  const reopen = (): string[] => {
    const journal = Journal.open(directory, 0);
    try {
      return namesOf(journal);
    } finally {
      journal.close();
    }
  };

  test('keeps what was appended, however the last record was cut short', () => {
    const journal = Journal.open(directory, 0);
    put(journal, 'a');
    put(journal, 'b');
    const whole = readFileSync(log());
    put(journal, 'c');
    journal.close();
    const longer = readFileSync(log());
    for (let length = whole.length; length < longer.length; length++) {
      writeFileSync(log(), longer.subarray(0, length));
      assert.deepEqual(reopen(), ['a', 'b'], `cut at ${length}`);
      const next = Journal.open(directory, 0);
      assert.ok(put(next, 'd'));
      next.close();
      assert.deepEqual(reopen(), ['a', 'b', 'd'], `cut at ${length}, then written to`);
    }
  });

  test('reports damage in the middle, says where, and changes nothing', () => {
    const journal = Journal.open(directory, 0);
    put(journal, 'a');
    const first = readFileSync(log()).length;
    put(journal, 'b');
    put(journal, 'c');
    journal.close();
    const bytes = readFileSync(log());
    bytes[first + 60] = (bytes[first + 60] ?? 0) ^ 1;
    writeFileSync(log(), bytes);
    assert.throws(reopen, { name: 'KplanError', code: 'CORRUPT', message: new RegExp(`log-00000001: .* damaged at byte ${first}:`) });
    assert.deepEqual(readFileSync(log()), bytes);
  });

  test('reports a missing commit', () => {
    const journal = Journal.open(directory, 0);
    put(journal, 'a');
    const commit = { sequence: 3, writer: 'other', time: 0, changes: [] };
    appendFileSync(log(), encodeFrame(encodeCommit(commit)));
    assert.throws(() => journal.catchUp(), { code: 'CORRUPT', message: /commit 2 is missing/ });
    journal.close();
  });

  test('refuses a log that is none, and one of a later format', () => {
    writeFileSync(log(), 'hello');
    assert.throws(reopen, { code: 'CORRUPT', message: /does not begin as a log/ });
    writeFileSync(log(), encodeFrame('{"log":"kplan cluster","format":99}'));
    assert.throws(reopen, { code: 'CORRUPT', message: /format 99/ });
  });

  test('of two commits of one number the first holds, and the second is told so', () => {
    const [one, two] = [Journal.open(directory, 0), Journal.open(directory, 0)];
    assert.ok(put(one, 'a'));
    assert.equal(put(two, 'b'), false);
    assert.deepEqual(namesOf(two), ['a']);
    assert.ok(put(two, 'b'));
    one.catchUp();
    assert.deepEqual(namesOf(one), ['a', 'b']);
    one.close();
    two.close();
  });

  test('goes on in the next generation after compaction, also for who has not noticed', () => {
    const [one, two] = [Journal.open(directory, 0), Journal.open(directory, 0)];
    put(one, 'a');
    one.compact();
    assert.deepEqual(readdirSync(directory).toSorted(), ['log-00000001', 'log-00000002']);
    put(one, 'b');
    assert.equal(put(two, 'c'), false);
    assert.deepEqual(namesOf(two), ['a', 'b']);
    assert.ok(put(two, 'c'));
    one.catchUp();
    assert.deepEqual(namesOf(one), ['a', 'b', 'c']);
    one.close();
    two.close();
    assert.deepEqual(reopen(), ['a', 'b', 'c']);
  });

  test('a seal whose writer was killed is carried out by the next process', () => {
    const one = Journal.open(directory, 0);
    put(one, 'a');
    one.close();
    appendFileSync(log(), encodeFrame('{"sequence":2,"seal":2}'));
    const two = Journal.open(directory, 0);
    assert.deepEqual(namesOf(two), ['a']);
    assert.ok(existsSync(log(2)));
    assert.ok(put(two, 'b'));
    two.close();
    assert.deepEqual(reopen(), ['a', 'b']);
  });

  test('a process that slept through several compactions finds its way', () => {
    const [late, busy] = [Journal.open(directory, 0), Journal.open(directory, 0)];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      put(busy, name);
      busy.compact();
    }
    assert.deepEqual(readdirSync(directory).toSorted(), ['log-00000005', 'log-00000006']);
    assert.equal(put(late, 'late'), false);
    assert.deepEqual(namesOf(late), ['a', 'b', 'c', 'd', 'e']);
    assert.ok(put(late, 'late'));
    busy.catchUp();
    assert.deepEqual(namesOf(busy), ['a', 'b', 'c', 'd', 'e', 'late']);
    late.close();
    busy.close();
  });

  test(`any interleaving of writers, compactions and torn writes gives all the same state (KPLAN_SEED=${SEED})`, () => {
    const step = record({ writer: nat(2), what: constantFrom('put', 'put', 'put', 'compact', 'tear', 'look') });
    check(
      property(array(step, { maxLength: 40 }), (steps) => {
        const own = mkdtempSync(join(directory, 'run-'));
        const journals = [0, 1, 2].map(() => Journal.open(own, 0));
        const want: string[] = [];
        for (const [index, { writer, what }] of steps.entries()) {
          const journal = journals[writer];
          if (journal === undefined) continue;
          if (what === 'look') journal.catchUp();
          else if (what === 'compact') journal.compact();
          else if (what === 'tear') tear(own);
          else {
            while (!put(journal, `o${index}`)) continue;
            want.push(`o${index}`);
          }
        }
        for (const journal of journals) {
          journal.catchUp();
          assert.deepEqual(namesOf(journal), want.toSorted());
          journal.close();
        }
        const again = Journal.open(own, 0);
        assert.deepEqual(namesOf(again), want.toSorted());
        again.close();
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** What a writer leaves that is killed in the middle of its write. */
function tear(directory: string): void {
  const newest = readdirSync(directory).toSorted().at(-1) ?? '';
  const frame = encodeFrame(encodeCommit({ sequence: 1, writer: 'killed', time: 0, changes: [] }));
  appendFileSync(join(directory, newest), frame.subarray(0, 30));
}
