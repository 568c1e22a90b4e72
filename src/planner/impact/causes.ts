import { compareBy, groupBy } from '../../std/index.ts';
import {
  toRefKey,
  type Cause,
  type Effect,
  type Fact,
  type FieldChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type SourceRange,
  type Step,
  type World,
} from '../../model/index.ts';
import { Reversals, type Asker, type ChangePart } from './reversal.ts';

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

/** What is to be explained: its name among all that is said of a world, and what it was derived from. */
export interface Question extends Pick<Fact, 'objects' | 'subject'> {
  readonly name: string;
}

/** So many of an object's changed fields are tried one by one, the nearest to what the fact was derived from first. */
const MOST_FIELDS = 6;
/** Causes of one object beyond these are told as one. */
const MOST_CAUSES = 8;

/**
 * Gives what is said of a change its causes: the smallest set of changed fields and objects without which it would not be said, found by
 * asking again; first of what the fact was derived from, then of all that changes. Where the budget ends, the set is
 * wider than it need be.
 */
export class CauseFinder {
  readonly #impact: Impact;
  readonly #reversals: Reversals;
  /** All that would be said without any of the changes, once it was asked. */
  #before: ReadonlySet<string> | undefined;

  constructor(impact: Impact, asker: Asker) {
    this.#impact = impact;
    this.#reversals = new Reversals(impact, asker);
  }

