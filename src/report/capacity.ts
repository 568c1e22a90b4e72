import { formatQuantity, type ObjectRef } from '../model/index.ts';
import type { JsonObject } from '../std/index.ts';
import type { QuestionReport } from './schedule.ts';

/** What is free of one resource on a group of nodes; CPU in thousandths, everything else in units. */
interface ResourceRoom {
  readonly resource: string;
  readonly allocatable: number;
  readonly requested: number;
  readonly free: number;
  readonly largest: number;
}

interface GroupHeadroom {
  readonly group: string;
  readonly nodes: number;
  readonly isClosed: boolean;
  readonly resources: readonly ResourceRoom[];
}

interface WorkloadRoom {
  readonly workload: ObjectRef;
  readonly has: number;
  readonly pods: number;
  readonly isAtLeast: boolean;
}

interface NodeObstacle {
  readonly node: string;
  readonly pods: number;
  readonly plugin: string;
  readonly reasons: readonly string[];
  readonly scarce?: { readonly resource: string; readonly asked: number; readonly free: number };
}

interface WantedRoom extends WorkloadRoom {
  readonly obstacle?: { readonly message: string; readonly evicts: number; readonly nodes: readonly NodeObstacle[] };
}

/** A fleet of new nodes that holds all pods, and what is proven of the least. */
export interface FleetEntry {
  readonly shapes: readonly string[];
  readonly objective: 'nodes' | 'price';
  readonly unplaceable: readonly { readonly workload: ObjectRef; readonly pods: number; readonly reasons: readonly string[] }[];
  readonly answer?: {
    readonly pods: number;
    readonly nodes: readonly { readonly shape: string; readonly nodes: number }[];
    readonly count: number;
    /** Nodes, or millionths of the currency. */
    readonly lower: number;
    readonly upper: number;
    readonly gap: number;
    readonly proven: boolean;
    readonly proof: string;
    readonly method: string;
    readonly accepted: boolean;
  };
  readonly scheduler?: { readonly nodes: number; readonly stranded: number };
}

interface ExpansionOption {
  readonly group: string;
  readonly nodes: number;
  readonly pods: number;
  /** Shares of CPU and memory that would be of no use, summed. */
  readonly waste: number;
  /** Millionths of the currency. */
  readonly price: number | undefined;
}

/** What the Cluster Autoscaler would do for the pods that find no node. */
interface AutoscalerEntry {
  readonly expander: string;
  readonly waiting: number;
  readonly rounds: readonly { readonly chosen: ExpansionOption; readonly options: readonly ExpansionOption[] }[];
  readonly added: readonly { readonly group: string; readonly nodes: number; readonly from: number }[];
  readonly left: readonly { readonly workload: ObjectRef; readonly pods: number }[];
}

