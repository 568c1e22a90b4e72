import { applyTaking, type Cluster, type WriteResult } from '../cluster/index.ts';
import { formatRef, stepsOf, toRefKey, withMetadata, type KubernetesObject, type Plan, type RefKey, type Step } from '../model/index.ts';
import { holdsSecretHashes } from '../planner/index.ts';
import { getString } from '../std/index.ts';
import type { ApplyPlanOptions, SecretAnswer } from './apply-options.ts';
import { checkStep } from './check-step.ts';
import { membershipLabel, withMembership } from './inventory/membership.ts';
import type { CheckResult, WriteOutcome } from './machine-state.ts';
import type { Verb } from './phase.ts';
import { LiveReader } from './live-reader.ts';
import { toRejection, toThrownRejection } from './rejections.ts';
import { revealSecret } from './reveal-secret.ts';

/** Checks and writes the steps of one plan. */
export class StepWork {
  readonly #cluster: Cluster;
  readonly #plan: Plan;
  readonly #id: string;
  readonly #options: ApplyPlanOptions;
  readonly #reader: LiveReader;
  readonly #takenFrom: ReadonlyMap<RefKey, string>;
  readonly #live = new Map<Step, KubernetesObject | undefined>();
  readonly #written = new Map<Step, KubernetesObject>();

  constructor(cluster: Cluster, plan: Plan, id: string, options: ApplyPlanOptions) {
    this.#cluster = cluster;
    this.#plan = plan;
    this.#id = id;
    this.#options = options;
    this.#reader = new LiveReader(cluster, options.clock, stepsOf(plan));
    this.#takenFrom = listTaken(plan, options);
  }

  /** The live object at the step's check, and the one that its write made. */
  seen(step: Step): { readonly live: KubernetesObject | undefined; readonly written: KubernetesObject | undefined } {
    return { live: this.#live.get(step), written: this.#written.get(step) };
  }

  /** Whether the step may be made as planned, from what the cluster holds now. */
  async check(step: Step): Promise<CheckResult> {
    try {
      const desired = step.action === 'delete' || step.action === 'none' ? undefined : await this.#resolve(step);
      if (desired?.kind === 'refused') return { kind: 'stale', reason: `${formatRef(step.ref)}: ${desired.reason}` };
      const context = {
        id: this.#id,
        takesFrom: this.#takenFrom.get(toRefKey(step.ref)),
        salt: this.#plan.salt,
        fieldManager: this.#plan.fieldManager,
        isInEffect: async (): Promise<boolean> => desired !== undefined && (await this.#isInEffect(desired.object)),
      };
      const live = await this.#reader.read(step);
      const result = await checkStep(step, live, context);
      this.#live.set(step, live);
      return result;
    } catch (error) {
      return toThrownRejection(error);
    }
  }

  /** Makes one write of the step. */
  async write(step: Step, verb: Verb): Promise<WriteOutcome> {
    try {
      return verb === 'delete' ? await this.#delete(step) : await this.#apply(step, verb);
    } catch (error) {
      return toThrownRejection(error);
    }
  }

  async #delete(step: Step): Promise<WriteOutcome> {
    const metadata = this.#live.get(step)?.metadata;
    const [uid, resourceVersion] = [getString(metadata, 'uid'), getString(metadata, 'resourceVersion')];
    // The version too: between the check and this, another unit may have taken the object over.
    const result = await this.#cluster.delete(step.ref, {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      propagation: step.action === 'replace' ? 'Foreground' : 'Background',
    });
    if (result.kind === 'ok' || result.reason === 'NotFound') return { kind: 'written', operation: 'deleted' };
    return toRejection(result);
  }

  async #apply(step: Step, verb: 'apply' | 'create'): Promise<WriteOutcome> {
    const desired = await this.#resolve(step);
    if (desired.kind === 'refused') return { kind: 'rejected', passing: false, message: desired.reason };
    const live = verb === 'apply' ? this.#live.get(step) : undefined;
    const [uid, resourceVersion] = [getString(live?.metadata, 'uid'), getString(live?.metadata, 'resourceVersion')];
    // The version alone would let the API server create an object that was deleted a moment before.
    const fence = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    const object = live === undefined ? desired.object : withMetadata(desired.object, fence);
    const result = await this.#send(object, false);
    if (result.kind === 'error') return toRejection(result);
    this.#written.set(step, result.object);
    return { kind: 'written', operation: result.operation };
  }

  async #isInEffect(desired: KubernetesObject): Promise<boolean> {
    const result = await this.#send(desired, true);
    return result.kind === 'ok' && result.operation === 'unchanged';
  }

  #send(object: KubernetesObject, dryRun: boolean): Promise<WriteResult> {
    const options = { fieldManager: this.#plan.fieldManager, ...(dryRun ? { dryRun } : {}) };
    return applyTaking(this.#cluster, object, options, this.#options.forceConflicts ?? false);
  }

  async #resolve(step: Step): Promise<SecretAnswer> {
    if (step.desired === undefined) return { kind: 'refused', reason: 'the plan does not hold the object to apply' };
    const desired = withMembership(step.desired, this.#plan.unit, this.#options);
    if (!holdsSecretHashes(desired)) return { kind: 'ok', object: desired };
    if (this.#options.findSecret === undefined) {
      return { kind: 'refused', reason: 'the plan holds only hashes of its secret values, and their source was not given' };
    }
    const source = await this.#options.findSecret(step.ref);
    if (source === undefined)
      return { kind: 'refused', reason: 'its manifest is no longer there, and the plan holds only hashes of its values' };
    return revealSecret(desired, source, this.#plan.salt);
  }
}

/** A plan with objects of other units is applied only where that is allowed: then they change hands. */
function listTaken({ findings }: Plan, options: ApplyPlanOptions): ReadonlyMap<RefKey, string> {
  const taken = findings.flatMap(({ code, ref, data }): readonly (readonly [RefKey, string])[] => {
    const unit = getString(data, 'unit');
    return code !== 'KP0108' || ref === undefined || unit === undefined ? [] : [[toRefKey(ref), membershipLabel(unit, options).value]];
  });
  return new Map(taken);
}
