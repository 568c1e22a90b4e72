import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumContainers } from '../../src/model/index.ts';
import { getNumber, type JsonObject } from '../../src/std/index.ts';

const asking = (amount: number, more: JsonObject = {}): JsonObject => ({ amount, ...more });
const sidecar = (amount: number): JsonObject => asking(amount, { restartPolicy: 'Always' });

const CASES: Readonly<Record<string, readonly [spec: JsonObject, total: number]>> = {
  'no containers': [{}, 0],
  'containers side by side': [{ containers: [asking(1), asking(2)] }, 3],
  'a step of initialisation that needs more than all that follows': [
    { containers: [asking(1)], initContainers: [asking(5), asking(2)] },
    5,
  ],
  'a sidecar runs on': [{ containers: [asking(1)], initContainers: [sidecar(2)] }, 3],
  'a step beside the sidecars before it': [{ containers: [asking(1)], initContainers: [sidecar(2), asking(4)] }, 6],
  'not beside those after it': [{ containers: [asking(1)], initContainers: [asking(4), sidecar(2)] }, 4],
};

for (const [name, [spec, total]] of Object.entries(CASES)) {
  test(`what containers need together: ${name}`, () => {
    const sum = sumContainers(spec, {
      of: (container) => getNumber(container, 'amount') ?? 0,
      none: 0,
      add: (a, b) => a + b,
      most: (a, b) => Math.max(a, b),
    });
    assert.equal(sum, total);
  });
}
