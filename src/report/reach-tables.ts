import { answerOf, type AnyReachReport, type ConnectionList } from './reach.ts';

/** The connections as RFC 4180 wants a table: one pair a line, in pieces, for there may be millions. */
export function* toReachCsv(report: AnyReachReport): Generator<string> {
  switch (report.kind) {
    case 'ReachReport':
      yield csvLine(['from', 'to', 'ports']);
      yield* connectionLines(report.connections);
      return;
    case 'ReachAnswerReport':
      yield csvLine(['from', 'to', 'ports', 'allowed']);
      yield csvLine([report.from, report.to, `${report.protocol} ${report.port}`, answerOf(report)]);
      return;
    case 'ReachDiffReport':
      yield csvLine(['change', 'from', 'to', 'before', 'after']);
      yield* joinLines(report.changes, ({ change, from, to, before, after }) => csvLine([change, from, to, before.text, after.text]));
  }
}

/** The connections as a graph of Graphviz: an edge a pair, coloured by what changed where two worlds are compared. */
export function* toReachDot(report: AnyReachReport): Generator<string> {
  yield 'digraph {\n  rankdir=LR\n  node [shape=box]\n';
  switch (report.kind) {
    case 'ReachReport':
      for (const { from, to, ports } of report.connections) yield edge(from, to, ports.text);
      break;
    case 'ReachAnswerReport':
      yield edge(report.from, report.to, `${report.protocol} ${report.port}`, report.allowed ? 'green4' : 'red3');
      break;
    case 'ReachDiffReport':
      yield* joinLines(report.changes, ({ change, from, to, before, after }) =>
        edge(
          from,
          to,
          change === 'changed' ? `${before.text} => ${after.text}` : (change === 'opened' ? after : before).text,
          COLORS[change],
        ),
      );
  }
  yield '}\n';
}

const COLORS = { opened: 'green4', closed: 'red3', changed: 'orange3' };

function edge(from: string, to: string, label: string, color?: string): string {
  return `  ${quote(from)} -> ${quote(to)} [label=${quote(label)}${color === undefined ? '' : ` color=${color}`}]\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Connections in their order, in pieces: the cells of each end and set of ports are made once. */
function* connectionLines(connections: ConnectionList): Generator<string> {
  const ends = connections.ends.map((name) => `${csvCell(name)},`);
  const ports = connections.ports.map(({ text }) => `${csvCell(text)}\r\n`);
  for (let start = 0; start < connections.length; start += PIECE) {
    const cells: string[] = [];
    connections.visit(
      (from, to, set) => void cells.push(ends[from] ?? '', ends[to] ?? '', ports[set] ?? ''),
      start,
      Math.min(start + PIECE, connections.length),
    );
    yield cells.join('');
  }
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const PIECE = 1024;

function* joinLines<Item>(items: readonly Item[], toLine: (item: Item) => string): Generator<string> {
  for (let start = 0; start < items.length; start += PIECE) {
    let piece = '';
    for (const item of items.slice(start, start + PIECE)) piece += toLine(item);
    yield piece;
  }
}
