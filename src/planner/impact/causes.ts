import {
  toRefKey,
  type Cause,
  type Engine,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type SourceRange,
  type Step,
  type World,
} from '../../model/index.ts';

/** One changed object, as a candidate for causes. */
export interface ChangedObject {
  readonly step: Omit<Step, 'wave'>;
  /** The object before; undefined for a create. */
  readonly before: KubernetesObject | undefined;
  /** Where a field (JSON pointer) of the object stands in its manifest. */
  readonly locate: (pointer: string | undefined) => SourceRange | undefined;
}

/** The changed objects of a plan, by identity, in the order of the plan. */
export type ChangedObjects = ReadonlyMap<RefKey, ChangedObject>;

/** So many changed objects are tried for an engine by running it again without them. */
const BUDGET = 12;

/**
 * Gives each change of an engine's facts its causes: of the objects that the fact was derived from those that change; and
 * where several do, those without whose change the fact would stay as it was, if there are any.
 */
export class CauseFinder {
  readonly #changed: ChangedObjects;
  readonly #engine: Engine;
  readonly #before: World;
  readonly #after: World;
  readonly #without = new Map<RefKey, ReadonlySet<string>>();

  constructor(changed: ChangedObjects, engine: Engine, before: World, after: World) {
    this.#changed = changed;
    this.#engine = engine;
    this.#before = before;
    this.#after = after;
  }

  find({ change, fact }: FactChange): readonly Cause[] {
    const keys = [...new Set(fact.objects.map(({ ref }) => toRefKey(ref)))].filter((key) => this.#changed.has(key));
    if (keys.length === 0) return this.#guess(fact.subject);
    const needed = keys.length === 1 ? keys : keys.filter((key) => this.#isNeeded(key, `${change} ${fact.key}`));
    return (needed.length === 0 ? keys : needed).flatMap((key) => this.#toCause(key, fact));
  }

  /** Whether the fact would not change if this object did not. Unknown, hence true, beyond the budget. */
  #isNeeded(key: RefKey, factKey: string): boolean {
    let facts = this.#without.get(key);
    if (facts === undefined) {
      if (this.#without.size >= BUDGET) return true;
      const changes = this.#engine.compare(this.#before, this.#undo(key));
      facts = new Set(changes.map((item) => `${item.change} ${item.fact.key}`));
      this.#without.set(key, facts);
    }
    return !facts.has(factKey);
  }

  #undo(key: RefKey): World {
    const changed = this.#changed.get(key);
    if (changed === undefined) return this.#after;
    return changed.before === undefined ? this.#after.without([changed.step.ref]) : this.#after.with([changed.before]);
  }

  #toCause(key: RefKey, fact: Fact): readonly Cause[] {
    const changed = this.#changed.get(key);
    if (changed === undefined) return [];
    const wanted = fact.objects.find(({ ref, path }) => path !== undefined && toRefKey(ref) === key)?.path;
    const path = nearestField(changed.step, wanted);
    const source = changed.locate(path);
    return [{ ref: changed.step.ref, ...(path === undefined ? {} : { path }), ...(source === undefined ? {} : { source }) }];
  }

  /** An engine that names no changed object leaves a guess: the first change in the subject's namespace, else the first. */
  #guess(subject: ObjectRef | undefined): readonly Cause[] {
    const all = [...this.#changed.values()];
    const near = all.find(({ step }) => subject?.namespace !== undefined && step.ref.namespace === subject.namespace);
    const changed = near ?? all[0];
    if (changed === undefined) return [];
    const source = changed.locate(undefined);
    return [{ ref: changed.step.ref, ...(source === undefined ? {} : { source }) }];
  }
}

/** The changed field that lies nearest to the one that a fact names: within it, around it, or beside it. */
function nearestField(step: Omit<Step, 'wave'>, wanted: string | undefined): string | undefined {
  if (step.fields.length === 0) return wanted;
  const target = (wanted ?? '').split('/');
  let best: string | undefined;
  let most = -1;
  for (const { path } of step.fields) {
    const steps = path.split('/');
    let shared = 0;
    while (shared < steps.length && shared < target.length && steps[shared] === target[shared]) shared++;
    if (shared > most) [best, most] = [path, shared];
  }
  return best;
}
