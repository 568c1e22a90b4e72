import {
  getArray,
  getAt,
  getBoolean,
  getNumber,
  getObject,
  getString,
  isArray,
  isObject,
  parseJson,
  type JsonValue,
} from '../../../std/index.ts';
import { isProtocol, type Protocol } from '../port-set.ts';

/** An end of a flow as a log tells it. */
export interface LoggedEnd {
  /** Empty for what is no pod. */
  readonly namespace: string;
  /** The pod, or the pattern that stands for several: `web-5d4f8-*`; empty where the log does not say. */
  readonly pod: string;
  /** What runs the pod, where the log says so. */
  readonly workload: { readonly kind: string; readonly name: string } | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly address: string;
  /** What the log knows of an end that is no pod: `host`, `world`, `health`; empty otherwise. */
  readonly role: string;
}

/** A connection that a log has seen. */
export interface LoggedFlow {
  readonly from: LoggedEnd;
  readonly to: LoggedEnd;
  readonly protocol: Protocol;
  readonly port: number;
}

/** What a flow log holds. */
export interface FlowLog {
  readonly flows: readonly LoggedFlow[];
  /** Entries that are no connection to keep: replies, refused ones, other protocols than TCP, UDP and SCTP. */
  readonly refused: number;
  readonly replies: number;
  readonly others: number;
  /** Lines that are no entry of a flow log, by number from 1; the first of them. */
  readonly unread: readonly number[];
}

type Entry = 'other' | 'refused' | 'reply' | 'unread' | LoggedFlow;

/**
 * Reads a flow log: Hubble's (`hubble observe -o json` or `-o jsonpb`) or Calico's, as JSON Lines, a JSON array, or an export of
 * Elasticsearch. A reply belongs to the connection that it answers.
 */
export function readFlowLog(text: string): FlowLog {
  const entries = listValues(text).map(({ value, line }) => ({ line, entry: value === undefined ? 'unread' : readEntry(unwrap(value)) }));
  const flows: LoggedFlow[] = [];
  const unread: number[] = [];
  const count = { other: 0, refused: 0, reply: 0 };
  for (const { entry, line } of entries) {
    if (typeof entry === 'object') flows.push(entry);
    else if (entry === 'unread') unread.push(line);
    else count[entry]++;
  }
  return { flows, refused: count.refused, replies: count.reply, others: count.other, unread };
}

interface Located {
  readonly value: JsonValue | undefined;
  readonly line: number;
}

function listValues(text: string): readonly Located[] {
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  const values = lines.map(({ line, number }) => ({ value: parseSafely(line), line: number }));
  const isWhole = values[0] !== undefined && values[0].value === undefined;
  const whole = isWhole ? parseSafely(text) : undefined;
  return (whole === undefined ? values : [{ value: whole, line: 1 }]).flatMap(({ value, line }) =>
    flatten(value).map((item) => ({ value: item, line })),
  );
}

function flatten(value: JsonValue | undefined): readonly (JsonValue | undefined)[] {
  if (isArray(value)) return value;
  const hits = getArray(value, 'hits', 'hits');
  const items = getArray(value, 'items');
  return hits.length > 0 ? hits : items.length > 0 ? items : [value];
}

