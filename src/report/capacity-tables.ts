import { formatRef } from '../model/index.ts';
import { describeAmount, formatPrice, type CapacityReport, type FleetEntry } from './capacity.ts';

/** One table of a report: what text and Markdown lay out each in their way. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Resources that every node has and that rarely run out first: left out of the short view where nothing asks for them. */
const COMMON: ReadonlySet<string> = new Set(['cpu', 'memory', 'pods']);

/** The tables of a capacity report, the answer that was asked for first; empty ones are left out. */
export function listCapacityTables(report: CapacityReport, all: boolean): readonly Table[] {
  const tables = [
    wantedTable(report),
    autoscalerTable(report),
    leftTable(report),
    sizeTable(report),
    sparedTable(report),
    fleetTable(report),
    unplaceableTable(report),
    roomTable(report),
    headroomTable(report, all),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function wantedTable({ wanted }: CapacityReport): Table {
  const rows = (wanted?.obstacle?.nodes ?? []).map(({ node, pods, reasons, scarce }) => [
    node,
    String(pods),
    scarce === undefined
      ? reasons.join(', ')
      : `${reasons.join(', ')} (${describeAmount(scarce.resource, scarce.free)} free, ${describeAmount(scarce.resource, scarce.asked)} asked)`,
  ]);
  return { title: 'What stops the next one', head: ['Node', 'More', 'Then'], rows };
}

function autoscalerTable({ autoscaler }: CapacityReport): Table {
  const rows = (autoscaler?.rounds ?? []).map(({ chosen, options }, round) => [
    String(round + 1),
    `+${chosen.nodes} ${chosen.group}`,
    String(chosen.pods),
    options
      .filter(({ group }) => group !== chosen.group)
      .map(({ group, nodes, pods }) => `${nodes} ${group} for ${pods}`)
      .join(', '),
  ]);
  const title = `What the Cluster Autoscaler would add (${autoscaler?.expander ?? ''})`;
  return { title, head: ['Round', 'Nodes', 'Pods helped', 'In place of'], rows };
}

function leftTable({ autoscaler }: CapacityReport): Table {
  const rows = (autoscaler?.left ?? []).map(({ workload, pods }) => [formatRef(workload), String(pods)]);
  return { title: 'Helped by no node group', head: ['Workload', 'Pods'], rows };
}

function sizeTable({ sizing }: CapacityReport): Table {
  const show = (resource: string, amount: number | undefined): string => (amount === undefined ? 'none' : describeAmount(resource, amount));
  const rows = (sizing?.containers ?? []).map(({ workload, container, pods, cpu, memory }) => [
    formatRef(workload),
    container,
    String(pods),
    `${show('cpu', cpu.now)} -> ${show('cpu', cpu.target)}`,
    `${show('memory', memory.now)} -> ${show('memory', memory.target)}`,
  ]);
  return { title: 'What containers should ask for', head: ['Workload', 'Container', 'Pods', 'CPU', 'Memory'], rows };
}

function sparedTable({ sizing, fleets }: CapacityReport): Table {
  const rows = (sizing?.fleets ?? []).map((sized, index) => {
    const now = fleets[index];
    return [sized.shapes.join(' + '), now === undefined ? '' : describeNodes(now), describeNodes(sized), describeProof(sized)];
  });
  return { title: 'Fewest nodes, right-sized', head: ['Shape', 'Now', 'Then', 'Least possible then'], rows };
}

function fleetTable({ fleets }: CapacityReport): Table {
  const rows = fleets.map((fleet) => [fleet.shapes.join(' + '), describeNodes(fleet), describeProof(fleet), describeScheduler(fleet)]);
  return { title: 'Fewest nodes for all pods', head: ['Shape', 'Nodes', 'Least possible', 'kube-scheduler itself'], rows };
}

function describeNodes({ answer, objective }: FleetEntry): string {
  if (answer === undefined) return 'none found';
  const nodes = answer.nodes.length === 1 ? String(answer.count) : answer.nodes.map((part) => `${part.nodes} ${part.shape}`).join(' + ');
  return objective === 'price' ? `${nodes} for ${formatPrice(answer.upper)}` : nodes;
}

/** What is known of the least: that this is it, or how far it may be. */
export function describeProof({ answer, objective }: FleetEntry): string {
  if (answer === undefined) return '';
  if (answer.proven) return 'this is optimal';
  const least = objective === 'price' ? formatPrice(answer.lower) : String(answer.lower);
  return `at least ${least} (gap ${(answer.gap * 100).toFixed(2)}%)`;
}

function describeScheduler({ scheduler }: FleetEntry): string {
  if (scheduler === undefined) return '';
  return scheduler.stranded === 0 ? 'needs no more' : `needs ${scheduler.nodes}: ${scheduler.stranded} stranded`;
}

function unplaceableTable({ fleets }: CapacityReport): Table {
  const rows = fleets.flatMap(({ shapes, unplaceable }) =>
    unplaceable.map(({ workload, pods, reasons }) => [shapes.join(' + '), formatRef(workload), String(pods), reasons.join(', ')]),
  );
  return { title: 'On no node of a shape', head: ['Shape', 'Workload', 'Pods', 'Why'], rows };
}

function roomTable({ rooms }: CapacityReport): Table {
  const rows = rooms.map(({ workload, has, pods, isAtLeast }) => [
    formatRef(workload),
    String(has),
    `${isAtLeast ? 'at least ' : ''}${pods}`,
  ]);
  return { title: 'Room for more, each alone', head: ['Workload', 'Has', 'More'], rows };
}

function headroomTable({ headroom }: CapacityReport, all: boolean): Table {
  const rows = headroom.flatMap(({ group, nodes, isClosed, resources }) =>
    resources
      .filter(({ resource, requested }) => all || COMMON.has(resource) || requested > 0)
      .map(({ resource, allocatable, free, largest }, index) => [
        index === 0 ? `${nodes} x ${group}${isClosed ? ' (closed)' : ''}` : '',
        resource,
        `${describeAmount(resource, free)} of ${describeAmount(resource, allocatable)}`,
        describeAmount(resource, largest),
      ]),
  );
  return { title: 'Headroom', head: ['Nodes', 'Resource', 'Free', 'On one node'], rows };
}
