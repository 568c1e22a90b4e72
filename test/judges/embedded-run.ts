import {
  gvkOf,
  isKubernetesObject,
  nameOf,
  withMetadata,
  type Kind,
  type KubernetesObject,
  type SchemaCatalog,
} from '../../src/model/index.ts';
import { getBoolean, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Removal, Reply, Side, Writing } from './embedded-sides.ts';
import { Likeness } from './embedded-likeness.ts';

const WRONG_UID = '01234567-89ab-cdef-0123-456789abcdef';
/** The object that a watch ends with. */
const LAST = 'last';
/** A version where none is known. */
const OLD_VERSION = '1';

/** One side's way through a case, in a namespace of its own. */
export class Run {
  readonly #side: Side;
  readonly #namespace: string;
  readonly #catalog: SchemaCatalog;
  readonly #likeness = new Likeness();
  /** The version of each object when it was first seen. */
  readonly #first = new Map<string, string>();
  #from: string | undefined;

  constructor(side: Side, namespace: string, catalog: SchemaCatalog) {
    this.#side = side;
    this.#namespace = namespace;
    this.#catalog = catalog;
  }

  /** Takes a step; undefined if it is none. The answer is without what differs from one cluster to the next. */
  async take(step: JsonValue): Promise<JsonObject | undefined> {
    const op = getString(step, 'op') ?? '';
    if (op === 'open' || op === 'delete namespace') return this.#takeNamespace(op);
    const asked = getObject(step, 'object');
    if (!isKubernetesObject(asked) || nameOf(asked) === '') return undefined;
    const kind = this.#catalog.find(gvkOf(asked));
    if (kind === undefined) return undefined;
    this.#from ??= await this.#side.version(kind, this.#namespace);
    const object = withMetadata(asked, { namespace: this.#namespace });
    switch (op) {
      case 'create':
      case 'update':
      case 'apply':
      case 'status':
      case 'release':
        return this.#write(op, kind, object, step);
      case 'delete':
        return this.#remove(kind, object, step);
      case 'list':
        return this.#list(kind, step);
      case 'watch':
        return this.#watch(kind, object);
      default:
        return undefined;
    }
  }

  async #takeNamespace(op: string): Promise<JsonObject | undefined> {
    const kind = this.#catalog.find({ group: '', version: 'v1', kind: 'Namespace' });
    if (kind === undefined) return undefined;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.#namespace } };
    const reply =
      op === 'open'
        ? await this.#side.write('create', kind, object, { manager: 'judge', dry: false, force: false })
        : await this.#side.remove(kind, object, {});
    return this.#tell(reply, kind, object);
  }

  async #write(
    op: 'create' | 'update' | 'apply' | 'status' | 'release',
    kind: Kind,
    asked: KubernetesObject,
    step: JsonValue,
  ): Promise<JsonObject> {
    const live = await this.#look(kind, asked);
    const object = this.#addressed(toBody(op, asked, live), live, step);
    const how: Writing = {
      manager: getString(step, 'manager') ?? '',
      dry: getBoolean(step, 'dry') === true,
      force: getBoolean(step, 'force') === true,
    };
    const reply = await this.#side.write(op === 'release' ? 'update' : op, kind, object, how);
    // The versions and uids of what is only tried are made up.
    const answered =
      how.dry && reply.object !== undefined ? withMetadata(reply.object, { resourceVersion: undefined, uid: undefined }) : reply.object;
    return this.#tell(reply, kind, asked, answered);
  }

