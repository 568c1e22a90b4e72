import elkModule, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { joinBoxes, placeInCircle, type Graph, type GraphBox, type Placed, type PlacedGraph } from '../report/index.ts';

// Its types are those of an ES module; what is imported is CommonJS, whose export is the constructor.
const Elk = elkModule as unknown as typeof elkModule.default;

const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'POLYLINE',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.spacing.edgeNodeBetweenLayers': '24',
  'elk.layered.spacing.nodeNodeBetweenLayers': '48',
  'elk.randomSeed': '1',
  'elk.spacing.edgeLabel': '3',
  'elk.spacing.nodeNode': '24',
};

/** Of whole namespaces nearly each has to do with each: layers would say nothing, so they stand in a circle. */
const APART: Readonly<Record<string, string>> = { 'elk.algorithm': 'rectpacking', 'elk.hierarchyHandling': 'SEPARATE_CHILDREN' };

/** Finds the places of boxes and arrows with the Eclipse Layout Kernel; the same for the same graph. To be imported when it is needed only, for it is large. */
export async function placeGraph(graph: Graph): Promise<PlacedGraph> {
  const root: ElkNode = {
    id: 'picture',
    layoutOptions: graph.isFlat ? { ...OPTIONS, ...APART } : OPTIONS,
    children: graph.boxes.map((box) => toNode(box, graph.isFlat)),
    edges: (graph.isFlat ? [] : graph.arrows).map(({ id, from, to, labelWidth }) => ({
      id,
      sources: [from],
      targets: [to],
      labels: [{ id: `label of ${id}`, text: ' ', width: labelWidth, height: 15 }],
    })),
  };
  const placed = await new Elk().layout(root);
  if (graph.isFlat) return toCircle(placed.children ?? [], graph);
  const nodes = (placed.children ?? []).flatMap((node) => [node, ...(node.children ?? [])]);
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: new Map(nodes.map((node) => [node.id, toPlaced(node)])),
    arrows: new Map((placed.edges ?? []).map((edge) => [edge.id, toArrow(edge)])),
  };
}

/** The boxes as they were filled, moved to their places in the circle with all they hold. */
function toCircle(nodes: readonly ElkNode[], graph: Graph): PlacedGraph {
  const sizes = nodes.map(toPlaced);
  const { places, width, height } = placeInCircle(sizes);
  const boxes = new Map<string, Placed>();
  for (const [index, node] of nodes.entries()) {
    const [size, place] = [sizes[index], places[index]];
    if (size === undefined || place === undefined) continue;
    boxes.set(node.id, { ...size, ...place });
    for (const child of node.children ?? []) {
      const own = toPlaced(child);
      boxes.set(child.id, { ...own, x: own.x - size.x + place.x, y: own.y - size.y + place.y });
    }
  }
  const arrows = graph.arrows.flatMap(({ id, from, to }) => {
    const [start, end] = [boxes.get(from), boxes.get(to)];
    return start === undefined || end === undefined ? [] : [[id, { points: joinBoxes(start, end), label: undefined }] as const];
  });
  return { width, height, boxes, arrows: new Map(arrows) };
}

function toPlaced({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Placed {
  return { x, y, width, height };
}

function toNode({ id, width, height, children }: GraphBox, isFlat: boolean): ElkNode {
  if (children.length === 0) return { id, width, height };
  return {
    id,
    children: children.map((child) => toNode(child, isFlat)),
    layoutOptions: {
      'elk.padding': '[top=30,left=12,bottom=12,right=12]',
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width + 12},60)`,
      ...(isFlat ? { 'elk.algorithm': 'rectpacking', 'elk.aspectRatio': '1.6', 'elk.spacing.nodeNode': '8' } : {}),
    },
  };
}

type PlacedArrow = PlacedGraph['arrows'] extends ReadonlyMap<string, infer Arrow> ? Arrow : never;

function toArrow({ sections, labels }: ElkExtendedEdge): PlacedArrow {
  const [label] = labels ?? [];
  const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [startPoint, ...(bendPoints ?? []), endPoint]);
  return { points, label: label?.x === undefined || label.y === undefined ? undefined : { x: label.x, y: label.y } };
}
