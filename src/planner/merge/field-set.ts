import { isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { compareElements, readPathElement, type FieldPath, type PathElement } from './path-element.ts';

/**
 * An immutable set of field paths, as a tree: what one manager owns of an object. A path stands for itself alone; its
 * parents and children are members only if they were put in (structured-merge-diff `fieldpath.Set`).
 */
export class FieldSet {
  static readonly EMPTY: FieldSet = new FieldSet(new Set(), new Map());

  readonly members: ReadonlySet<PathElement>;
  /** Steps below which there are members. Never holds an empty set. */
  readonly children: ReadonlyMap<PathElement, FieldSet>;

  private constructor(members: ReadonlySet<PathElement>, children: ReadonlyMap<PathElement, FieldSet>) {
    this.members = members;
    this.children = children;
  }

  /** The set of these members and, below each step, these sets; empty ones are left out. */
  static from(members: ReadonlySet<PathElement>, children: Iterable<readonly [PathElement, FieldSet]>): FieldSet {
    const kept = new Map<PathElement, FieldSet>();
    for (const [element, set] of children) if (!set.isEmpty) kept.set(element, set);
    return members.size === 0 && kept.size === 0 ? FieldSet.EMPTY : new FieldSet(members, kept);
  }

  /** The set of these paths. The empty path (the whole object) is nobody's and is left out. */
  static of(...paths: readonly FieldPath[]): FieldSet {
    const builder = new FieldSetBuilder();
    for (const path of paths) builder.insert(path);
    return builder.build();
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  has(path: FieldPath): boolean {
    const [first, ...rest] = path;
    if (first === undefined) return false;
    return rest.length === 0 ? this.members.has(first) : (this.children.get(first)?.has(rest) ?? false);
  }

  /** What lies below a step. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? FieldSet.EMPTY;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, set] of other.children) children.set(element, this.below(element).union(set));
    return FieldSet.from(new Set([...this.members, ...other.members]), children);
  }

  intersection(other: FieldSet): FieldSet {
    return FieldSet.from(
      new Set([...this.members].filter((element) => other.members.has(element))),
      [...this.children].map(([element, set]) => [element, set.intersection(other.below(element))] as const),
    );
  }

  /** The members that `other` has not: a parent does not take its children with it. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    return FieldSet.from(
      new Set([...this.members].filter((element) => !other.members.has(element))),
      [...this.children].map(([element, set]) => [element, set.difference(other.below(element))] as const),
    );
  }

  /** As `difference`, but a member of `other` takes everything below it with it. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    return FieldSet.from(
      new Set([...this.members].filter((element) => !other.members.has(element))),
      [...this.children]
        .filter(([element]) => !other.members.has(element))
        .map(([element, set]) => [element, set.recursiveDifference(other.below(element))] as const),
    );
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const element of this.members) if (!other.members.has(element)) return false;
    for (const [element, set] of this.children) if (!set.equals(other.below(element))) return false;
    return true;
  }

  /** Every path of the set: at each level the members first, then what lies below, each in order. */
  paths(): readonly FieldPath[] {
    const own = [...this.members].toSorted(compareElements).map((element) => [element]);
    const below = [...this.children.keys()].toSorted(compareElements).flatMap((element) =>
      this.below(element)
        .paths()
        .map((path) => [element, ...path]),
    );
    return [...own, ...below];
  }

  /** As `metav1.FieldsV1`: nested objects, `.` for a member that also has members below it. */
  toFieldsV1(): JsonObject {
    const fields: Record<string, JsonValue> = {};
    const elements = new Set([...this.members, ...this.children.keys()]);
    for (const element of [...elements].toSorted(compareElements)) {
      const children = this.children.get(element);
      const self = this.members.has(element) && children !== undefined ? { '.': {} } : {};
      fields[element] = children === undefined ? {} : { ...self, ...children.toFieldsV1() };
    }
    return fields;
  }

  /** Reads `metav1.FieldsV1`. Steps of unknown form are left out, as the API server does. */
  static fromFieldsV1(fields: JsonValue | undefined): FieldSet {
    return isObject(fields) ? readFields(fields) : FieldSet.EMPTY;
  }
}

function readFields(fields: JsonObject): FieldSet {
  const members = new Set<PathElement>();
  const children: (readonly [PathElement, FieldSet])[] = [];
  for (const [key, value] of Object.entries(fields)) {
    const element = key === '.' ? undefined : readPathElement(key);
    if (element === undefined) continue;
    const below = FieldSet.fromFieldsV1(value);
    if (below.isEmpty || (isObject(value) && '.' in value)) members.add(element);
    children.push([element, below]);
  }
  return FieldSet.from(members, children);
}

/** Gathers paths into a `FieldSet`. */
export class FieldSetBuilder {
  readonly #members = new Set<PathElement>();
  readonly #children = new Map<PathElement, FieldSetBuilder>();

  insert(path: FieldPath): void {
    const [first, ...rest] = path;
    if (first === undefined) return;
    if (rest.length === 0) this.#members.add(first);
    else this.#descend(first).insert(rest);
  }

  build(): FieldSet {
    return FieldSet.from(
      this.#members,
      [...this.#children].map(([element, builder]) => [element, builder.build()] as const),
    );
  }

  #descend(element: PathElement): FieldSetBuilder {
    let child = this.#children.get(element);
    if (child === undefined) this.#children.set(element, (child = new FieldSetBuilder()));
    return child;
  }
}
