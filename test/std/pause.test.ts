import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { pause, type Clock } from '../../src/std/index.ts';

function clockOf(sleep: Clock['sleep']): Clock {
  return { now: () => 0, sleep };
}

describe('pause', () => {
  it('is true once the time has passed', async () => {
    assert.equal(
      await pause(
        clockOf(async () => undefined),
        5,
        new AbortController().signal,
      ),
      true,
    );
  });

  it('is false when the signal aborts meanwhile', async () => {
    const abort = new AbortController();
    const sleep = async (): Promise<void> => {
      abort.abort();
      throw new Error('aborted');
    };
    assert.equal(await pause(clockOf(sleep), 5, abort.signal), false);
  });

  it('does not sleep at all when the signal has aborted', async () => {
    const never = (): Promise<void> => assert.fail('slept');
    assert.equal(await pause(clockOf(never), 5, AbortSignal.abort()), false);
  });

  it('ends with whichever signal aborts, and leaves nothing with them', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const sleep: Clock['sleep'] = async (_, signal) => {
      assert.deepEqual(
        [one, other].map((each) => getEventListeners(each.signal, 'abort').length),
        [1, 1],
      );
      other.abort();
      if (signal?.aborted === true) throw new Error('aborted');
    };
    assert.equal(await pause(clockOf(sleep), 5, one.signal, other.signal), false);
    assert.deepEqual(
      [one, other].map((each) => getEventListeners(each.signal, 'abort').length),
      [0, 0],
    );
  });

  it('throws what the clock throws otherwise', async () => {
    const broken = clockOf(() => Promise.reject(new Error('broken')));
    await assert.rejects(pause(broken, 5, new AbortController().signal), /broken/);
  });
});
