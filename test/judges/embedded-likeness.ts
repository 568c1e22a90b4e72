import { nameOf, type Kind, type KubernetesObject } from '../../src/model/index.ts';
import {
  compareStrings,
  getArray,
  getBoolean,
  getString,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import { compact, withoutFields } from './compact.ts';

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const VERSION = /(ResourceVersion in (?:the )?(?:precondition|record|object meta)(?:: | \())\d+/g;
/** Where in etcd the server keeps the object that a precondition failed of. */
const ADDRESS = /StorageError: invalid object, Code: 4, Key: \S+, ResourceVersion: 0, AdditionalErrorMsg: /;
/** Several problems in one sentence: the causes tell them too, and in an order that can be compared. */
const SEVERAL = /(?<= is invalid): \[.*\]$/s;
const TIMES = ['creationTimestamp', 'deletionTimestamp'];

/** What two clusters must agree on: uids, versions and made names by the order in which they were first seen, times not at all. */
export class Likeness {
  readonly #seen = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  of(object: KubernetesObject, kind: Kind): JsonValue {
    const { metadata } = object;
    const like: JsonObject = {
      ...withoutFields(metadata, 'managedFields', ...TIMES),
      name: this.#nameOf(object),
      uid: this.#alias('uid', metadata['uid']),
      resourceVersion: this.#alias('version', metadata['resourceVersion']),
      ...Object.fromEntries(TIMES.flatMap((field): [string, JsonValue][] => (metadata[field] === undefined ? [] : [[field, 'a time']]))),
      managedFields: getArray(metadata, 'managedFields').map(withoutTime).toSorted(compareEntries),
    };
    const whole = kind.kind === 'Service' ? withoutAddresses(object) : object;
    const rest = withoutFields(whole, 'metadata');
    const kept = compact(like) ?? {};
    return { ...(kind.custom ? rest : withoutZeros(rest)), metadata: kept };
  }

  ofRefusal(refusal: JsonObject): JsonValue {
    const message = (getString(refusal, 'message') ?? '')
      .replace(UID, 'a uid')
      .replace(VERSION, '$1N')
      .replace(ADDRESS, '')
      .replace(SEVERAL, ': all of these');
    // The server tells the conflicts of several managers in no order, and some things twice.
    const causes = new Map(getArray(refusal, 'causes').map((cause) => [stringifyJson(cause), cause]));
    return { ...refusal, message, causes: [...causes.values()].toSorted(compareEntries) };
  }

  /** A page without the letters of made names. */
  ofPage(page: JsonValue): { readonly names: JsonValue; readonly hasMore: JsonValue } {
    const names = getArray(page, 'names').map((name) => (typeof name === 'string' && name.startsWith('made-') ? 'made' : name));
    return { names, hasMore: getBoolean(page, 'hasMore') === true };
  }

  #nameOf(object: KubernetesObject): JsonValue {
    const name = nameOf(object);
    return name.startsWith('made-') ? this.#alias('made', name) : name;
  }

  #alias(what: string, value: JsonValue | undefined): JsonValue {
    if (typeof value !== 'string' || value === '') return null;
    const key = `${what} ${value}`;
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    this.#seen.set(key, `${what} ${count}`);
    return `${what} ${count}`;
  }
}

function withoutTime(entry: JsonValue): JsonValue {
  return isObject(entry) ? withoutFields(entry, 'time') : entry;
}

function compareEntries(a: JsonValue, b: JsonValue): number {
  return compareStrings(stringifyJson(a), stringifyJson(b));
}

/** The addresses that a cluster gives differ; that it gives some does not. */
function withoutAddresses(service: KubernetesObject): KubernetesObject {
  const { spec } = service;
  if (!isObject(spec) || typeof spec['clusterIP'] !== 'string') return service;
  return { ...service, spec: { ...spec, clusterIP: 'an address', clusterIPs: getArray(spec, 'clusterIPs').map(() => 'an address') } };
}

/** What Go leaves out of built-in types, or keeps, as the field is declared. */
function withoutZeros(fields: JsonObject): JsonObject {
  const kept = compact(fields, (value) => value === '' || value === 0 || value === false);
  return isObject(kept) ? kept : {};
}
