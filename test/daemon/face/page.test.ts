import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Board } from '../../../src/daemon/face/board.ts';
import { Face } from '../../../src/daemon/face/face.ts';
import { DaemonMetrics } from '../../../src/daemon/face/metrics.ts';
import { renderPage, renderUnits } from '../../../src/daemon/face/page.ts';
import { serveFace } from '../../../src/daemon/face/server.ts';
import type { DaemonStatus } from '../../../src/daemon/index.ts';
import { toObject, toPlan } from '../../reconcile/toy-planner.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';

function toStatus(unit: string, more: Partial<DaemonStatus> = {}): DaemonStatus {
  return {
    unit,
    identity: 'me',
    source: `repository, apps/${unit}`,
    phase: 'idle',
    startedAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:05Z',
    revision: 'abc',
    outcome: 'synced',
    reasons: [],
    waitsFor: 'a change',
    failures: 0,
    ...more,
  };
}

describe('the page', () => {
  it('shows units that need a person first, with why, and how each came off', () => {
    const board = new Board();
    board.noteUnit(toStatus('web'));
    board.noteUnit(toStatus('db', { outcome: 'held', reasons: ['KP0101 one'], plan: '0123' }));
    board.noteUnit(toStatus('api', { reasons: ['not healthy: Deployment shop/api'] }));
    board.noteUnit(toStatus('web', { outcome: 'failed', reasons: ['no'], revision: 'abd' }));
    const text = renderPage(board);
    assert.deepEqual(
      [...text.matchAll(/class="name">(\w+)</g)].map(([, name]) => name),
      ['web', 'api', 'db'],
    );
    assert.match(text, /Units: 1 failed, 1 unhealthy, 1 held/);
    assert.match(text, /kapply approve db/);
    assert.match(text, /2026-01-01T00:00:05Z failed abd: no<\/li><li>2026-01-01T00:00:05Z synced abc</);
    board.forgetUnit('web');
    assert.ok(!renderUnits(board).includes('unit-web'));
  });

  it('names what a plan does, and no value of it', () => {
    const board = new Board();
    const secret = toObject('Secret', 'web', { stringData: { password: 'hunter2' } });
    const step = {
      action: 'create',
      ref: { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'web' },
      desired: secret,
    } as const;
    board.notePlan('web', toPlan([{ label: 'all', steps: [{ ...step, precondition: { kind: 'absent' } }] }]));
    board.noteUnit(toStatus('web'));
    const text = renderPage(board);
    assert.match(text, /create Secret shop\/web/);
    assert.ok(!text.includes('hunter2'));
  });

  it('is of a bounded size, whatever the history', () => {
    const board = new Board();
    for (let index = 0; index < 1_000; index++) board.noteUnit(toStatus('web', { revision: `r${index}` }));
    assert.equal([...renderUnits(board).matchAll(/ synced r\d+</g)].length, 20);
  });

  it('has no mark-up but its own, whatever stands in names and reasons', () => {
    const tags = (text: string): readonly string[] => [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));
    const shape = (hostile: string): readonly string[] => {
      const board = new Board();
      board.noteUnit(toStatus(hostile, { reasons: [hostile], source: hostile, revision: hostile, waitsFor: hostile, outcome: 'held' }));
      return tags(renderUnits(board));
    };
    const wanted = shape('harmless');
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom('<script>', '"><img src=x onerror=alert(1)>', "' onclick='", '</details>&amp;'),
    );
    fc.assert(
      fc.property(text, (hostile) => assert.deepEqual(shape(hostile), wanted)),
      { numRuns: 300 },
    );
  });
});

describe('the page by HTTP', () => {
  it('is for who asks from this machine, by a name of this machine', async () => {
    const face = new Face({
      metrics: new DaemonMetrics(),
      board: new Board(),
      clock: new FakeClock(),
      unready: () => undefined,
      log: () => undefined,
    });
    const cases: readonly (readonly [string | undefined, boolean, number])[] = [
      ['localhost:8080', true, 200],
      ['127.0.0.1', true, 200],
      ['[::1]:8080', true, 200],
      ['127.0.0.1', false, 403],
      ['kapply.kapply.svc', true, 403],
      ['localhost.evil.example', true, 403],
      ['127.0.0.1.evil.example', true, 403],
      [undefined, true, 403],
    ];
    for (const [host, isLocal, want] of cases) {
      const headers = host === undefined ? {} : { host };
      for (const path of ['/', '/units', '/page.js', '/page.css'])
        assert.equal(
          (await face.answer({ method: 'GET', path, headers, body: new Uint8Array(), isLocal })).status,
          want,
          `${host} ${path}`,
        );
      assert.equal(face.wantsStream({ method: 'GET', path: '/events', headers, isLocal }), want === 200);
    }
    const { headers } = await face.answer({
      method: 'GET',
      path: '/',
      headers: { host: 'localhost' },
      body: new Uint8Array(),
      isLocal: true,
    });
    assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'; style-src 'self'; script-src 'self'/);
  });

  it('is told of changes at once, by few streams, and of nothing where nothing has changed', async (context) => {
    const [board, end] = [new Board(), new AbortController()];
    context.after(() => end.abort());
    const face = new Face({ metrics: new DaemonMetrics(), board, clock: REAL_CLOCK, unready: () => undefined, log: () => undefined });
    const { port } = await serveFace(face, { host: '127.0.0.1', port: 0 }, end.signal);
    const open = async (): Promise<{ readonly text: () => string; readonly more: () => Promise<unknown> }> => {
      const socket = connect(port, '127.0.0.1');
      context.after(() => socket.destroy());
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      return { text: () => text, more: () => once(socket, 'data') };
    };
    const first = await open();
    assert.match(first.text(), /^HTTP\/1\.1 200 [^]*text\/event-stream/);
    while (!first.text().includes('data: changed')) await first.more();
    const more = first.more();
    board.noteUnit(toStatus('web'));
    await more;
    assert.equal([...first.text().matchAll(/data: changed/g)].length, 2);
    let told = 0;
    board.listen(() => told++);
    board.noteUnit(toStatus('web', { updatedAt: '2026-01-01T00:01:00Z', waitsFor: 'a change, or later' }));
    assert.equal(told, 0);
    const others = await Promise.all(Array.from({ length: 21 }, open));
    assert.equal(others.filter(({ text }) => text().startsWith('HTTP/1.1 503')).length, 2);
  });
});
