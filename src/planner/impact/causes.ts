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

/** The worlds that a plan leads from and to, and what changes between them. */
export interface Impact {
  readonly before: World;
  readonly after: World;
  readonly changed: ChangedObjects;
  /** Where a field (JSON pointer) of a desired object stands; undefined for objects that have no manifest. */
  readonly locate: (key: RefKey, pointer: string | undefined) => SourceRange | undefined;
}

/** So many changed objects are tried for an engine by running it again without them. */
const BUDGET = 12;

/**
 * Gives each change of an engine's facts its causes: of the objects that the fact was derived from those that change; and
 * where several do, those without whose change the fact would stay as it was, if there are any.
 */
export class CauseFinder {
  readonly #impact: Impact;
  readonly #engine: Engine;
  readonly #without = new Map<RefKey, ReadonlySet<string>>();

  constructor(impact: Impact, engine: Engine) {
    this.#impact = impact;
    this.#engine = engine;
  }

  /** The causes of one change, the most telling field of each object named, with a place wherever one is known. */
  find({ change, fact }: FactChange): readonly Cause[] {
    const keys = [...new Set(fact.objects.map(({ ref }) => toRefKey(ref)))].filter((key) => this.#impact.changed.has(key));
    if (keys.length === 0) return this.#guess(fact.subject);
    const needed = keys.length === 1 ? keys : keys.filter((key) => this.#isNeeded(key, `${change} ${fact.key}`));
    return (needed.length === 0 ? keys : needed).flatMap((key) => this.#toCause(key, fact));
  }

  /** Whether the fact would not change if this object did not. Unknown, hence true, beyond the budget. */
  #isNeeded(key: RefKey, factKey: string): boolean {
    let facts = this.#without.get(key);
    if (facts === undefined) {
      if (this.#without.size >= BUDGET) return true;
      const changes = this.#engine.compare(this.#impact.before, this.#undo(key));
      facts = new Set(changes.map((item) => `${item.change} ${item.fact.key}`));
      this.#without.set(key, facts);
    }
    return !facts.has(factKey);
  }

  #undo(key: RefKey): World {
    const changed = this.#impact.changed.get(key);
    if (changed === undefined) return this.#impact.after;
    return changed.before === undefined ? this.#impact.after.without([changed.step.ref]) : this.#impact.after.with([changed.before]);
  }

  #toCause(key: RefKey, fact: Fact): readonly Cause[] {
    const changed = this.#impact.changed.get(key);
    if (changed === undefined) return [];
    const wanted = fact.objects.find(({ ref, path }) => path !== undefined && toRefKey(ref) === key)?.path;
    const path = nearestField(changed.step, wanted);
    const { ref, action } = changed.step;
    const source = changed.locate(path);
    const beside = action === 'delete' ? this.#placeBeside(fact) : undefined;
    return [
      {
        ref,
        ...(path === undefined ? {} : { path }),
        ...(action === 'none' ? {} : { action }),
        ...(source === undefined ? {} : { source }),
        ...(beside === undefined ? {} : { beside }),
      },
    ];
  }

  /** Where in the files as they are now what is gone is missed: at a manifest which the fact was also derived from. */
  #placeBeside(fact: Fact): SourceRange | undefined {
    for (const { ref, path } of [...fact.objects, ...(fact.subject === undefined ? [] : [{ ref: fact.subject, path: undefined }])]) {
      const source = this.#impact.locate(toRefKey(ref), path);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  /** An engine that names no changed object leaves a guess: the first change in the subject's namespace, else the first. */
  #guess(subject: ObjectRef | undefined): readonly Cause[] {
    const all = [...this.#impact.changed.values()];
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
