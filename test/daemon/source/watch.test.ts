import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPassing, pollRevision } from '../../../src/daemon/source/watch.ts';
import { KplanError } from '../../../src/model/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

describe('isPassing', () => {
  const cases: readonly { path: string; want: boolean }[] = [
    { path: 'a.yaml', want: false },
    { path: 'apps/web/kustomization.yaml', want: false },
    { path: 'charts/web/templates/_helpers.tpl', want: false },
    { path: '.kplanignore', want: false },
    { path: '.github/workflows/ci.yaml', want: false },
    { path: '', want: false },
    { path: '.git/index.lock', want: true },
    { path: 'apps/.git/HEAD', want: true },
    { path: 'node_modules/x/a.yaml', want: true },
    { path: '.kplan/cluster/log', want: true },
    { path: '.a.yaml.swp', want: true },
    { path: 'apps/.a.yaml.swx', want: true },
    { path: 'a.yaml~', want: true },
    { path: '#a.yaml#', want: true },
    { path: '.#a.yaml', want: true },
    { path: '4913', want: true },
    { path: 'a.yaml.tmp', want: true },
    { path: 'a.yaml___jb_tmp___', want: true },
    { path: '.goutputstream-X1Y2', want: true },
  ];
  for (const { path, want } of cases) {
    it(`${want ? 'passes over' : 'follows'} ${path === '' ? 'the directory itself' : path}`, () => {
      assert.equal(isPassing(path), want);
    });
  }
});

describe('pollRevision', () => {
  it('tells of another revision, and not of one that cannot be had for a while', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const revisions = ['a', 'a', undefined, 'a', 'b', undefined, 'b', 'a'];
    let asked = 0;
    const changes: number[] = [];
    await pollRevision(
      async () => {
        const revision = revisions[asked++];
        if (asked === revisions.length) abort.abort();
        if (revision === undefined) throw new KplanError('NO_REVISION', 'gone');
        return revision;
      },
      { interval: 1_000, random: () => 0.5, clock, signal: abort.signal, onChange: () => changes.push(asked) },
    );
    assert.deepEqual(changes, [5, 8]);
  });

  it('asks a little earlier or later than the interval, by chance', async () => {
    for (const [random, want] of [
      [0, 900],
      [1, 1_100],
    ] as const) {
      const clock = new FakeClock();
      const abort = new AbortController();
      const times: number[] = [];
      const readRevision = async (): Promise<string> => {
        times.push(clock.now());
        if (times.length === 2) abort.abort();
        return 'a';
      };
      await pollRevision(readRevision, {
        interval: 1_000,
        random: () => random,
        clock,
        signal: abort.signal,
        onChange: () => assert.fail('changed'),
      });
      assert.equal(Math.round((times[1] ?? 0) - (times[0] ?? 0)), want);
    }
  });
});
