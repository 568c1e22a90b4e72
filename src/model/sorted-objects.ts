import { compareStrings, mergeSorted } from '../std/index.ts';
import { nameOf, namespaceOf, type KubernetesObject } from './object.ts';

/** Where more than one in so many objects changes, all are put in order again. */
const FEW = 8;

/** What the objects are, until they are put in order: those of a list that is in order, without some and with others; or any. */
type Source =
  | {
      readonly sorted: readonly KubernetesObject[];
      readonly gone: ReadonlySet<KubernetesObject>;
      readonly come: ReadonlySet<KubernetesObject>;
    }
  | { readonly sorted: undefined; readonly all: () => Iterable<KubernetesObject> };

const NONE: ReadonlySet<KubernetesObject> = new Set();

/** Objects by namespace and name. They are put in order when they are asked for; what came of others by small steps is not sorted again. */
export class SortedObjects {
  #source: Source;

  private constructor(source: Source) {
    this.#source = source;
  }

  /** These objects, in whatever order they come; read when they are asked for. */
  static of(all: () => Iterable<KubernetesObject>): SortedObjects {
    return new SortedObjects({ sorted: undefined, all });
  }

  /** These objects, which are in order. */
  static ofSorted(sorted: readonly KubernetesObject[]): SortedObjects {
    return new SortedObjects({ sorted, gone: NONE, come: NONE });
  }

  /** These without some of them and with others; undefined where sorting all is as good. */
  changed(gone: Iterable<KubernetesObject>, come: Iterable<KubernetesObject>): SortedObjects | undefined {
    const source = this.#source;
    if (source.sorted === undefined) return undefined;
    const [left, added] = [new Set(source.gone), new Set(source.come)];
    for (const object of gone) if (!added.delete(object)) left.add(object);
    for (const object of come) added.add(object);
    if (left.size + added.size <= source.sorted.length / FEW) return new SortedObjects({ sorted: source.sorted, gone: left, come: added });
    return SortedObjects.ofSorted(toMerged({ sorted: source.sorted, gone: left, come: added }));
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    const source = this.#source;
    if (source.sorted !== undefined) return source.come.size === 0 && source.gone.size === source.sorted.length;
    return this.list().length === 0;
  }

  /** All of them in order. */
  list(): readonly KubernetesObject[] {
    const source = this.#source;
    if (source.sorted !== undefined && source.gone.size === 0 && source.come.size === 0) return source.sorted;
    const sorted = source.sorted === undefined ? toSorted(source.all()) : toMerged(source);
    this.#source = { sorted, gone: NONE, come: NONE };
    return sorted;
  }
}

/** The objects in order after a small difference: each new one is looked for where it belongs. */
function toMerged({ sorted, gone, come }: Extract<Source, { readonly gone: unknown }>): readonly KubernetesObject[] {
  const kept = gone.size === 0 ? sorted : sorted.filter((object) => !gone.has(object));
  return mergeSorted(kept, toSorted(come), (a, b) => compareStrings(toOrderKey(a), toOrderKey(b)));
}

function toOrderKey(object: KubernetesObject): string {
  return `${namespaceOf(object) ?? ''}\0${nameOf(object)}\0${object.apiVersion}`;
}

// The keys are made once for each object, not for each comparison.
function toSorted(objects: Iterable<KubernetesObject>): readonly KubernetesObject[] {
  const keyed: { readonly key: string; readonly object: KubernetesObject }[] = [];
  for (const object of objects) keyed.push({ key: toOrderKey(object), object });
  return keyed.toSorted((a, b) => compareStrings(a.key, b.key)).map(({ object }) => object);
}
