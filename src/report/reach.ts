import type { JsonObject } from '../std/index.ts';
import type { ObjectRef, SourceRange } from '../model/index.ts';
import type { QuestionReport } from './schedule.ts';

/** Ports from `first` to `last` of a protocol. */
export interface PortRangeEntry {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly first: number;
  readonly last: number;
}

/** Ports as people and as machines read them. */
export interface PortsEntry {
  readonly text: string;
  readonly ranges: readonly PortRangeEntry[];
}

/** The ports on which one end reaches another. Ends are workloads (`shop/web`) or addresses outside. */
export interface ConnectionEntry {
  readonly from: string;
  readonly to: string;
  readonly ports: PortsEntry;
}

const BLOCK = 1 << 12;

/** Connections by the numbers of their ends and sets of ports, since there may be millions. */
export class ConnectionList implements Iterable<ConnectionEntry> {
  readonly ends: readonly string[];
  readonly ports: readonly PortsEntry[];
  #length = 0;
  /** Sender, receiver and ports of one connection after the other, in blocks: none is copied when there are more. */
  readonly #blocks: Uint32Array[] = [];

  /** The lists may grow until the connections are read. */
  constructor(ends: readonly string[], ports: readonly PortsEntry[]) {
    this.ends = ends;
    this.ports = ports;
  }

  get length(): number {
    return this.#length;
  }

