import type { Cluster, WorldReading } from '../cluster/index.ts';
import { KplanError, stepsOf, type KubernetesObject, type ObjectRef, type Plan, type Step, type UnchangedObject } from '../model/index.ts';
import { assertNever, EventQueue, getNumber, getString } from '../std/index.ts';
import { toMachineOptions, type ApplyPlanOptions } from './apply-options.ts';
import { toApplyResult, withKept, type ApplyResult } from './apply-result.ts';
import { readBindingModes } from './binding-modes.ts';
import { removeEndedHooks } from './ended-hooks.ts';
import { explainResult } from './explain-workloads.ts';
import { assessHealth } from './health/assess-health.ts';
import { toCurrent, type Health } from './health/health.ts';
import { membershipLabel } from './inventory/membership.ts';
import type { MachineEffect, MachineEvent, MachineState } from './machine-state.ts';
import { begin, transition } from './machine.ts';
import { Observer } from './observer.ts';
import { toFailurePlan } from './occasion-hooks.ts';
import { StepWork } from './step-work.ts';
import { chooseAwaited, findConcerns, toToldResult, withConcerns, type Concern } from './unchanged.ts';
import { UnitInventory } from './unit-inventory.ts';

type Judge = (object: KubernetesObject | undefined) => Health;

const INTERVALS = { poll: 2_000, remind: 5_000 };

/**
 * Makes a plan true: wave by wave, steps of a wave side by side, each checked against the live object right before it is
 * written, each healthy before the next wave is begun, deletions last. What it may not do is refused step by step, with the
 * reason, and nothing that comes after is begun. The objects that it leaves as they are must be as the plan found them, and
 * healthy, too: before a wave that comes after them, and at the end. Killed at any point and planned again, it converges:
 * the inventory is widened before the first write (KEP-3659). Throws `KplanError` only where the inventory is another's or
 * cannot be read.
 */
export async function applyPlan(cluster: Cluster, plan: Plan, options: ApplyPlanOptions): Promise<ApplyResult> {
  const begun = await look(cluster, plan, options, options.readFresh?.());
  const { inventory } = begun;
  const applied = await applyAndLook(cluster, plan, begun, options);
  const hasFailed = applied.conclusion === 'incomplete' && applied.touched && options.signal?.aborted !== true;
  const whole = hasFailed ? await runFailureHooks(cluster, plan, applied, options) : applied;
  const explained = await explainResult(cluster, whole, options.clock.now());
  const result = await removeEndedHooks(cluster, plan, inventory.id, explained);
  if (!isWhole(result)) return result;
  if (stepsOf(plan).length === 0 && plan.unchanged.length === 0 && !inventory.exists) return result;
  const rejection = await inventory.narrow();
  return rejection === undefined ? result : { ...result, conclusion: 'incomplete', message: `the inventory: ${rejection.message}` };
}

/** Runs what is to be run where an apply fails; the result stays that of a failure, whatever becomes of them. */
async function runFailureHooks(cluster: Cluster, plan: Plan, failed: ApplyResult, options: ApplyPlanOptions): Promise<ApplyResult> {
  const { value: id } = membershipLabel(plan.unit, options);
  const hooks = await toFailurePlan(cluster, plan, id);
  if (hooks === undefined) return failed;
  const own = await applyAndLook(cluster, hooks, await look(cluster, hooks, options), { ...options, preflight: false });
  return { ...failed, steps: [...failed.steps, ...own.steps] };
}

/** What was looked at before anything is written. */
interface Begun {
  readonly inventory: UnitInventory;
  readonly assess: Judge;
  readonly isHealthy: (object: KubernetesObject) => boolean;
  readonly concerns: readonly Concern[];
}

