import { withMetadata, type KubernetesObject } from '../model/index.ts';
import { isArray, isObject, stringifyJsonInOrder, type JsonValue } from '../std/index.ts';

/** The kinds and writers of a cluster have fewer; sets that name single objects, such as owners, are not worth more. */
const MOST = 2_000;

/**
 * Sets of managed fields (`fieldsV1`), which the objects of one kind mostly have alike: equal ones become one and the same, since they
 * are as large as the objects themselves. What is remembered for that is bounded.
 */
export class FieldSets {
  readonly #known = new Map<string, JsonValue>();

  /** The object with sets that it shares with others. */
  share(object: KubernetesObject): KubernetesObject {
    const { managedFields } = object.metadata;
    return isArray(managedFields) ? withMetadata(object, { managedFields: managedFields.map((entry) => this.#shareEntry(entry)) }) : object;
  }

  #shareEntry(entry: JsonValue): JsonValue {
    if (!isObject(entry) || !isObject(entry['fieldsV1'])) return entry;
    return { ...entry, fieldsV1: this.#shareSet(entry['fieldsV1']) };
  }

  #shareSet(set: JsonValue): JsonValue {
    const text = stringifyJsonInOrder(set);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(text, set);
    return set;
  }
}
