import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toOtlpReceiver } from '../../../src/daemon/trace/otlp.ts';
import { toTraceId, Tracer, type Span } from '../../../src/daemon/trace/tracer.ts';
import type { DaemonPhase, DaemonStatus } from '../../../src/daemon/status/status-file.ts';
import { parseJson } from '../../../src/std/index.ts';
import { COMMIT, toStatus } from '../notify/statuses.ts';

/** Notes phases, one a second, and answers the spans. */
function trace(tracer: Tracer, spans: Span[], phases: readonly (readonly [DaemonPhase, Partial<DaemonStatus>?])[]): readonly Span[] {
  spans.length = 0;
  for (const [second, [phase, more = {}]] of phases.entries()) tracer.note(toStatus({ phase, ...more }), second * 1_000);
  return [...spans];
}

function open(): { readonly tracer: Tracer; readonly spans: Span[] } {
  const spans: Span[] = [];
  return { tracer: new Tracer((span) => spans.push(span)), spans };
}

describe('the spans of a synchronisation', () => {
  it('are one for the whole and one for each stage, in the trace of its revision', () => {
    const { tracer, spans } = open();
    const made = trace(tracer, spans, [['reading'], ['planning'], ['applying'], ['applying'], ['idle', { cluster: 'east' }]]);
    assert.deepEqual(
      made.map(({ name, begun, ended }) => [name, begun, ended]),
      [
        ['sync', 0, 4_000],
        ['read', 0, 1_000],
        ['plan', 1_000, 2_000],
        ['apply', 2_000, 4_000],
      ],
    );
    const [sync, ...stages] = made;
    assert.equal(sync?.parentId, undefined);
    for (const span of made) assert.deepEqual([span.traceId, span.cluster, span.fault], [toTraceId(COMMIT), 'east', undefined]);
    for (const { parentId } of stages) assert.equal(parentId, sync?.spanId);
    assert.equal(new Set(made.map(({ spanId }) => spanId)).size, 4);
    for (const { spanId, traceId } of made) assert.match(`${traceId} ${spanId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
  });

  it('are none of a look that changes nothing', () => {
    const { tracer, spans } = open();
    trace(tracer, spans, [['reading'], ['planning'], ['idle']]);
    assert.deepEqual(trace(tracer, spans, [['reading'], ['planning'], ['idle']]), []);
    assert.deepEqual(trace(tracer, spans, [['idle'], ['standby']]), []);
  });

  it('say why a unit did not come off well', () => {
    const { tracer, spans } = open();
    const [sync, read] = trace(tracer, spans, [['reading'], ['idle', { outcome: 'held', reasons: ['a', 'b'] }]]);
    assert.deepEqual([sync?.outcome, sync?.fault, read?.fault], ['held', 'a; b', undefined]);
  });

  it('are none of what another instance goes on with', () => {
    const { tracer, spans } = open();
    tracer.note(toStatus({ phase: 'applying' }), 0);
    tracer.forget('web');
    tracer.note(toStatus(), 1_000);
    assert.deepEqual(spans, []);
  });
});

describe('OTLP', () => {
  it('is the JSON of the specification', () => {
    const { tracer, spans } = open();
    const made = trace(tracer, spans, [['reading'], ['idle', { outcome: 'failed', reasons: ['why'] }]]);
    const url = new URL('http://collector:4318/v1/traces');
    const receiver = toOtlpReceiver({ url, headers: { 'x-key': 'k' }, serviceName: 'kapply', instance: 'one', version: '1' });
    const { headers, body } = receiver.toPost(made);
    assert.deepEqual(headers, { 'user-agent': 'kapply', 'x-key': 'k', 'content-type': 'application/json' });
    const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
    const attributes = [text('kapply.unit', 'web'), text('kapply.revision', COMMIT), text('kapply.outcome', 'failed')];
    const [sync, read] = made;
    assert.deepEqual(parseJson(body), {
      resourceSpans: [
        {
          resource: {
            attributes: [text('service.name', 'kapply'), text('service.instance.id', 'one'), text('service.version', '1')],
          },
          scopeSpans: [
            {
              scope: { name: 'kapply', version: '1' },
              spans: [
                {
                  traceId: toTraceId(COMMIT),
                  spanId: sync?.spanId,
                  name: 'sync web',
                  kind: 1,
                  startTimeUnixNano: '0',
                  endTimeUnixNano: '1000000000',
                  attributes,
                  status: { code: 2, message: 'why' },
                },
                {
                  traceId: toTraceId(COMMIT),
                  spanId: read?.spanId,
                  parentSpanId: sync?.spanId,
                  name: 'read',
                  kind: 1,
                  startTimeUnixNano: '0',
                  endTimeUnixNano: '1000000000',
                  attributes,
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
