import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDaemonStatus, type DaemonStatus } from '../../../src/daemon/index.ts';
import { writeStatus } from '../../../src/daemon/status/status-file.ts';
import { KplanError } from '../../../src/model/index.ts';

const STATUS: DaemonStatus = {
  unit: 'shop',
  identity: 'host-1',
  source: 'apps',
  phase: 'idle',
  startedAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:01:00Z',
  revision: 'abc',
  lastSynced: { revision: 'abc', at: '2026-01-01T00:01:00Z' },
  outcome: 'held',
  reasons: ['KP0104 ...'],
  waitsFor: 'another revision',
  failures: 0,
};

async function inDirectory(run: (directory: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kplan-status-'));
  try {
    run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the status file', () => {
  it('is read as it was written, and nothing else is left', () =>
    inDirectory((directory) => {
      const state = join(directory, 'units', 'shop');
      writeStatus(state, STATUS);
      writeStatus(state, { ...STATUS, phase: 'applying' });
      assert.deepEqual(readDaemonStatus(state), { ...STATUS, phase: 'applying' });
      assert.deepEqual(readdirSync(state), ['status.json']);
    }));

  it('leaves out what is not known', () =>
    inDirectory((directory) => {
      const { revision: _, lastSynced: __, outcome: ___, ...young } = STATUS;
      writeStatus(directory, young);
      assert.deepEqual(readDaemonStatus(directory), young);
    }));

  it('is absent where no daemon was', () =>
    inDirectory((directory) => {
      assert.equal(readDaemonStatus(join(directory, 'none')), undefined);
    }));

  for (const text of ['', '{', '[]', '{"kind":"Other"}', '{"kind":"DaemonStatus","phase":"dancing"}']) {
    it(`is refused where it is ${text === '' ? 'empty' : text}`, () =>
      inDirectory((directory) => {
        writeFileSync(join(directory, 'status.json'), text);
        assert.throws(
          () => readDaemonStatus(directory),
          (error) => error instanceof KplanError && error.code === 'CORRUPT',
        );
      }));
  }

  it('says so where it cannot be written', () =>
    inDirectory((directory) => {
      writeFileSync(join(directory, 'file'), '');
      assert.throws(
        () => writeStatus(join(directory, 'file'), STATUS),
        (error) => error instanceof KplanError && error.code === 'WRITE_FAILED',
      );
    }));
});