function parseSafely(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The entry within what a program or a store wraps around it. */
function unwrap(value: JsonValue): JsonValue {
  return getObject(value, 'flow') ?? getObject(value, '_source') ?? value;
}

function readEntry(value: JsonValue): Entry {
  if (getObject(value, 'l4') !== undefined || getString(value, 'verdict') !== undefined) return readHubble(value);
  const isCalico =
    getString(value, 'action') !== undefined &&
    ['dest_port', 'dest_name', 'dest_namespace'].some((field) => getAt(value, field) !== undefined);
  return isCalico ? readCalico(value) : 'unread';
}

/** Cilium's own words for verdicts that let a packet through (`flow.proto`, `Verdict`). */
const PASSED: ReadonlySet<string> = new Set(['AUDIT', 'FORWARDED', 'REDIRECTED']);

function readHubble(flow: JsonValue): Entry {
  const layer = getObject(flow, 'l4');
  const protocol = Object.keys(layer ?? {}).find(isProtocol);
  const port = protocol === undefined ? undefined : getNumber(layer, protocol, 'destination_port');
  if (protocol === undefined || port === undefined || port === 0) return 'other';
  const verdict = getString(flow, 'verdict') ?? '';
  if (!PASSED.has(verdict)) return verdict === 'DROPPED' || verdict === 'ERROR' ? 'refused' : 'other';
  if (getBoolean(flow, 'is_reply') === true || getBoolean(flow, 'reply') === true || getBoolean(flow, 'is_reply', 'value') === true)
    return 'reply';
  return { from: readHubbleEnd(flow, 'source'), to: readHubbleEnd(flow, 'destination'), protocol, port };
}

function readHubbleEnd(flow: JsonValue, side: 'destination' | 'source'): LoggedEnd {
  const end = getObject(flow, side) ?? {};
  const texts = getArray(end, 'labels').flatMap((label) => (typeof label === 'string' ? [label] : []));
  const [owner] = getArray(end, 'workloads');
  const [kind, name] = [getString(owner, 'kind'), getString(owner, 'name')];
  return {
    namespace: getString(end, 'namespace') ?? '',
    pod: getString(end, 'pod_name') ?? '',
    workload: kind === undefined || name === undefined ? undefined : { kind, name },
    labels: toLabels(
      texts.filter((label) => label.startsWith('k8s:')).map((label) => label.slice(4)),
      (key) => !key.startsWith('io.cilium.k8s.') && key !== 'io.kubernetes.pod.namespace',
    ),
    address: getString(flow, 'IP', side) ?? '',
    role: texts.find((label) => label.startsWith('reserved:'))?.slice('reserved:'.length) ?? '',
  };
}

function readCalico(entry: JsonValue): Entry {
  const protocol = (getString(entry, 'proto') ?? getString(entry, 'protocol') ?? '').toUpperCase();
  const port = getNumber(entry, 'dest_port');
  if (!isProtocol(protocol) || port === undefined || port === 0) return 'other';
  if (getString(entry, 'action')?.toLowerCase() !== 'allow') return 'refused';
  return { from: readCalicoEnd(entry, 'source'), to: readCalicoEnd(entry, 'dest'), protocol, port };
}

function readCalicoEnd(entry: JsonValue, side: 'dest' | 'source'): LoggedEnd {
  const fieldOf = (field: string): string => {
    const text = getString(entry, `${side}_${field}`) ?? '';
    return text === '-' ? '' : text;
  };
  const labels = getAt(entry, `${side}_labels`);
  const texts = isObject(labels)
    ? getArray(labels, 'labels')
    : isArray(labels)
      ? labels
      : typeof labels === 'string'
        ? labels.split(/\s*[|,]\s*/)
        : [];
  const kind = fieldOf('type');
  const isPod = kind === 'wep' || kind.toLowerCase() === 'workloadendpoint' || (kind === '' && fieldOf('namespace') !== '');
  return {
    namespace: isPod ? fieldOf('namespace') : '',
    pod: isPod ? fieldOf('name') || fieldOf('name_aggr') : '',
    workload: undefined,
    labels: toLabels(
      texts.flatMap((label) => (typeof label === 'string' ? [label] : [])),
      () => true,
    ),
    address: fieldOf('ip'),
    role: kind === 'hep' || kind.toLowerCase() === 'hostendpoint' ? 'remote-node' : '',
  };
}

function toLabels(texts: readonly string[], isOwn: (key: string) => boolean): ReadonlyMap<string, string> {
  return new Map(
    texts.flatMap((text) => {
      const at = text.indexOf('=');
      const key = at < 0 ? text : text.slice(0, at);
      return key !== '' && isOwn(key) ? [[key, at < 0 ? '' : text.slice(at + 1)] as const] : [];
    }),
  );
}
