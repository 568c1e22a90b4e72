import { hasPoint, stringifyJsonInOrder } from '../../../std/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { isProtocol, toPortPoint, type Protocol } from '../port-set.ts';
import { formatConnection } from './conn-text.ts';
import { listGuardConnections, type GuardConnection } from './connlist.ts';
import { describeOnly, listGuardChanges, sortChanges, type GuardChange } from './diff.ts';
import { printDiffDot, printDot } from './dot.ts';
import { listExplained, printExplained } from './explain.ts';
import { listExposure, printExposure, type Exposure } from './exposure.ts';
import { CONTROLLER, readView, type GuardEnd } from './view.ts';

/** The output formats of netpol-analyzer. */
export type GuardFormat = 'csv' | 'dot' | 'json' | 'md' | 'txt';

/** What of a directory is printed. */
export interface GuardOptions {
  readonly format: GuardFormat;
  readonly exposure: boolean;
  readonly explain: boolean;
  /** Workloads, `namespace/name` or `name`, of whose connections alone is told; empty: all. */
  readonly focusWorkloads: readonly string[];
  /** The one port that is asked for. */
  readonly focusConnection?: { readonly protocol: Protocol; readonly port: number };
}

/** Decodes `tcp-8080`; undefined for what is none. */
export function parseFocusConnection(text: string): GuardOptions['focusConnection'] {
  const match = /^([a-z]+)-(\d{1,5})$/i.exec(text);
  const [protocol, port] = [(match?.[1] ?? '').toUpperCase(), Number(match?.[2])];
  return isProtocol(protocol) && port >= 1 && port <= 65_535 ? { protocol, port } : undefined;
}

/** The connectivity map of a directory in netpol-analyzer's grammar (its `list`), in pieces. */
export function* printGuardList(objects: readonly KubernetesObject[], options: GuardOptions): Generator<string> {
  const view = readView(objects);
  if (options.explain) {
    const pairs = listExplained(view).filter(({ from, to }) => isFocused(options, from, to));
    yield printExplained(pairs);
    if (options.exposure) yield `\n${printExposure(listExposure(view, [...listGuardConnections(view)]))}`;
    return;
  }
  const { exposure } = options;
  const all = exposure ? [...listGuardConnections(view)] : listGuardConnections(view);
  const exposed = exposure ? listExposure(view, [...all]) : undefined;
  yield* printConnections(focus(all, options), exposed, options);
}

function isFocused({ focusWorkloads }: GuardOptions, ...ends: readonly GuardEnd[]): boolean {
  const isNamed = ({ name, peer }: GuardEnd): boolean =>
    focusWorkloads.some(
      (wanted) =>
        (peer !== undefined && (wanted === peer.ref.name || wanted === `${peer.namespace}/${peer.ref.name}`)) ||
        (name === CONTROLLER && wanted === 'ingress-controller'),
    );
  return focusWorkloads.length === 0 || ends.some(isNamed);
}

function* focus(connections: Iterable<GuardConnection>, options: GuardOptions): Generator<GuardConnection> {
  const wanted = options.focusConnection;
  const point = wanted === undefined ? undefined : toPortPoint(wanted.protocol, wanted.port);
  for (const connection of connections) {
    const isWanted = point === undefined || hasPoint(connection.ports, point);
    if (isWanted && isFocused(options, connection.from, connection.to)) yield connection;
  }
}

function* printConnections(
  connections: Iterable<GuardConnection>,
  exposure: Exposure | undefined,
  { format, focusConnection }: GuardOptions,
): Generator<string> {
  switch (format) {
    case 'txt': {
      const on = focusConnection === undefined ? undefined : `${focusConnection.protocol} ${focusConnection.port}`;
      if (on !== undefined) yield `Permitted connections on ${on}:\n`;
      let isEmpty = true;
      for (const { from, to, ports } of connections) {
        isEmpty = false;
        yield on === undefined ? `${from.name} => ${to.name} : ${formatConnection(ports)}\n` : `${from.name} => ${to.name}\n`;
      }
      if (exposure !== undefined) yield `${isEmpty ? '' : '\n'}${printExposure(exposure)}`;
      return;
    }
    case 'csv':
      yield toCsv(['src', 'dst', 'conn']);
      for (const { from, to, ports } of connections) yield toCsv([from.name, to.name, formatConnection(ports)]);
      return;
    case 'md':
      yield '| src | dst | conn |\n|-----|-----|------|\n';
      for (const { from, to, ports } of connections) yield `| ${from.name} | ${to.name} | ${formatConnection(ports)} |\n`;
      return;
    case 'json':
      yield printJson(connections, exposure);
      return;
    case 'dot':
      yield printDot([...connections]);
  }
}

function toCsv(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join()}\n`;
}

function printJson(connections: Iterable<GuardConnection>, exposure: Exposure | undefined): string {
  const lines = [...connections].map(({ from, to, ports }) => ({ src: from.name, dst: to.name, conn: formatConnection(ports) }));
  if (exposure === undefined) return stringifyJsonInOrder(lines, 2);
  const results = {
    egress_exposure: exposure.egress.map(({ workload, target, conn }) => ({ src: workload, dst: target, conn })),
    ingress_exposure: exposure.ingress.map(({ workload, target, conn }) => ({ src: target, dst: workload, conn })),
  };
  return stringifyJsonInOrder({ connlist_results: lines, exposure_results: results }, 2);
}

/** The difference of two directories in netpol-analyzer's grammar (its `diff`), which calls them by these names; empty for none. */
export function printGuardDiff(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  format: Exclude<GuardFormat, 'json'>,
  names: readonly [before: string, after: string],
): string {
  const changes = listGuardChanges(before, after);
  if (changes.every(({ type }) => type === 'unchanged')) return '';
  if (format === 'dot') return printDiffDot(changes, names[0]);
  const lines = sortChanges(changes, (change) => printChange(change, format, names));
  const columns = ['diff-type', 'source', 'destination', ...names, 'workloads-diff-info'];
  switch (format) {
    case 'txt':
      return `Connectivity diff:\n${lines.join('\n')}\n`;
    case 'csv':
      return `${toCsv(columns)}${lines.join('')}`;
    case 'md':
      return `| ${columns.join(' | ')} |\n|${columns.map((column) => '-'.repeat(column.length + 2)).join('|')}|\n${lines.join('\n')}\n`;
  }
}

function printChange(change: GuardChange, format: 'csv' | 'md' | 'txt', [first, second]: readonly [string, string]): string {
  const { type, source, destination, conns } = change;
  const only = describeOnly(change);
  const cells = [type, source, destination, ...conns, only];
  switch (format) {
    case 'txt': {
      const ends = `diff-type: ${type}, source: ${source}, destination: ${destination}`;
      return `${ends}, ${first}: ${conns[0]}, ${second}: ${conns[1]}${only === '' ? '' : `, workloads-diff-info: ${only}`}`;
    }
    case 'csv':
      return toCsv(cells);
    case 'md':
      return `| ${cells.join(' | ')} |`;
  }
}