async function look(cluster: Cluster, plan: Plan, options: ApplyPlanOptions, reading?: WorldReading): Promise<Begun> {
  const inventory = await UnitInventory.open(cluster, plan, options, reading);
  const modes = await readBindingModes(cluster, plan);
  const assess: Judge = (object) =>
    assessHealth(object, {
      mode: options.healthMode ?? 'strict',
      now: options.clock.now(),
      ...(options.healthRules === undefined ? {} : { custom: options.healthRules }),
      ...(modes === undefined ? {} : { waitsForConsumer: modes }),
    });
  const isHealthy = (object: KubernetesObject): boolean => options.waitForHealth === false || assess(object).status === 'Current';
  return { inventory, assess, isHealthy, concerns: await findConcerns(cluster, plan, inventory.id, isHealthy, reading) };
}

/** Applies what was looked at and, where something was written, looks at what does not change again. */
async function applyAndLook(cluster: Cluster, plan: Plan, begun: Begun, options: ApplyPlanOptions): Promise<ApplyResult> {
  const { inventory, assess, isHealthy, concerns } = begun;
  const run = async (part: Plan, concerns: readonly Concern[]): Promise<ApplyResult> => {
    const { awaited, told } = chooseAwaited(part, concerns, options);
    const state = await new Run(cluster, withConcerns(part, awaited), inventory, assess, options).finish();
    return withKept(toApplyResult(plan.unit, state), toToldResult(plan.unit, told, assess));
  };
  const result = await run(plan, concerns);
  if (!result.touched || !isWhole(result)) return result;
  const seen = new Set(concerns.map(({ kept }) => kept));
  const rest = { ...plan, waves: [], unchanged: plan.unchanged.flatMap((kept) => (seen.has(kept) ? [] : [toRef(kept)])) };
  try {
    return withKept(result, await run(rest, await findConcerns(cluster, rest, inventory.id, isHealthy)));
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    return { ...result, conclusion: 'incomplete', message: `the health of what does not change: ${error.message}` };
  }
}

function isWhole({ conclusion }: ApplyResult): boolean {
  return conclusion === 'applied' || conclusion === 'unhealthy';
}

/** What was relied on counts until the first write: later changes of others are the next plan's. */
function toRef(kept: UnchangedObject): ObjectRef {
  const { precondition: _, ...ref } = kept;
  return ref;
}

/** One application of a plan: the machine's effects become requests, and their answers its events. */
class Run {
  readonly #cluster: Cluster;
  readonly #plan: Plan;
  readonly #steps: readonly Step[];
  readonly #inventory: UnitInventory;
  readonly #options: ApplyPlanOptions;
  readonly #work: StepWork;
  readonly #observer: Observer;
  readonly #queue = new EventQueue<MachineEvent | { readonly type: 'broken'; readonly error: unknown }>();
  readonly #watches = new Map<number, () => void>();
  readonly #judge: Judge;
  #alarm = new AbortController();

  constructor(cluster: Cluster, plan: Plan, inventory: UnitInventory, judge: Judge, options: ApplyPlanOptions) {
    this.#cluster = cluster;
    this.#plan = plan;
    this.#steps = stepsOf(plan);
    this.#inventory = inventory;
    this.#judge = judge;
    this.#options = options;
    this.#work = new StepWork(cluster, plan, inventory.id, options);
    this.#observer = new Observer(cluster, options.clock, INTERVALS, options.follow);
  }

