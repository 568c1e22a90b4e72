import { stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Receiver } from '../notify/receivers.ts';
import type { Span } from './tracer.ts';

/** Where spans go, and as whose. */
export interface OtlpTarget {
  /** Such as `http://collector:4318/v1/traces`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Names the process among others of the service. */
  readonly instance: string;
  readonly version: string;
}

const MOST_SPANS = 512;
/** `SPAN_KIND_INTERNAL` and `STATUS_CODE_ERROR` of opentelemetry/proto/trace/v1/trace.proto. */
const INTERNAL = 1;
const ERROR = 2;

/**
 * A collector that takes spans by OTLP over HTTP as JSON (opentelemetry-proto, docs/specification.md). The official SDK brings the
 * SDKs of metrics and logs with it, nine packages in all, for what is one request here.
 */
export function toOtlpReceiver(target: OtlpTarget): Receiver<Span> {
  return {
    name: 'OTLP',
    most: MOST_SPANS,
    wants: () => true,
    toPost: (spans) => ({
      url: target.url,
      headers: { 'user-agent': 'kapply', ...target.headers, 'content-type': 'application/json' },
      body: stringifyJson(toRequest(spans, target)),
    }),
  };
}

function toRequest(spans: readonly Span[], { serviceName, instance, version }: OtlpTarget): JsonObject {
  const resource = { 'service.name': serviceName, 'service.instance.id': instance, 'service.version': version };
  const scope = { name: 'kapply', version };
  return { resourceSpans: [{ resource: { attributes: toAttributes(resource) }, scopeSpans: [{ scope, spans: spans.map(toSpan) }] }] };
}

function toSpan({ traceId, spanId, parentId, name, begun, ended, unit, cluster, revision, outcome, fault }: Span): JsonValue {
  const attributes = {
    'kapply.unit': unit,
    ...(cluster === undefined ? {} : { 'kapply.cluster': cluster }),
    'kapply.revision': revision,
    'kapply.outcome': outcome,
  };
  return {
    traceId,
    spanId,
    ...(parentId === undefined ? {} : { parentSpanId: parentId }),
    name: parentId === undefined ? `${name} ${unit}` : name,
    kind: INTERNAL,
    startTimeUnixNano: toNanoseconds(begun),
    endTimeUnixNano: toNanoseconds(ended),
    attributes: toAttributes(attributes),
    ...(fault === undefined ? {} : { status: { code: ERROR, message: fault } }),
  };
}

function toAttributes(values: Readonly<Record<string, string>>): readonly JsonValue[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** A 64-bit integer is a string in Protobuf's JSON. */
function toNanoseconds(milliseconds: number): string {
  return `${BigInt(Math.round(milliseconds)) * 1_000_000n}`;
}
