import {
  isSelected,
  KplanError,
  labelsOf,
  nameOf,
  namespaceOf,
  parseFieldSelector,
  type FieldTerm,
  type KubernetesObject,
  type Selector,
} from '../model/index.ts';
import { compareBy, getString } from '../std/index.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { ListQuery, ObjectList } from './port.ts';

const KEPT_LISTS = 64;
const EXPIRED =
  'Expired (410): The provided continue parameter is too old to display a consistent list result. ' +
  'You can start a new list without the continue parameter.';
const BY_NAMESPACE_AND_NAME = compareBy<KubernetesObject>((object) => namespaceOf(object) ?? '', nameOf);

interface PendingList {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
}

/**
 * Answers list queries over objects held in memory. What follows a page is kept as it was, so that all pages of a list
 * are of one moment; the oldest of many unfinished lists expires.
 */
export class ObjectPages {
  readonly #pending = new Map<string, PendingList>();
  #count = 0;

  /** A page of the objects that a query asks for, or of the list that it continues. */
  list(objects: () => Iterable<KubernetesObject>, resourceVersion: string, query: ListQuery): ObjectList {
    if (query.continue !== undefined) return this.#toPage(this.#take(query.continue), query.limit);
    const selector = toSelector(query.labelSelector);
    const terms = toTerms(query.fieldSelector);
    const items: KubernetesObject[] = [];
    for (const object of objects()) {
      if (query.namespace !== undefined && namespaceOf(object) !== query.namespace) continue;
      if (!terms.every(({ field, isEqual, value }) => (readField(object, field) === value) === isEqual)) continue;
      if (selector === undefined || isSelected(selector, labelsOf(object))) items.push(object);
    }
    return this.#toPage({ items: items.toSorted(BY_NAMESPACE_AND_NAME), resourceVersion }, query.limit);
  }

  #take(token: string): PendingList {
    const pending = this.#pending.get(token);
    if (pending === undefined) throw new KplanError('CLUSTER_REFUSED', EXPIRED, { hint: 'List again from the beginning.' });
    return pending;
  }

  #toPage(list: PendingList, limit = 0): ObjectList {
    const { items, resourceVersion } = list;
    if (limit <= 0 || items.length <= limit) return { items, resourceVersion };
    const token = `page-${++this.#count}`;
    this.#pending.set(token, { items: items.slice(limit), resourceVersion });
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= KEPT_LISTS) break;
      this.#pending.delete(oldest);
    }
    return { items: items.slice(0, limit), resourceVersion, continue: token };
  }
}

function toSelector(text: string | undefined): Selector | undefined {
  if (text === undefined || text === '') return undefined;
  const selector = parseLabelSelector(text);
  if (!('error' in selector)) return selector;
  throw new KplanError('CLUSTER_REFUSED', `BadRequest (400): unable to parse label selector "${text}": ${selector.error}`, {
    hint: 'Label selectors are written as kubectl reads them: app=web,tier in (a,b),!legacy.',
  });
}

function toTerms(text: string | undefined): readonly FieldTerm[] {
  const terms = parseFieldSelector(text ?? '');
  if (terms !== undefined) return terms;
  throw new KplanError('CLUSTER_REFUSED', `BadRequest (400): unable to parse field selector "${text}"`, {
    hint: 'Field selectors are written as kubectl reads them: metadata.name=web,type!=Opaque.',
  });
}

function readField(object: KubernetesObject, field: string): string {
  if (field === 'metadata.name') return nameOf(object);
  if (field === 'metadata.namespace') return namespaceOf(object) ?? '';
  if (field === 'type' && object.kind === 'Secret') return getString(object, 'type') ?? '';
  throw new KplanError('CLUSTER_REFUSED', `BadRequest (400): field label not supported: ${field}`, {
    hint: 'Select by metadata.name, metadata.namespace and, of Secrets, type.',
  });
}