  async finish(): Promise<MachineState> {
    const cancel = (): void => this.#queue.put({ type: 'cancel', at: this.#now(), reason: 'cancelled' });
    const { signal } = this.#options;
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#loop(signal?.aborted === true);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#alarm.abort();
      await this.#observer.close();
    }
  }

  async #loop(cancelled: boolean): Promise<MachineState> {
    let [state, effects] = begin(this.#plan, toMachineOptions(this.#options), this.#now());
    if (cancelled) this.#queue.put({ type: 'cancel', at: this.#now(), reason: 'cancelled' });
    this.#tell(undefined, state);
    this.#perform(effects);
    while (state.stage !== 'finished') {
      const event = await this.#queue.take();
      if (event.type === 'broken') throw event.error;
      const before = state;
      [state, effects] = transition(state, event);
      this.#tell(before, state);
      this.#perform(effects);
    }
    return state;
  }

  #perform(effects: readonly MachineEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: MachineEffect): void {
    switch (effect.type) {
      case 'check':
        return this.#start(effect.step, async (step) => ({
          type: 'checked',
          at: this.#now(),
          step: effect.step,
          result: await this.#work.check(step),
        }));
      case 'write':
        return this.#start(effect.step, async (step) => {
          const result = (await this.#inventory.widen()) ?? (await this.#work.write(step, effect.verb));
          return { type: 'written', at: this.#now(), step: effect.step, result };
        });
      case 'watch':
        return this.#watch(effect.step);
      case 'unwatch':
        this.#watches.get(effect.step)?.();
        this.#watches.delete(effect.step);
        return;
      case 'wake':
        return this.#wake(effect.at);
      case 'finish':
        return;
      default:
        return assertNever(effect);
    }
  }

  #start(index: number, work: (step: Step) => Promise<MachineEvent>): void {
    const step = this.#steps[index];
    if (step === undefined) return;
    work(step).then(
      (event) => this.#queue.put(event),
      (error: unknown) => this.#queue.put({ type: 'broken', error }),
    );
  }

  #wake(at: number): void {
    this.#alarm.abort();
    this.#alarm = new AbortController();
    this.#options.clock.sleep(Math.max(0, at - this.#now()), this.#alarm.signal).then(
      () => this.#queue.put({ type: 'tick', at: this.#now() }),
      () => undefined,
    );
  }

  #watch(index: number): void {
    const step = this.#steps[index];
    if (step === undefined) return;
    const { written } = this.#work.seen(step);
    if (written !== undefined && this.#judge(written).status === 'Current') return void this.#report(index, step, written);
    this.#watches.set(
      index,
      this.#observer.observe(step.ref, written, (object) => void this.#report(index, step, object)),
    );
  }

  async #report(index: number, step: Step, object: KubernetesObject | undefined): Promise<void> {
    try {
      const live = object ?? (await this.#cluster.get(step.ref));
      const { written, live: old } = this.#work.seen(step);
      if (written !== undefined && live !== undefined && isOlder(live, written)) return;
      const replaced = written === undefined && step.action !== 'none' && live !== undefined && old !== undefined && !isSame(live, old);
      this.#queue.put({ type: 'observed', at: this.#now(), step: index, health: this.#assess(step, replaced ? undefined : live) });
    } catch (error) {
      if (!(error instanceof KplanError)) this.#queue.put({ type: 'broken', error });
    }
  }

  #assess(step: Step, object: KubernetesObject | undefined): Health {
    const expires = getNumber(step.desired, 'spec', 'ttlSecondsAfterFinished') !== undefined;
    if (object === undefined && step.ref.kind === 'Job' && expires && this.#work.seen(step).written !== undefined) {
      return toCurrent('Job has finished and was removed after its time to live');
    }
    return this.#judge(object);
  }

  #tell(before: MachineState | undefined, after: MachineState): void {
    if (this.#options.onEvent === undefined || before?.states === after.states) return;
    for (const index of after.states.changedSince(before?.states)) {
      const [step, state] = [after.steps[index], after.states.at(index)];
      if (step === undefined || state === undefined || before?.states.at(index)?.phase === state.phase) continue;
      this.#options.onEvent({ at: this.#now(), step, index, total: after.steps.length, phase: state.phase });
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return getString(a.metadata, 'uid') === getString(b.metadata, 'uid');
}

/** True for a state of the object from before it was written, which a watch may still report. */
function isOlder(live: KubernetesObject, written: KubernetesObject): boolean {
  if (!isSame(live, written)) return false;
  return (getNumber(live.metadata, 'generation') ?? 0) < (getNumber(written.metadata, 'generation') ?? 0);
}
