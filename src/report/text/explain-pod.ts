import type { NodeExplanation, Placement } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import type { Layout } from '../report.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

/** What stands above a column where the plugin's own name is too long for the terminal. */
const SHORT: Readonly<Record<string, string>> = {
  DynamicResources: 'Dynamic',
  ImageLocality: 'Image',
  InterPodAffinity: 'PodAff',
  NodeAffinity: 'NodeAff',
  NodeResourcesBalancedAllocation: 'Balance',
  NodeResourcesFit: 'Fit',
  PodTopologySpread: 'Spread',
  TaintToleration: 'Taint',
  VolumeBinding: 'Volume',
};

const MOST_REFUSED = 20;
const MOST_FEASIBLE = 40;

/** Every node for one pod: those that take it by their score, plugin by plugin, then the others with who refuses and why. */
export function explainedLines(placement: Placement, layout: Layout): Line[] {
  const nodes = placement.nodes ?? [];
  const feasible = nodes
    .filter(({ verdict }) => verdict === 'Success')
    .toSorted(
      compareBy(
        (node) => -totalOf(node),
        ({ node }) => node,
      ),
    );
  const refused = nodes.filter(({ verdict }) => verdict !== 'Success');
  const shown = layout.all ? feasible : feasible.slice(0, MOST_FEASIBLE);
  const hidden = feasible.length - shown.length;
  return [
    line([span(`   ${placement.message}`, 'dim')], undefined, 3),
    ...scoreLines(shown, placement, layout),
    ...(hidden > 0 ? [line([span(`   … ${hidden} more that would take it (--all shows them)`, 'dim')])] : []),
    ...(layout.all || refused.length <= MOST_REFUSED ? refused.flatMap(refusedLines) : groupLines(refused)),
  ];
}

function totalOf({ scores }: NodeExplanation): number {
  return Object.values(scores).reduce((sum, score) => sum + score, 0);
}

/** A table where it fits the terminal, else a line for each node. */
function scoreLines(nodes: readonly NodeExplanation[], placement: Placement, layout: Layout): Line[] {
  const plugins = [...new Set(nodes.flatMap(({ scores }) => Object.keys(scores)))];
  if (plugins.length === 0)
    return nodes.map(({ node }) => line([span(' ✓ ', 'good'), span(node, 'bold'), span('  the only node that takes it')]));
  for (const heads of [plugins, plugins.map((plugin) => SHORT[plugin] ?? plugin)]) {
    const table = toTable(nodes, plugins, heads, placement);
    if (Math.max(...table.map(widthOf)) <= layout.width) return table;
  }
  return nodes.map((node) => listLine(node, plugins, placement));
}

function toTable(
  nodes: readonly NodeExplanation[],
  plugins: readonly string[],
  heads: readonly string[],
  { node: chosen }: Placement,
): Line[] {
  const wide = Math.max(4, ...nodes.map(({ node }) => node.length));
  const head = [span(`   ${'NODE'.padEnd(wide)}  TOTAL  `, 'dim'), span(heads.join('  '), 'dim')];
  const rows = nodes.map((node) => {
    const cells = plugins.map((plugin, column) => String(node.scores[plugin] ?? 0).padStart(heads[column]?.length ?? 0));
    return line([
      ...markOf(node, chosen),
      span(node.node.padEnd(wide), 'bold'),
      span(`  ${String(totalOf(node)).padStart(5)}  `),
      span(cells.join('  ')),
    ]);
  });
  return [line(head), ...rows];
}

function markOf({ node }: NodeExplanation, chosen: string | null): readonly Span[] {
  return [node === chosen ? span(' → ', 'good') : span(' ✓ ', 'good')];
}

function widthOf({ left }: Line): number {
  return left.reduce((sum, { text }) => sum + text.length, 0);
}

function listLine(node: NodeExplanation, plugins: readonly string[], { node: chosen }: Placement): Line {
  const scores = plugins.map((plugin) => `${plugin} ${node.scores[plugin] ?? 0}`).join(', ');
  return line([...markOf(node, chosen), span(node.node, 'bold'), span(`  ${totalOf(node)}  `), span(scores, 'dim')], undefined, 5);
}

function refusedLines(node: NodeExplanation): Line[] {
  const { also = [] } = node;
  return [
    line([span(' ✗ ', 'bad'), span(node.node, 'bold'), span(`  ${describeRefusal(node)}`)], undefined, 5),
    ...also.map((refusal) => line([span(`     also ${describeRefusal(refusal)}`, 'dim')], undefined, 5)),
  ];
}

function describeRefusal({ plugin, reasons }: Pick<NodeExplanation, 'plugin' | 'reasons'>): string {
  return `${plugin}: ${reasons.join(', ')}`;
}

/** Of many nodes, those of which the same is said in one line. */
function groupLines(nodes: readonly NodeExplanation[]): Line[] {
  const groups = new Map<string, string[]>();
  for (const node of nodes) groups.set(describeRefusal(node), [...(groups.get(describeRefusal(node)) ?? []), node.node]);
  return [...groups].map(([refusal, names]) => {
    const some = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return line([span(' ✗ ', 'bad'), span(some, 'bold'), span(`  ${refusal}`)], undefined, 5);
  });
}