  add(from: number, to: number, ports: number): void {
    const at = (this.#length++ % BLOCK) * 3;
    if (at === 0) this.#blocks.push(new Uint32Array(3 * BLOCK));
    const block = this.#blocks.at(-1);
    if (block === undefined) return;
    block[at] = from;
    block[at + 1] = to;
    block[at + 2] = ports;
  }

  /** Tells the numbers of the connections from `start` up to `end`. */
  visit(tell: (from: number, to: number, ports: number) => void, start: number = 0, end: number = this.#length): void {
    for (let index = start; index < end; index++) {
      const [block, at] = [this.#blocks[Math.floor(index / BLOCK)], (index % BLOCK) * 3];
      if (block !== undefined) tell(block[at] ?? 0, block[at + 1] ?? 0, block[at + 2] ?? 0);
    }
  }

  *[Symbol.iterator](): Generator<ConnectionEntry> {
    for (const [number, block] of this.#blocks.entries()) {
      const end = 3 * Math.min(BLOCK, this.#length - number * BLOCK);
      for (let at = 0; at < end; at += 3) {
        const [from, to] = [this.ends[block[at] ?? 0], this.ends[block[at + 1] ?? 0]];
        const ports = this.ports[block[at + 2] ?? 0];
        if (from !== undefined && to !== undefined && ports !== undefined) yield { from, to, ports };
      }
    }
  }
}

/** An object on the way from outside to a workload. */
export interface HopEntry {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly source?: SourceRange;
}

/** One way from outside to a workload. */
export interface ExposureEntry {
  readonly workload: string;
  readonly kind: 'externalIP' | 'gateway' | 'hostNetwork' | 'hostPort' | 'ingress' | 'loadBalancer' | 'nodePort' | 'route';
  readonly scope: 'internet' | 'network';
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Undefined for a node port that the cluster chooses. */
  readonly port: number | undefined;
  /** Empty: every host. */
  readonly host: string;
  readonly target: number;
  /** The addresses that are let in. */
  readonly sources: string;
  readonly state: 'blocked' | 'open' | 'unknown';
  /** Why it is not open; empty where it is. */
  readonly reason: string;
  /** Outermost first. */
  readonly hops: readonly HopEntry[];
  /** The line that blocks it. */
  readonly by?: HopEntry;
}

/** The answer of `kplan reach`. */
export interface ReachReport extends QuestionReport {
  readonly kind: 'ReachReport';
  readonly workloads: number;
  readonly policies: number;
  readonly connections: ConnectionList;
  readonly exposures: readonly ExposureEntry[];
}

/** A rule, and what it does with the connection. */
export interface RuleVerdict {
  readonly policy: ObjectRef;
  readonly path: string;
  /** Empty where the rule has none. */
  readonly name: string;
  readonly action: 'allow' | 'deny' | 'pass';
  /** Where the rule stands, if that is in the manifests. */
  readonly source?: SourceRange;
}

/** What the policies of one end say. */
export interface SideEntry {
  readonly direction: 'egress' | 'ingress';
  readonly allowed: boolean;
  /** Why nobody can say: then it is allowed perhaps. */
  readonly unknown?: string;
  readonly by: 'mesh' | 'admin' | 'plugin' | 'namespace' | 'baseline' | 'isolation' | 'default';
  readonly policies: readonly ObjectRef[];
  readonly rules: readonly RuleVerdict[];
  readonly passes: readonly RuleVerdict[];
  readonly reason: string;
}

/** One step of a packet's way. */
export interface StepEntry {
  readonly kind: 'name' | 'dns' | 'door' | 'route' | 'service' | 'translation' | 'egress' | 'ingress' | 'port';
  /** False: it ends here. Undefined: nobody can say from the manifests. */
  readonly ok: boolean | undefined;
  /** Whether it may end here, which nobody can say. */
  readonly isDoubtful: boolean;
  readonly text: string;
  readonly ref?: ObjectRef;
  readonly path?: string;
  readonly source?: SourceRange;
}

/** The answer of `kplan reach --from A --to B --port P`. */
export interface ReachAnswerReport extends QuestionReport {
  readonly kind: 'ReachAnswerReport';
  readonly from: string;
  readonly to: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly allowed: boolean;
  /** Whether nobody can say: then it is not allowed for sure. */
  readonly isUnknown: boolean;
  readonly reasons: readonly string[];
  readonly steps: readonly StepEntry[];
  /** What the policies of the pair say that decides; none where no policy is asked. */
  readonly sides: readonly SideEntry[];
}

/** A pair of ends whose connections differ. */
export interface ConnectionChangeEntry {
  readonly change: 'opened' | 'closed' | 'changed';
  readonly from: string;
  readonly to: string;
  readonly before: PortsEntry;
  readonly after: PortsEntry;
  /** The workloads among the two that only one of the worlds has. */
  readonly only: readonly string[];
  /** The lines that it follows from; none where a workload comes or goes. */
  readonly causes: readonly HopEntry[];
}

/** The answer of `kplan reach diff`. */
export interface ReachDiffReport extends QuestionReport {
  readonly kind: 'ReachDiffReport';
  readonly changes: readonly ConnectionChangeEntry[];
}

export type AnyReachReport = ReachReport | ReachAnswerReport | ReachDiffReport;

/** `yes`, `no` or `unknown`. */
export function answerOf({ allowed, isUnknown }: ReachAnswerReport): string {
  return isUnknown ? 'unknown' : allowed ? 'yes' : 'no';
}

/** How many pairs changed how. */
export function countChanges({ changes }: ReachDiffReport): Readonly<Record<ConnectionChangeEntry['change'], number>> {
  const counts = { opened: 0, closed: 0, changed: 0 };
  for (const { change } of changes) counts[change]++;
  return counts;
}

/** The fields of these documents besides those of every question. */
export function reachFields(report: AnyReachReport, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  switch (report.kind) {
    case 'ReachReport': {
      const { workloads, policies, connections, exposures } = report;
      return {
        summary: { workloads, policies, connections: connections.length },
        connections: Array.from(connections, ({ from, to, ports }) => ({ from, to, ports: rangeFields(ports) })),
        exposures: exposures.map((exposure) => exposureFields(exposure, refFields)),
      };
    }
    case 'ReachAnswerReport': {
      const { from, to, protocol, port, allowed, isUnknown, reasons, steps, sides } = report;
      const toSteps = steps.map((step) => stepFields(step, refFields));
      const unknown = isUnknown ? { unknown: true } : {};
      return {
        from,
        to,
        protocol,
        port,
        allowed,
        ...unknown,
        reasons,
        steps: toSteps,
        sides: sides.map((side) => sideFields(side, refFields)),
      };
    }
    case 'ReachDiffReport':
      return {
        summary: { ...countChanges(report) },
        changes: report.changes.map(({ before, after, causes, ...change }) => ({
          ...change,
          before: rangeFields(before),
          after: rangeFields(after),
          causes: causes.map((cause) => hopFields(cause, refFields)),
        })),
      };
  }
}

function hopFields({ ref, path, source }: HopEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  return { ref: refFields(ref), path, ...(source === undefined ? {} : { source: { ...source } }) };
}

function exposureFields({ hops, by, port, ...exposure }: ExposureEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const known = port === undefined ? {} : { port };
  return {
    ...exposure,
    ...known,
    hops: hops.map((hop) => hopFields(hop, refFields)),
    ...(by === undefined ? {} : { by: hopFields(by, refFields) }),
  };
}

function stepFields({ kind, ok, text, ref, path, source }: StepEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  return {
    kind,
    ok: ok ?? null,
    text,
    ...(ref === undefined ? {} : { ref: refFields(ref) }),
    ...(path === undefined ? {} : { path }),
    ...(source === undefined ? {} : { source: { ...source } }),
  };
}

/** Ports as documents have them. */
export function rangeFields({ ranges }: PortsEntry): readonly JsonObject[] {
  return ranges.map((range) => ({ ...range }));
}

function sideFields({ policies, rules, passes, ...side }: SideEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const ruleFields = ({ policy, source, ...rule }: RuleVerdict): JsonObject => ({
    policy: refFields(policy),
    ...rule,
    ...(source === undefined ? {} : { source: { ...source } }),
  });
  return { ...side, policies: policies.map(refFields), rules: rules.map(ruleFields), passes: passes.map(ruleFields) };
}
