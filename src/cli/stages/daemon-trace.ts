import { findProxy, openAgent } from '../../cluster/index.ts';
import { Outbox, toOtlpReceiver, toPoster, Tracer, type DaemonMetrics, type OtlpTarget, type Span } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import { VERSION } from '../version.ts';

/** Spans of what is done to units, and what sends them. */
export interface OpenedTracer {
  readonly tracer: Tracer;
  /** Sends what waits, for a few seconds at most. */
  readonly close: () => Promise<void>;
}

/**
 * Sends traces where OpenTelemetry's own settings say so: OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, with
 * OTEL_EXPORTER_OTLP_HEADERS and OTEL_SERVICE_NAME; OTEL_SDK_DISABLED turns it off. Throws `KplanError` for a URL that is none.
 */
export function openTracer(identity: string, io: Io, log: Log, metrics: DaemonMetrics): OpenedTracer {
  const target = readTarget(identity, io);
  if (target === undefined) return { tracer: new Tracer(() => undefined), close: () => Promise.resolve() };
  const protocol = setting('PROTOCOL', io);
  if (protocol !== undefined && protocol !== 'http/json')
    log.warn(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}: traces are sent as http/json, which collectors take at the same port as http/protobuf`,
    );
  const clock = realClock(io);
  const proxy = findProxy(target.url, io.env);
  const agent = openAgent({ server: target.url, tls: { insecure: false }, ...(proxy === undefined ? {} : { proxy }) }, undefined, 1);
  const outbox = new Outbox<Span>({
    receiver: toOtlpReceiver(target),
    post: toPoster(agent, clock),
    clock,
    random: () => io.random(),
    onResult: (result, count) => metrics.noteSpans(result, count),
    onProblem: (problem) => log.warn(`traces by ${problem}`),
  });
  return { tracer: new Tracer((span) => outbox.put(span)), close: () => outbox.close() };
}

function readTarget(instance: string, io: Io): OtlpTarget | undefined {
  if (io.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const exact = io.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const base = io.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const text = exact === undefined || exact === '' ? (base ?? '') : exact;
  if (text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new KplanError('USAGE', 'OTEL_EXPORTER_OTLP_ENDPOINT is not a URL that begins with https:// or http://');
  const url = new URL(text);
  if (text !== exact) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  const serviceName = io.env['OTEL_SERVICE_NAME'] ?? 'kapply';
  return { url, headers: toHeaders(setting('HEADERS', io) ?? ''), serviceName, instance, version: VERSION };
}

function setting(name: string, { env }: Io): string | undefined {
  const value = env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] ?? env[`OTEL_EXPORTER_OTLP_${name}`];
  return value === '' ? undefined : value;
}

/** `key=value,key=value`, values with percent signs as in URLs. */
function toHeaders(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim().toLowerCase();
    const value = decode(pair.slice(at + 1).trim());
    if (at < 1) return [];
    if (!/^[\w-]+$/.test(name) || /[^\u0020-\u007e]/.test(value))
      throw new KplanError('USAGE', 'OTEL_EXPORTER_OTLP_HEADERS holds a header that may not be sent');
    return [[name, value] as const];
  });
  return Object.fromEntries(pairs);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