/** What a container asks for and should: CPU in thousandths, memory in bytes. */
interface SizeEntry {
  readonly now: number | undefined;
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** What containers should ask for by their usage, and the fleets that hold them then. */
interface SizingEntry {
  readonly containers: readonly {
    readonly workload: ObjectRef;
    readonly container: string;
    readonly pods: number;
    readonly samples: number;
    readonly cpu: SizeEntry;
    readonly memory: SizeEntry;
  }[];
  readonly unknown: number;
  readonly fleets: readonly FleetEntry[];
}

/** The answer of `kplan capacity`. */
export interface CapacityReport extends QuestionReport {
  readonly kind: 'CapacityReport';
  readonly nodes: number;
  readonly pods: number;
  readonly unplaced: number;
  readonly headroom: readonly GroupHeadroom[];
  readonly rooms: readonly WorkloadRoom[];
  readonly wanted?: WantedRoom;
  readonly fleets: readonly FleetEntry[];
  /** Present where node groups were given. */
  readonly autoscaler?: AutoscalerEntry;
  /** Present where usage was given. */
  readonly sizing?: SizingEntry;
}

/** The fields of a capacity's document besides those of every question. `toRef` writes an identity. */
export function capacityFields(report: CapacityReport, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  const { nodes, pods, unplaced, headroom, rooms, wanted, fleets, autoscaler, sizing } = report;
  return {
    summary: { nodes, pods, unplaced },
    ...(wanted === undefined ? {} : { wanted: wantedFields(wanted, toRef) }),
    ...(autoscaler === undefined ? {} : { autoscaler: autoscalerFields(autoscaler, toRef) }),
    ...(sizing === undefined ? {} : { rightSizing: sizingFields(sizing, toRef) }),
    fleets: fleets.map((fleet) => fleetFields(fleet, toRef)),
    rooms: rooms.map((room) => roomFields(room, toRef)),
    headroom: headroom.map(({ group, nodes: count, isClosed, resources }) => ({
      group,
      nodes: count,
      closed: isClosed,
      resources: resources.map(({ resource, allocatable, requested, free, largest }) => ({
        resource,
        allocatable: toQuantity(resource, allocatable),
        requested: toQuantity(resource, requested),
        free: toQuantity(resource, free),
        largest: toQuantity(resource, largest),
      })),
    })),
  };
}

function roomFields({ workload, has, pods, isAtLeast }: WorkloadRoom, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  return { workload: toRef(workload), has, more: pods, atLeast: isAtLeast };
}

function wantedFields(wanted: WantedRoom, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  const { obstacle } = wanted;
  if (obstacle === undefined) return roomFields(wanted, toRef);
  return {
    ...roomFields(wanted, toRef),
    message: obstacle.message,
    evicts: obstacle.evicts,
    nodes: obstacle.nodes.map(({ node, pods, plugin, reasons, scarce }) => ({
      node,
      more: pods,
      plugin,
      reasons,
      ...(scarce === undefined
        ? {}
        : {
            scarce: {
              resource: scarce.resource,
              asked: toQuantity(scarce.resource, scarce.asked),
              free: toQuantity(scarce.resource, scarce.free),
            },
          }),
    })),
  };
}

function fleetFields({ shapes, objective, answer, scheduler, unplaceable }: FleetEntry, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  const cost = (amount: number): number | string => (objective === 'nodes' ? amount : formatPrice(amount));
  return {
    shapes,
    objective,
    ...(answer === undefined
      ? {}
      : {
          pods: answer.pods,
          nodes: answer.nodes.map((part) => ({ ...part })),
          count: answer.count,
          lower: cost(answer.lower),
          upper: cost(answer.upper),
          gap: answer.gap,
          optimal: answer.proven,
          proof: answer.proof,
          method: answer.method,
          accepted: answer.accepted,
        }),
    ...(scheduler === undefined ? {} : { scheduler: { ...scheduler } }),
    unplaceable: unplaceable.map(({ workload, pods, reasons }) => ({ workload: toRef(workload), pods, reasons })),
  };
}

function autoscalerFields({ left, rounds, ...rest }: AutoscalerEntry, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  const optionFields = ({ price, ...option }: ExpansionOption): JsonObject => ({
    ...option,
    ...(price === undefined ? {} : { price: formatPrice(price) }),
  });
  return {
    expander: rest.expander,
    waiting: rest.waiting,
    rounds: rounds.map(({ chosen, options }) => ({ chosen: optionFields(chosen), options: options.map(optionFields) })),
    added: rest.added.map((item) => ({ ...item })),
    left: left.map(({ workload, pods }) => ({ workload: toRef(workload), pods })),
  };
}

function sizingFields({ containers, unknown, fleets }: SizingEntry, toRef: (ref: ObjectRef) => JsonObject): JsonObject {
  const sizeFields = (resource: string, { now, target, lower, upper }: SizeEntry): JsonObject => ({
    ...(now === undefined ? {} : { now: toQuantity(resource, now) }),
    target: toQuantity(resource, target),
    lower: toQuantity(resource, lower),
    upper: toQuantity(resource, upper),
  });
  return {
    containers: containers.map(({ workload, container, pods, samples, cpu, memory }) => ({
      workload: toRef(workload),
      container,
      pods,
      samples,
      cpu: sizeFields('cpu', cpu),
      memory: sizeFields('memory', memory),
    })),
    unknownSamples: unknown,
    fleets: fleets.map((fleet) => fleetFields(fleet, toRef)),
  };
}

/** Millionths of a currency as a decimal number: `0.096`. */
export function formatPrice(millionths: number): string {
  const text = (millionths / 1e6).toFixed(6).replace(/0+$/, '');
  return text.endsWith('.') ? `${text}00` : text.replace(/\.(\d)$/, '.$10');
}

function toQuantity(resource: string, amount: number): string {
  if (resource === 'cpu') return formatQuantity(BigInt(amount) * 1_000_000n, 'decimal');
  return formatQuantity(BigInt(amount) * 1_000_000_000n, isBytes(resource) ? 'binary' : 'decimal');
}

function isBytes(resource: string): boolean {
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
}

/** An amount as people read it: bytes with one decimal. */
export function describeAmount(resource: string, amount: number): string {
  if (!isBytes(resource)) return toQuantity(resource, amount);
  for (const [unit, size] of [
    ['Ti', 2 ** 40],
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
  ] as const) {
    if (Math.abs(amount) >= size) return `${Number((Math.trunc((amount / size) * 10) / 10).toFixed(1))}${unit}`;
  }
  return toQuantity(resource, amount);
}
