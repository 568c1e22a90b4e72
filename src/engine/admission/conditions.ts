import {
  compileCel,
  createEnvironment,
  DYN,
  MapValue,
  toValue,
  UNKNOWN,
  type Environment,
  type Program,
  type Result,
  type Value,
} from '../../cel/index.ts';
import { CONTROLLER_LABELS } from '../../model/index.ts';
import { getArray, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { RuleRequest } from './rule.ts';

/** What conditions may look at of a write; undefined where it is not known, null where there is none. */
export interface ConditionSubject extends RuleRequest {
  readonly kind?: string;
  /** The object as it will be. */
  readonly object?: JsonObject | null;
  /** The object as it was. */
  readonly oldObject?: JsonObject | null;
}

/** Conditions in CEL, made ready; undefined for one that does not compile here. */
export type Conditions = readonly (Program | undefined)[];

/** The newest libraries: what a cluster took when the conditions were written it also takes now. */
const VERSION = '1.36';
const NAMES = ['authorizer', 'namespaceObject', 'object', 'oldObject', 'params', 'request', 'variables'];

let environment: Environment | undefined;

/** The conditions of a webhook or policy (`matchConditions`). */
export function readConditions(value: JsonValue | undefined): Conditions {
  return getArray(value, 'matchConditions').map((condition) => {
    environment ??= createEnvironment({ version: VERSION, variables: Object.fromEntries(NAMES.map((name) => [name, DYN])) });
    const compiled = compileCel(getString(condition, 'expression') ?? '', environment);
    return compiled.ok ? compiled.program : undefined;
  });
}

/**
 * Whether conditions hold for a write: one that is false decides (apiserver `admission/plugin/webhook/matchconditions`);
 * `may` where one fails, or depends on what is not known: who asks, what the server itself sets, parameters.
 */
export function judgeConditions(conditions: Conditions, subject: ConditionSubject): 'hold' | 'may' | 'not' {
  const given = {
    ...Object.fromEntries(NAMES.map((name) => [name, UNKNOWN])),
    object: toKnown(subject.object, subject),
    oldObject: toKnown(subject.oldObject, subject),
    request: toRequest(subject),
  };
  const results = conditions.map((program) => program?.evaluate(given));
  if (results.some((result) => result?.outcome === 'value' && result.value === false)) return 'not';
  return results.every((result) => result?.outcome === 'value' && result.value === true) ? 'hold' : 'may';
}

/** A JSON object of which some fields are not known. */
class Partial extends MapValue {
  readonly typeName = 'map';
  readonly #known: Readonly<Record<string, Result | undefined>>;
  readonly #isKnown: (key: string) => boolean;

  constructor(known: Readonly<Record<string, Result | undefined>>, isKnown: (key: string) => boolean) {
    super();
    this.#known = known;
    this.#isKnown = isKnown;
  }

  get size(): number {
    return Object.keys(this.#known).length;
  }

  keys(): readonly Value[] {
    return Object.keys(this.#known);
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string' || !this.#isKnown(key)) return UNKNOWN;
    return Object.hasOwn(this.#known, key) ? this.#known[key] : undefined;
  }
}

/** What the server sets when it writes, whatever is asked for. */
const OF_SERVER: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'uid',
]);
/** What controllers make up. */
const OF_CONTROLLER: ReadonlySet<string> = new Set(['generateName', 'name', 'ownerReferences']);
/** Of Secrets kplan may hold hashes. */
const VALUES: ReadonlySet<string> = new Set(['data', 'stringData']);

/**
 * An object as expressions may look at it: what the server itself sets when it writes is not known, nor are values of Secrets, nor
 * what controllers call what they make.
 */
export function toKnown(
  object: JsonObject | null | undefined,
  { group, resource, isMade = false }: Pick<ConditionSubject, 'group' | 'resource'> & { readonly isMade?: boolean },
): Result {
  if (object === undefined) return UNKNOWN;
  if (object === null) return null;
  const isSecret = group === '' && resource === 'secrets';
  const { metadata } = object;
  const isKnown = (key: string): boolean => !OF_SERVER.has(key) && !(isMade && OF_CONTROLLER.has(key));
  const fields = isObject(metadata) ? metadata : {};
  const labels = isMade && isObject(fields['labels']) ? { labels: toMadeLabels(fields['labels']) } : {};
  const known = { ...toValues(object), metadata: new Partial({ ...toValues(fields), ...labels }, isKnown) };
  return new Partial(known, (key) => key !== 'status' && !(isSecret && VALUES.has(key)));
}

function toMadeLabels(labels: JsonObject): Value {
  return new Partial(toValues(labels), (key) => !CONTROLLER_LABELS.has(key));
}

function toValues(object: JsonObject): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, toValue(value)]));
}

const OF_REQUEST: ReadonlySet<string> = new Set(['kind', 'name', 'namespace', 'operation', 'resource', 'subResource']);

/** `request`: with which options and in which version is not known, nor is who asks where no writer is given. */
export function toRequest({
  operation,
  group,
  resource,
  kind,
  namespace,
  name,
  isMade = false,
  writer,
}: ConditionSubject & {
  readonly isMade?: boolean;
  readonly writer?: { readonly name: string; readonly groups: readonly string[] };
}): Result {
  const kinds = new Partial({ group, kind }, (key) => key !== 'version' && (key !== 'kind' || kind !== undefined));
  const resources = new Partial({ group, resource }, (key) => key !== 'version');
  const userInfo = new Partial({ username: writer?.name, groups: writer?.groups }, (key) => key === 'username' || key === 'groups');
  const known = { operation, name, namespace, kind: kinds, resource: resources, userInfo };
  const isKnown = (key: string): boolean =>
    key === 'userInfo' ? writer !== undefined : OF_REQUEST.has(key) && !(isMade && key === 'name');
  return new Partial(known, isKnown);
}
