import { compareStrings } from '../../../std/index.ts';
import { formatConnection } from './conn-text.ts';
import type { GuardConnection } from './connlist.ts';
import type { GuardChange } from './diff.ts';

/** A connectivity map as a Graphviz graph: a box a namespace, an edge a connection, addresses in red. */
export function printDot(connections: readonly GuardConnection[]): string {
  const ends = connections.flatMap(({ from, to }) => [from, to]);
  const colors = new Map(ends.map(({ name, range }) => [name, range === undefined ? 'blue' : 'red2']));
  const edges = connections.map(({ from, to, ports }) =>
    printEdge({ source: from.name, destination: to.name }, formatConnection(ports), { color: 'gold2', fontcolor: 'darkgreen' }),
  );
  return `digraph {\n${printNodes(colors)}${edges.join('')}}`;
}

const GREEN = '#008000';
const EDGE_COLORS = { added: GREEN, removed: 'red2', changed: 'magenta', unchanged: 'grey' } as const;
const NODE_COLORS = { new: GREEN, lost: 'red', persistent: 'blue' } as const;

/** A difference as a graph of both directories with a legend; connections that stay are there too, in grey. `first` is what the first is called. */
export function printDiffDot(changes: readonly GuardChange[], first: string): string {
  const colors = new Map(changes.flatMap((change) => [change.source, change.destination].map((name) => [name, nodeColorOf(change, name)])));
  const edges = changes.map((change) =>
    printEdge(change, labelOf(change, first), { color: EDGE_COLORS[change.type], fontcolor: EDGE_COLORS[change.type] }),
  );
  return `digraph {\n${printNodes(colors)}${edges.toSorted(compareStrings).join('')}${printLegend()}}`;
}

function nodeColorOf({ type, only }: GuardChange, name: string): string {
  if (!only.includes(name)) return NODE_COLORS.persistent;
  return type === 'removed' ? NODE_COLORS.lost : NODE_COLORS.new;
}

function labelOf({ type, conns: [before, after] }: GuardChange, first: string): string {
  switch (type) {
    case 'changed':
      return `${after} (${first}: ${before})`;
    case 'removed':
    case 'unchanged':
      return before;
    case 'added':
      return after;
  }
}

/** Nodes by name: workloads, whose names alone have a slash, in the boxes of their namespaces, then what is outside. */
function printNodes(colors: ReadonlyMap<string, string>): string {
  const byNamespace = new Map<string, string[]>();
  const outside: string[] = [];
  for (const [name, color] of [...colors].toSorted(([a], [b]) => compareStrings(a, b))) {
    const slash = name.indexOf('/');
    const node = `\t${quote(name)} [label=${quote(name.slice(slash + 1))} color="${color}" fontcolor="${color}"]\n`;
    if (slash < 0) {
      outside.push(node);
      continue;
    }
    const namespace = name.slice(0, slash);
    const nodes = byNamespace.get(namespace) ?? [];
    nodes.push(`\t${node}`);
    byNamespace.set(namespace, nodes);
  }
  const clusters = [...byNamespace].map(
    ([namespace, nodes]) =>
      `\tsubgraph ${quote(`cluster_${namespace.replaceAll('-', '_')}[namespace]`)} {\n\t\tcolor="black"\n\t\tfontcolor="black"\n${nodes.join('')}\t\tlabel=${quote(`${namespace}[namespace]`)}\n\t}\n`,
  );
  return `${clusters.join('')}${outside.join('')}`;
}

function printEdge(
  { source, destination }: Pick<GuardChange, 'destination' | 'source'>,
  label: string,
  { color, fontcolor }: { readonly color: string; readonly fontcolor: string },
): string {
  const weight = source < destination ? '0.5' : '1';
  return `\t${quote(source)} -> ${quote(destination)} [label=${quote(label)} color="${color}" fontcolor="${fontcolor}" weight=${weight}]\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** What the edges of the legend lie between. */
const ENDS = [
  ['a', 'b'],
  ['c', 'd'],
  ['e', 'f'],
  ['g', 'h'],
] as const;

function printLegend(): string {
  const edges = Object.entries(EDGE_COLORS).map(([type, color], i) => {
    const [from, to] = ENDS[i] ?? [];
    return `${from} -> ${to} [label="${type} connection", color="${color}" fontcolor="${color}" fontsize = 10 arrowsize=0.2]`;
  });
  const nodes = Object.entries(NODE_COLORS).map(
    ([kind, color]) => `${kind.charAt(0)}p [label="${kind} peer" color="${color}" fontcolor="${color}" fontsize = 10]`,
  );
  const lines = [
    'label="Legend"',
    'fontsize = 10',
    'margin=0',
    ...ENDS.flat().map((id) => `${id} [style=invis height=0 width=0]`),
    '{rank=source a b c d}',
    '{rank=same e f g h}',
    ...edges,
    ...nodes,
    '{rank=sink np lp pp}',
    'np->lp [style=invis]',
    'lp->pp [style=invis]',
  ];
  return `\tnodesep=0.5\n\tsubgraph cluster_legend {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}