  /** The causes of one thing, the most telling field of each object named, with a place wherever one is known. */
  find(fact: Question): Pick<Effect, 'causes' | 'isWide'> {
    const refused = this.#reversals.refused;
    const keys = [...new Set(fact.objects.map(({ ref }) => toRefKey(ref)))].filter((key) => this.#impact.changed.has(key));
    const parts = this.#separate(this.#search(keys, fact), fact.name);
    if (parts.size === 0) return { causes: this.#guess(fact.subject) };
    const causes = [...parts].flatMap(([key, own]) => this.#toCauses(key, own, fact));
    return { causes, ...(causes.length > 1 && this.#reversals.refused > refused ? { isWide: true } : {}) };
  }

  /** Whether one thing would not be said without any of the changes; else there is nothing to find. */
  isOfChange({ name }: Question): boolean {
    this.#before ??= this.#reversals.namesWithout([...this.#impact.changed.keys()].map((key) => ({ key, fields: [] })));
    return this.#before?.has(name) === false;
  }

  #search(keys: readonly RefKey[], fact: Question): Parts {
    const { name } = fact;
    const near = keys.map((key) => this.#partsOf(key, fact));
    const isAlone = this.#impact.changed.size === 1 && near.flat().length === 1;
    if (isAlone || (keys.length === 1 && !this.#reversals.areCheap)) return group(near.flatMap((parts) => parts.slice(0, 1)));
    const [deciding] = this.#reversals.areCheap ? [] : this.#listDeciding(fact);
    if (deciding !== undefined) return group([deciding]);
    const alone = this.#listAlone(near, name);
    if (alone.length > 0) return group(alone.length === 1 || this.#reversals.removes(alone, name) === true ? alone : alone.slice(0, 1));
    if (near.length > 0 && this.#reversals.removes(near.flat(), name) !== false) return group(this.#shrink(near.flat(), name));
    const others = [...this.#impact.changed.keys()]
      .filter((key) => !keys.includes(key))
      .toSorted(nearTo(fact.subject, this.#impact.changed));
    const all = [...near.flat(), ...others.flatMap((key) => this.#partsOf(key, fact))];
    const found = this.#shrink(all, name);
    return group(found.length < all.length || all.length <= MOST_CAUSES ? found : near.flat());
  }

  /** Single changes that the fact cannot be without: there is nothing to be asked. */
  #listDeciding(fact: Question): readonly ChangePart[] {
    return fact.objects.flatMap(({ ref, decides }) => {
      const [only, ...others] = decides === true && this.#impact.changed.has(toRefKey(ref)) ? this.#partsOf(toRefKey(ref), fact) : [];
      return only === undefined || others.length > 0 ? [] : [only];
    });
  }

  /** Of each object the first part whose reversal alone takes the change back; where asking is dear, of the first object that has one. */
  #listAlone(near: readonly (readonly ChangePart[])[], name: string): readonly ChangePart[] {
    const alone: ChangePart[] = [];
    for (const parts of near) {
      const part = parts.slice(0, MOST_FIELDS).find((each) => this.#reversals.removes([each], name));
      if (part === undefined) continue;
      alone.push(part);
      if (!this.#reversals.areCheap) break;
    }
    return alone;
  }

  /** The parts with both halves of a swap apart where neither half is enough: each has lines of its own to be named. */
  #separate(parts: Parts, name: string): Parts {
    const all = [...parts.values()].flat();
    const separated = all.flatMap((part) => {
      if (part.fields.length < 2) return [part];
      const others = all.filter((other) => other !== part);
      const halves = part.fields.map((field) => ({ key: part.key, fields: [field] }));
      return halves.every((half) => this.#reversals.removes([...others, half], name) === false) ? halves : [part];
    });
    return group(separated);
  }

  /** A smallest set among parts whose reversal together takes the change back, early ones rather than late ones; all, beyond the budget. */
  #shrink(parts: readonly ChangePart[], name: string): readonly ChangePart[] {
    const explain = (given: readonly ChangePart[], isNew: boolean, rest: readonly ChangePart[]): readonly ChangePart[] => {
      if (isNew && this.#reversals.removes(given, name) === true) return [];
      if (rest.length <= 1) return rest;
      const [early, late] = [rest.slice(0, rest.length >> 1), rest.slice(rest.length >> 1)];
      const lateOnes = explain([...given, ...early], true, late);
      return [...explain([...given, ...lateOnes], lateOnes.length > 0, early), ...lateOnes];
    };
    const found = explain([], false, parts);
    return this.#reversals.removes(found, name) === false ? parts : found;
  }

  /** What can be taken back of an object: each changed field, the nearest to the fact's first; or all of it. */
  #partsOf(key: RefKey, fact: Question): readonly ChangePart[] {
    const step = this.#impact.changed.get(key)?.step;
    if (step === undefined || (step.action !== 'update' && step.action !== 'replace') || step.fields.length === 0)
      return [{ key, fields: [] }];
    const wanted = wantedOf(key, fact) ?? '';
    const nearest = nearestOf(this.#impact.changed.get(key), wanted);
    const parts = joinSwaps(step.fields).map((fields) => ({ key, fields }));
    return parts.toSorted(
      compareBy(
        ({ fields }) => !fields.some(({ path }) => path === nearest),
        ({ fields }) => -Math.max(...fields.map(({ path }) => countShared(path, wanted))),
      ),
    );
  }

  #toCauses(key: RefKey, parts: readonly ChangePart[], fact: Question): readonly Cause[] {
    const changed = this.#impact.changed.get(key);
    if (changed === undefined) return [];
    const wanted = wantedOf(key, fact);
    const pathOf = ({ fields }: ChangePart): string | undefined => {
      if (fields.length === 0 || fields.some(({ path }) => isWithin(wanted, path))) return wanted;
      return (fields.find(({ after }) => after !== undefined) ?? fields[0])?.path;
    };
    const paths = parts.length > MOST_CAUSES ? [nearestField(changed, wanted)] : parts.map(pathOf);
    return [...new Set(paths)].map((path) => this.#toCause(changed, path, fact));
  }

  #toCause(changed: ChangedObject, path: string | undefined, fact: Question): Cause {
    const { ref, action } = changed.step;
    const source = changed.locate(path);
    const beside = action === 'delete' ? this.#placeBeside(fact) : undefined;
    return {
      ref,
      ...(path === undefined ? {} : { path }),
      ...(action === 'none' ? {} : { action }),
      ...(source === undefined ? {} : { source }),
      ...(beside === undefined ? {} : { beside }),
    };
  }

  /** Where in the files as they are now what is gone is missed: at a manifest which the fact was also derived from. */
  #placeBeside(fact: Question): SourceRange | undefined {
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

/** Parts by their object. */
type Parts = ReadonlyMap<RefKey, readonly ChangePart[]>;

function group(parts: readonly ChangePart[]): Parts {
  return groupBy(parts, ({ key }) => key);
}

/** The fields each alone, but together where one comes and another goes within the same: half of a swap may be nothing that makes sense. */
function joinSwaps(fields: readonly FieldChange[]): readonly (readonly FieldChange[])[] {
  const byParent = groupBy(fields, ({ path, before, after }) => {
    const isSwap = before === undefined || after === undefined;
    return isSwap ? path.slice(0, path.lastIndexOf('/')) : `=${path}`;
  });
  return [...byParent.values()].flatMap((group) => {
    const isBoth = group.some(({ before }) => before === undefined) && group.some(({ after }) => after === undefined);
    return isBoth ? [group] : group.map((field) => [field]);
  });
}

function wantedOf(key: RefKey, fact: Question): string | undefined {
  return fact.objects.find(({ ref, path }) => path !== undefined && toRefKey(ref) === key)?.path;
}

function isWithin(path: string | undefined, field: string): path is string {
  return path !== undefined && (path === field || path.startsWith(`${field}/`));
}

/** What lies in the same namespace first. */
function nearTo(subject: ObjectRef | undefined, changed: ChangedObjects): (a: RefKey, b: RefKey) => number {
  const isFar = (key: RefKey): boolean => subject?.namespace === undefined || changed.get(key)?.step.ref.namespace !== subject.namespace;
  return compareBy(isFar, (key) => key);
}

function countShared(path: string, wanted: string): number {
  const [steps, target] = [path.split('/'), wanted.split('/')];
  const end = steps.findIndex((step, index) => step !== target[index]);
  return end < 0 ? steps.length : end;
}

function nearestOf(changed: ChangedObject | undefined, wanted: string): string | undefined {
  if (changed === undefined) return undefined;
  const nearest = nearestField(changed, wanted);
  return changed.step.fields.find(({ path }) => isWithin(nearest, path))?.path;
}

/**
 * The changed field that lies nearest to the one that a fact names: that one itself where it is part of what changed, else what changed
 * within it, around it, or beside it. Of several that are as near, the one that takes the fewest lines.
 */
function nearestField({ step, locate }: ChangedObject, wanted: string | undefined): string | undefined {
  if (step.fields.length === 0) return wanted;
  const target = (wanted ?? '').split('/');
  let nearest: string[] = [];
  let most = -1;
  for (const { path } of step.fields) {
    const steps = path.split('/');
    let shared = 0;
    while (shared < steps.length && shared < target.length && steps[shared] === target[shared]) shared++;
    if (shared === steps.length) return wanted;
    if (shared > most) nearest = [];
    if (shared >= most) nearest.push(path);
    most = Math.max(most, shared);
  }
  if (nearest.length <= 1) return nearest[0];
  const [fewest] = nearest.map((path) => ({ path, lines: countLines(locate(path)) })).toSorted(compareBy(({ lines }) => lines));
  return fewest?.path;
}

function countLines(source: SourceRange | undefined): number {
  return source === undefined ? Infinity : source.endLine - source.line;
}
