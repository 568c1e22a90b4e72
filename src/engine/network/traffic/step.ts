import { type ObjectRef, type World } from '../../../model/index.ts';
import { isAllowed, type Flow, type SideVerdict, type Verdict } from '../reach.ts';
import type { Workload } from '../workload.ts';
import { listDeclaredPorts } from './proxy.ts';

/** One step of a packet's way: what happens to it there, by which line of which object. */
export interface WalkStep {
  readonly kind: 'name' | 'dns' | 'door' | 'route' | 'service' | 'translation' | 'egress' | 'ingress' | 'port';
  /** False: the packet ends here. Undefined: nobody can say from the manifests. */
  readonly ok: boolean | undefined;
  /** Whether the packet may end here, by what manifests do not say: addresses of nodes or of hosts, labels of a proxy. */
  readonly isDoubtful?: true;
  readonly text: string;
  readonly ref?: ObjectRef;
  readonly path?: string;
}

/** The steps of one way, and the verdict of policies that decides it. */
export interface Way {
  readonly steps: readonly WalkStep[];
  readonly verdict?: Judged;
}

/** What policies say of a pair of ends. */
export type Judged = Extract<Verdict, { kind: 'verdict' }>;

/** A way that ends at once. */
export function blocked(kind: WalkStep['kind'], text: string, ref?: ObjectRef, path?: string): Way {
  return { steps: [toStep(kind, false, text, ref, path)] };
}

/** A step. */
export function toStep(kind: WalkStep['kind'], ok: boolean | undefined, text: string, ref?: ObjectRef, path?: string): WalkStep {
  return { kind, ok, text, ...(ref === undefined ? {} : { ref }), ...(path === undefined ? {} : { path }) };
}

/** Whether a packet comes to the end of a way. */
export function isOpen({ steps }: Way): boolean {
  return steps.every(({ ok }) => ok !== false);
}

/** A refusal of which nobody can say whether it holds. */
export function toDoubt(step: WalkStep, text: string): WalkStep {
  return { ...step, ok: undefined, isDoubtful: true, text };
}

/** Whether nobody can say that a packet comes to the end of a way, nor that it does not. */
export function isInDoubt(way: Way): boolean {
  return isOpen(way) && way.steps.some(({ isDoubtful }) => isDoubtful === true);
}

/** Ways one after the other; the verdict is the last one, or the first that refuses. */
export function chain(...ways: readonly Way[]): Way {
  const verdicts = ways.flatMap(({ verdict }) => verdict ?? []);
  const verdict = verdicts.find(({ allowed }) => !allowed) ?? verdicts.at(-1);
  return { steps: ways.flatMap(({ steps }) => steps), ...(verdict === undefined ? {} : { verdict }) };
}

/** What the policies of both ends say, each with the line that decides. */
export function askPolicies(world: World, flow: Flow, sides: readonly ('egress' | 'ingress')[] = ['egress', 'ingress']): Way {
  const verdict = isAllowed(world, flow);
  if (verdict.kind === 'unknown-end') return blocked('egress', `${verdict.end}: there is no such workload, and it is no IP address`);
  const isItself = verdict.reasons.length === 1;
  if (isItself) return { steps: [toStep('egress', true, verdict.reasons[0] ?? '')], verdict };
  const steps = [verdict.egress, verdict.ingress].flatMap((side, index) =>
    sides.includes(side.direction) ? [toPolicyStep(side, verdict.reasons[index] ?? '')] : [],
  );
  return { steps, verdict };
}

function toPolicyStep(side: SideVerdict, reason: string): WalkStep {
  const [rule] = side.rules;
  const [isolating] = side.isolating;
  const text = reason.replace(/^(egress|ingress): /, '');
  if (side.unknown !== undefined) return toDoubt(toStep(side.direction, undefined, text, rule?.ref, rule?.path), text);
  if (rule !== undefined) return toStep(side.direction, side.allowed, text, rule.ref, rule.path);
  return toStep(side.direction, side.allowed, text, isolating, isolating === undefined ? undefined : '/spec');
}

/** Whether a container says that it listens there: a declaration opens nothing, and without one nobody can say. */
export function askPort(world: World, workload: Workload, { protocol, port }: Pick<Flow, 'port' | 'protocol'>): WalkStep {
  const declared = listDeclaredPorts(world, workload);
  const own = declared.find((item) => item.protocol === protocol && item.port === port);
  if (own !== undefined)
    return toStep('port', true, `container ${own.container} of ${workload.name} declares ${protocol} ${port}`, workload.ref, own.path);
  const others = declared.map((item) => `${item.protocol} ${item.port}`);
  const what = others.length === 0 ? 'declares no port' : `declares ${others.join(', ')}`;
  return toStep('port', undefined, `${workload.name} ${what}: whether it listens on ${protocol} ${port} is not known`, workload.ref);
}
