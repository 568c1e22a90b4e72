import { readTakeOver } from '../take-over.ts';
import type { WorldReading } from '../../cluster/index.ts';
import { Batches, type BatchItem, type BatchWork, type LiveWorld, type Unit } from '../../daemon/index.ts';
import { gvkOf, nameOf, namespaceOf, refOf, toRefKey, type Lens, type Plan, type World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { createReferenceLens } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import { newSalt } from '../salt.ts';
import { toBefore } from './before.ts';
import type { Desired } from './desired.ts';
import { makePlans, readOwnership, type PlanRequest } from './make-plan.ts';
import { readRelevant } from './read-relevant.ts';
import type { OpenedCluster } from './target.ts';

/** A unit that is to be planned. */
export interface UnitRequest {
  readonly unit: Unit;
  readonly desired: Desired;
  readonly args: Arguments;
  /** The plan, where it is known of the very same world already. */
  readonly known: (world: World) => Plan | undefined;
  /** Whether a plan may go without a person. */
  readonly goes: (plan: Plan) => boolean;
  /** Aborts when the plan is not wanted any more. */
  readonly signal: AbortSignal;
}

/** A plan, and the cluster that it was made of. */
export interface UnitPlan {
  readonly plan: Plan;
  readonly at: number;
  readonly reading: WorldReading;
}

interface PlanParts {
  readonly opened: OpenedCluster;
  readonly live: LiveWorld;
  readonly io: Io;
  readonly log: Log;
}

/** Plans the units of one cluster, those that are due at the same time together. */
export class PlanBatches {
  readonly #parts: PlanParts;
  readonly #batches: Batches<UnitRequest & BatchItem, UnitPlan>;
  readonly #lens: Lens = createReferenceLens();
  /** Of the secret hashes of all plans: with another one nothing of a plan would hold for the next. */
  readonly #salt: string = newSalt();

  constructor(parts: PlanParts) {
    this.#parts = parts;
    const work: BatchWork<UnitRequest & BatchItem, UnitPlan> = {
      plan: (requests) => this.#planAll(requests),
      goes: ({ goes }, { plan }) => goes(plan),
      isAlike: ({ unit, desired }, other) => unit.serviceAccount === other.unit.serviceAccount && desired.config === other.desired.config,
    };
    this.#batches = new Batches(work, realClock(parts.io));
  }

  /** The plan of a unit. Throws `KplanError` where the cluster cannot be read. */
  plan(request: UnitRequest): Promise<UnitPlan> {
    return this.#batches.plan({ ...request, ...toBatchItem(request.desired) });
  }

  /** Reads a unit that is then to be planned: the next batch waits for it, though not for long. */
  before<R>(reading: () => Promise<R>): Promise<R> {
    return this.#batches.before(reading);
  }

  /** Units of which more of the cluster must be read than of the others are planned by themselves. */
  async #planAll(requests: readonly UnitRequest[]): Promise<readonly UnitPlan[]> {
    const { opened, live, io } = this.#parts;
    const at = io.now();
    const ahead = await live.read();
    const plans = new Map<UnitRequest, UnitPlan>();
    const together: UnitRequest[] = [];
    for (const request of requests) {
      const reading = await readRelevant(opened.cluster, request.desired, ahead);
      const known = request.known(reading.world);
      if (known !== undefined) plans.set(request, { plan: known, at, reading });
      else if (reading.world === ahead.world) together.push(request);
      else for (const plan of await this.#planIn(reading, [request])) plans.set(request, { plan, at, reading });
    }
    for (const [index, plan] of (await this.#planIn(ahead, together)).entries()) {
      const request = together[index];
      if (request !== undefined) plans.set(request, { plan, at, reading: ahead });
    }
    return requests.flatMap((request) => plans.get(request) ?? []);
  }

  async #planIn(reading: WorldReading, requests: readonly UnitRequest[]): Promise<readonly Plan[]> {
    if (requests.length === 0) return [];
    const { opened, io, log } = this.#parts;
    const owners = toBefore(opened, reading);
    // A kind that another unit has just defined is served before the server says so: applying it tells.
    const { types: _, ...before } = owners;
    const asked: PlanRequest[] = [];
    for (const { unit, desired, args } of requests) {
      const ownership = await readOwnership(owners, unit.name);
      const options = { ownership, salt: this.#salt, forceConflicts: readTakeOver(args), lens: this.#lens };
      asked.push({ desired, args, options });
    }
    const plans = await makePlans(asked, before, io, log);
    return plans.map((plan, index) => (requests[index]?.unit.prune === false ? withoutDeletes(plan) : plan));
  }
}

/** An object that names no namespace may be one of none, or of the default one. */
function toBatchItem({ manifests, defaultNamespace }: Desired): Omit<BatchItem, 'signal'> {
  const [writes, needs, brings] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { object } of manifests) {
    const { group, kind } = gvkOf(object);
    writes.add(toRefKey(refOf(object))).add(toRefKey({ namespace: defaultNamespace, ...refOf(object) }));
    needs.add(`Namespace ${namespaceOf(object) ?? defaultNamespace}`).add(`kind ${group}/${kind}`);
    if (group === '' && kind === 'Namespace') brings.add(`Namespace ${nameOf(object)}`);
    if (kind === 'CustomResourceDefinition')
      brings.add(`kind ${getString(object, 'spec', 'group') ?? ''}/${getString(object, 'spec', 'names', 'kind') ?? ''}`);
  }
  return { writes, needs: new Set([...needs].filter((name) => !brings.has(name))), brings };
}

function withoutDeletes(plan: Plan): Plan {
  const waves = plan.waves
    .map((wave) => ({ ...wave, steps: wave.steps.filter(({ action }) => action !== 'delete') }))
    .filter(({ steps }) => steps.length > 0);
  return { ...plan, waves: waves.map((wave, index) => ({ ...wave, index, steps: wave.steps.map((step) => ({ ...step, wave: index })) })) };
}
