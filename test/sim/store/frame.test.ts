import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { decodeFrame, encodeFrame } from '../../../src/sim/store/frame.ts';

const RECORD = encodeFrame('{"a":"é"}');
const NEXT = encodeFrame('{"b":2}');

test('a record is read back', () => {
  const bytes = Buffer.concat([RECORD, NEXT]);
  assert.deepEqual(decodeFrame(bytes, 0), { kind: 'record', payload: '{"a":"é"}', end: RECORD.length });
  assert.deepEqual(decodeFrame(bytes, RECORD.length), { kind: 'record', payload: '{"b":2}', end: bytes.length });
});

test('a record cut short anywhere is incomplete at the end, and torn before the next', () => {
  for (let length = 1; length < RECORD.length; length++) {
    const start = RECORD.subarray(0, length);
    assert.deepEqual(decodeFrame(start, 0), { kind: 'incomplete' }, `cut at ${length}`);
    assert.deepEqual(decodeFrame(Buffer.concat([start, NEXT]), 0), { kind: 'torn', end: length }, `cut at ${length}, then another`);
  }
});

test('blocks that the disk had not written are torn, not damage', () => {
  const hole = Buffer.from(RECORD);
  hole.fill(0, 22);
  assert.deepEqual(decodeFrame(Buffer.concat([hole, NEXT]), 0), { kind: 'torn', end: RECORD.length });
  assert.deepEqual(decodeFrame(Buffer.concat([Buffer.alloc(30), NEXT]), 0), { kind: 'torn', end: 30 });
});

test('a changed byte is damage wherever it is', () => {
  for (let at = 0; at < RECORD.length; at++) {
    const bytes = Buffer.concat([RECORD, NEXT]);
    bytes[at] = (bytes[at] ?? 0) ^ 0x11;
    const frame = decodeFrame(bytes, 0);
    assert.notEqual(frame.kind, 'record', `byte ${at}`);
    if (at < 10 || at >= 18) assert.equal(frame.kind, 'damaged', `byte ${at}`);
  }
});

test('the last record is not taken for one cut short where its length was changed', () => {
  for (let at = 10; at < 18; at++) {
    const bytes = Buffer.from(RECORD);
    bytes[at] = at === 17 ? 0x66 : 0x31;
    assert.deepEqual(decodeFrame(bytes, 0), { kind: 'damaged' }, `byte ${at}`);
  }
});