  /** The object with the name, namespace, uid and version that a step asks for. */
  #addressed(object: KubernetesObject, live: KubernetesObject | undefined, step: JsonValue): KubernetesObject {
    const status = isObject(step) ? step['status'] : undefined;
    const whole = status === undefined ? object : { ...object, status };
    const named = getBoolean(step, 'generated') === true ? { name: undefined, generateName: 'made-' } : {};
    const elsewhere = getBoolean(step, 'elsewhere') === true ? { namespace: 'embedded-nowhere' } : {};
    const resourceVersion = this.#version(step, live, object);
    const uid = uidOf(step, live);
    return withMetadata(whole, {
      ...named,
      ...elsewhere,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(uid === undefined ? {} : { uid }),
    });
  }

  #version(step: JsonValue, live: KubernetesObject | undefined, object: KubernetesObject): string | undefined {
    const version = getString(step, 'version') ?? 'none';
    if (version === 'none') return undefined;
    return (version === 'live' ? versionOf(live) : this.#first.get(nameOf(object))) ?? OLD_VERSION;
  }

  async #remove(kind: Kind, object: KubernetesObject, step: JsonValue): Promise<JsonObject> {
    const live = await this.#look(kind, object);
    const propagation = toPropagation(getString(step, 'propagation'));
    const resourceVersion = this.#version(step, live, object);
    const uid = uidOf(step, live);
    const how: Removal = {
      ...(propagation === undefined ? {} : { propagation }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(uid === undefined ? {} : { uid }),
      dryRun: getBoolean(step, 'dry') === true,
    };
    return this.#tell(await this.#side.remove(kind, object, how), kind, object);
  }

  async #list(kind: Kind, step: JsonValue): Promise<JsonObject> {
    const selector = getString(step, 'selector');
    const limit = getNumber(step, 'limit');
    const query = { ...(selector === undefined ? {} : { selector }), ...(limit === undefined ? {} : { limit }) };
    const page = await this.#side.list(kind, this.#namespace, query);
    const { names } = this.#likeness.ofPage(page);
    // The server looks for matches within a page of all objects, so that it may not know that there are no more.
    return selector === undefined ? { page: this.#likeness.ofPage(page), label: 'listed' } : { names, label: 'selected' };
  }

  async #watch(kind: Kind, object: KubernetesObject): Promise<JsonObject> {
    const last = withMetadata(object, { name: LAST, finalizers: undefined });
    const { code } = await this.#side.write('create', kind, last, { manager: 'judge', dry: false, force: false });
    if (code !== 201) return { code, label: 'nothing can be made to end it' };
    return { code, events: await this.#watchFrom(kind, this.#from ?? OLD_VERSION), label: 'seen' };
  }

  async #watchFrom(kind: Kind, from: string): Promise<JsonValue> {
    const events = await this.#side.watch(kind, this.#namespace, from, LAST);
    return events.map((event) => {
      const object = getObject(event, 'object');
      const type = getString(event, 'type') ?? '';
      return isKubernetesObject(object)
        ? { type, object: this.#likeness.of(object, kind) }
        : { type, code: getNumber(object, 'code') ?? 0 };
    });
  }

  async #look(kind: Kind, object: KubernetesObject): Promise<KubernetesObject | undefined> {
    const live = await this.#side.get(kind, object);
    const version = versionOf(live);
    if (version !== undefined && !this.#first.has(nameOf(object))) this.#first.set(nameOf(object), version);
    return live;
  }

  /** An answer, and the object as it is then. */
  async #tell({ code, refusal }: Reply, kind: Kind, object: KubernetesObject, answered?: KubernetesObject): Promise<JsonObject> {
    const after = nameOf(object) === '' ? undefined : await this.#look(kind, object);
    return {
      code,
      ...(refusal === undefined ? {} : { refusal: this.#likeness.ofRefusal(refusal) }),
      ...(answered === undefined ? {} : { answered: this.#likeness.of(answered, kind) }),
      after: after === undefined ? null : this.#likeness.of(after, kind),
      label: `${code}${refusal === undefined ? '' : ` ${getString(refusal, 'reason') ?? ''}`}`,
    };
  }
}

/** What is sent: to `status` and `release` the live object but for these, as controllers send it. */
function toBody(op: string, asked: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
  if (live === undefined || (op !== 'release' && op !== 'status')) return asked;
  const { uid: _u, resourceVersion: _v, ...metadata } = live.metadata;
  return { ...live, metadata: op === 'release' ? { ...metadata, finalizers: [] } : metadata };
}

function versionOf(object: KubernetesObject | undefined): string | undefined {
  return getString(object, 'metadata', 'resourceVersion');
}

function uidOf(step: JsonValue, live: KubernetesObject | undefined): string | undefined {
  const uid = getString(step, 'uid') ?? 'none';
  return uid === 'none' ? undefined : uid === 'wrong' ? WRONG_UID : getString(live, 'metadata', 'uid');
}

function toPropagation(text: string | undefined): 'Background' | 'Foreground' | 'Orphan' | undefined {
  return text === 'Background' || text === 'Foreground' || text === 'Orphan' ? text : undefined;
}
