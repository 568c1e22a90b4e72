import { fromPointer, isArray, isObject, type JsonValue } from '../../std/index.ts';
import {
  isKubernetesObject,
  type FactChange,
  type FieldChange,
  type KubernetesObject,
  type RefKey,
  type World,
} from '../../model/index.ts';
import type { ChangedObject, Impact } from './causes.ts';

/** A part of a change that can be taken back alone: a field of an object, or all that happens to one. */
export interface ChangePart {
  readonly key: RefKey;
  /** One, or several where one takes the place of another; none for the whole object. */
  readonly fields: readonly FieldChange[];
}

/** Engines are asked again as often as this in a world of a thousand objects, in proportion in smaller and larger ones. */
const RUNS_OF_A_THOUSAND = 60;
const LEAST_RUNS = 12;
const MOST_RUNS = 500;
/** In a larger world an engine takes so long that it is asked again only where several objects could be to blame. */
const SMALL_WORLD = 3000;

/** A fact's change by its name, which tells it from all others of the engine. */
export function nameOfChange({ change, fact: { code, key } }: FactChange): string {
  return `${change} ${code} ${key}`;
}

/** What is asked again: all that would be said of a world, by name. */
export interface Asker {
  readonly namesIn: (world: World) => ReadonlySet<string>;
  /** True where asking costs the same in a world of any size. */
  readonly isCheap?: true;
}

/** Answers what would be said had parts of the change not been made, each question once and so many in all. */
export class Reversals {
  readonly #impact: Impact;
  readonly #asker: Asker;
  readonly #facts = new Map<string, ReadonlySet<string>>();
  #left: number;
  #refused = 0;

  constructor(impact: Impact, asker: Asker) {
    this.#impact = impact;
    this.#asker = asker;
    const runs = Math.round((RUNS_OF_A_THOUSAND * 1000) / Math.max(1, impact.after.size));
    this.#left = Math.min(MOST_RUNS, Math.max(LEAST_RUNS, runs));
  }

  /** Whether asking costs so little that even what is plain is looked at. */
  get areCheap(): boolean {
    return this.#asker.isCheap === true || this.#impact.after.size <= SMALL_WORLD;
  }

  /** How many questions were not answered because the budget had ended. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether what has this name is not said without these parts; undefined where the budget has ended. */
  removes(parts: readonly ChangePart[], name: string): boolean | undefined {
    const facts = this.namesWithout(parts);
    return facts === undefined ? undefined : !facts.has(name);
  }

  /** The names of all that is said without these parts; undefined where the budget has ended. */
  namesWithout(parts: readonly ChangePart[]): ReadonlySet<string> | undefined {
    const id = parts
      .map(({ key, fields }) => `${key} ${fields.map(({ path }) => path).join(' ')}`)
      .toSorted()
      .join('\n');
    let facts = this.#facts.get(id);
    if (facts === undefined) {
      if (this.#left === 0) {
        this.#refused++;
        return undefined;
      }
      this.#left--;
      facts = this.#asker.namesIn(this.#without(parts));
      this.#facts.set(id, facts);
    }
    return facts;
  }

  #without(parts: readonly ChangePart[]): World {
    const fields = new Map<RefKey, readonly FieldChange[]>();
    const whole = new Set<RefKey>();
    for (const { key, fields: own } of parts) {
      if (own.length === 0) whole.add(key);
      else fields.set(key, [...(fields.get(key) ?? []), ...own]);
    }
    const restored: KubernetesObject[] = [];
    const removed = [];
    for (const key of new Set([...whole, ...fields.keys()])) {
      const changed = this.#impact.changed.get(key);
      if (changed === undefined) continue;
      const object = restore(changed, whole.has(key) ? undefined : fields.get(key), this.#impact.after);
      if (object === undefined) removed.push(changed.step.ref);
      else restored.push(object);
    }
    return this.#impact.after.without(removed).with(restored);
  }
}

/** The object without these changes of its fields, or without any; undefined for one that was not there. */
function restore({ step, before }: ChangedObject, fields: readonly FieldChange[] | undefined, after: World): KubernetesObject | undefined {
  const is = after.get(step.ref);
  if (before === undefined || is === undefined || fields === undefined || fields.length === step.fields.length) return before;
  // From the last one back, so that the indexes of items that come or go stay right.
  const ordered = step.fields.filter((field) => fields.includes(field)).toReversed();
  const object = ordered.reduce<JsonValue>((value, field) => revertAt(value, fromPointer(field.path), field), is);
  return isKubernetesObject(object) ? object : before;
}

function revertAt(value: JsonValue, steps: readonly string[], field: FieldChange): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return field.before ?? null;
  if (isArray(value)) return revertItem(value, Number(step), rest, field);
  const fields = isObject(value) ? value : {};
  if (rest.length > 0) return { ...fields, [step]: revertAt(fields[step] ?? {}, rest, field) };
  const others = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== step));
  return field.before === undefined ? others : { ...others, [step]: field.before };
}

function revertItem(items: readonly JsonValue[], index: number, rest: readonly string[], field: FieldChange): JsonValue {
  if (rest.length > 0) return items.map((item, at) => (at === index ? revertAt(item, rest, field) : item));
  if (field.before === undefined) return items.toSpliced(index, 1);
  return items.toSpliced(index, field.after === undefined ? 0 : 1, field.before);
}
