import { getArray, isObject, type JsonValue } from '../../../std/index.ts';
import { readFieldPath } from '../../custom-rules/field-path.ts';
import { invalid } from '../field-error.ts';
import type { Place } from '../place.ts';
import type { Cardinality, RuleCosts } from './rule-costs.ts';
import { propertiesOf } from './structural.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
const META = new Set(['apiVersion', 'kind', 'metadata']);

/** Where a walk through a schema stands. */
interface Scope {
  readonly isRoot: boolean;
  readonly isInMetadata: boolean;
  /** Why there may be no defaults here. */
  readonly undefaulted: string | undefined;
  /** The outermost schema within which what was before cannot be told. */
  readonly uncorrelated: string | undefined;
  /** Undefined where no expressions are looked at. */
  readonly cardinality: Cardinality | undefined;
}

/**
 * What a schema may say, and what its rules in CEL cost (`ValidateCustomResourceDefinitionOpenAPISchema` of apiextensions-apiserver).
 * The rules are only compiled where the schemas are structural.
 */
export class OpenApiCheck {
  readonly #costs: RuleCosts | undefined;
  #problems = 0;

  constructor(costs: RuleCosts | undefined) {
    this.#costs = costs;
  }

  /** Checks a whole schema. */
  checkRoot(schema: Place): void {
    const cardinality = this.#costs === undefined ? undefined : { most: 1n };
    this.#check(schema, { isRoot: true, isInMetadata: false, undefaulted: undefined, uncorrelated: undefined, cardinality });
    this.#costs?.tellTotal(schema);
  }

  #check(schema: Place, scope: Scope): void {
    const before = this.#problems;
    this.#checkWords(schema, scope);
    this.#checkChildren(schema, scope);
    this.#checkLists(schema);
    this.#checkRuleWords(schema);
    if (this.#problems > before || scope.cardinality === undefined) return;
    this.#costs?.check(schema, scope.isRoot, scope.cardinality, scope.uncorrelated);
  }

  #checkWords(schema: Place, { undefaulted, isInMetadata }: Scope): void {
    const type = schema.at('type');
    if (type.text !== '' && !TYPES.includes(type.text)) this.#unsupported(type, [...TYPES].toSorted());
    if (undefaulted !== undefined && schema.at('default').isSet) this.#forbidden(schema.at('default'), `must not be set ${undefaulted}`);
    for (const field of UNSUPPORTED) if (isSaid(schema.at(field))) this.#forbidden(schema.at(field), `${field} is not supported`);
    if (type.text === 'null') this.#forbidden(type, 'type cannot be set to null, use nullable as an alternative');
    const embedded = schema.at('x-kubernetes-embedded-resource');
    if (isInMetadata && embedded.isTrue) this.#forbidden(embedded, 'must not be used inside of resource meta');
    const unique = schema.at('uniqueItems');
    if (unique.isTrue) this.#forbidden(unique, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
    const preserving = schema.at('x-kubernetes-preserve-unknown-fields');
    if (preserving.value === false) this.#invalid(preserving, 'must be true or undefined');
  }

  #checkChildren(schema: Place, scope: Scope): void {
    const additional = schema.at('additionalProperties');
    const inner = { ...scope, isRoot: false, cardinality: this.#costs?.below(schema, scope.cardinality) };
    if (additional.isSet) {
      const excludes = schema.at('properties').keys().length > 0 && additional.value !== true;
      if (excludes) this.#forbidden(additional, 'additionalProperties and properties are mutual exclusive');
      const undefaulted = scope.isInMetadata ? 'inside additionalProperties applying to object metadata' : scope.undefaulted;
      if (isObject(additional.value)) this.#check(additional, { ...inner, undefaulted });
    }
    const isResource = scope.isRoot || schema.at('x-kubernetes-embedded-resource').isTrue;
    const mapType = schema.at('x-kubernetes-map-type');
    const isTold = !mapType.isSet || ['atomic', 'granular'].includes(mapType.text);
    const within = scope.uncorrelated ?? (isTold ? undefined : schema.field);
    for (const property of propertiesOf(schema)) {
      const isMeta = isResource && META.has(property.key);
      const undefaulted = isMeta && scope.isRoot ? `in top-level ${property.key}` : scope.undefaulted;
      this.#check(property, { ...inner, isInMetadata: scope.isInMetadata || isMeta, undefaulted, uncorrelated: within });
    }
    const junct = { ...scope, isRoot: false, cardinality: undefined };
    if (schema.at('not').isSet) this.#check(schema.at('not'), junct);
    for (const junctor of ['allOf', 'oneOf', 'anyOf']) for (const item of schema.at(junctor).items()) this.#check(item, junct);
    const items = schema.at('items');
    const isCorrelated = schema.at('x-kubernetes-list-type').text === 'map';
    if (items.isSet) this.#check(items, { ...inner, uncorrelated: scope.uncorrelated ?? (isCorrelated ? undefined : schema.field) });
  }

  #checkLists(schema: Place): void {
    const [type, map, list] = [schema.at('type'), schema.at('x-kubernetes-map-type'), schema.at('x-kubernetes-list-type')];
    if (map.isSet && type.text !== 'object') this.#wrongType(type, 'must be object if x-kubernetes-map-type is specified');
    if (map.isSet && !['atomic', 'granular'].includes(map.text)) this.#unsupported(map, ['atomic', 'granular']);
    if (list.isSet && type.text !== 'array') this.#wrongType(type, 'must be array if x-kubernetes-list-type is specified');
    else if (list.text === 'set') this.#checkSet(schema.at('items'));
    if (list.isSet && !['atomic', 'set', 'map'].includes(list.text)) this.#unsupported(list, ['atomic', 'set', 'map']);
    const keys = schema.at('x-kubernetes-list-map-keys');
    if (keys.items().length > 0 && list.text !== 'map') {
      if (list.isSet) this.#invalid(list, 'must be map if x-kubernetes-list-map-keys is non-empty');
      else this.#required(list, 'must be map if x-kubernetes-list-map-keys is non-empty');
    }
    if (list.text === 'map') this.#checkMap(schema.at('items'), keys);
    const nullable = schema.at('items').at('nullable');
    const isKeyed = list.text === 'set' || list.text === 'map';
    if (isKeyed && nullable.isTrue) this.#forbidden(nullable, `cannot be nullable when x-kubernetes-list-type is ${list.text}`);
  }

  #checkSet(items: Place): void {
    const [list, map] = [items.at('x-kubernetes-list-type'), items.at('x-kubernetes-map-type')];
    const reason = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    if (items.at('type').text === 'array' && list.isSet && list.text !== 'atomic') this.#invalid(list, reason);
    // The server shows the type of the list here too.
    if (items.at('type').text === 'object' && map.text !== 'atomic') this.#say(() => map.fail(invalid(list.value ?? null, reason)));
  }

  #checkMap(items: Place, keys: Place): void {
    if (keys.items().length === 0) this.#required(keys, 'must not be empty if x-kubernetes-list-type is map');
    if (!items.isSet) return this.#required(items, 'must have a schema if x-kubernetes-list-type is map');
    const type = items.at('type');
    if (type.text !== 'object') return this.#invalid(type, "must be object if parent array's x-kubernetes-list-type is map", type.text);
    const seen = new Set<string>();
    for (const key of keys.texts) {
      const property = items.at('properties').entry(key);
      if (property.isSet) this.#checkKey(property, items, key);
      else this.#invalid(keys, 'entries must all be names of item properties');
      if (seen.has(key)) this.#invalid(keys, 'must not contain duplicate entries');
      seen.add(key);
    }
    return undefined;
  }

  #checkKey(property: Place, items: Place, key: string): void {
    const type = property.at('type');
    if (type.text === 'array' || type.text === 'object') {
      this.#invalid(type, "must be a scalar type if parent array's x-kubernetes-list-type is map", items.at('type').text);
    }
    const isSure = getArray(items.object, 'required').includes(key) || property.at('default').isSet;
    if (!isSure) {
      this.#required(
        property.at('default'),
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      );
    }
    const nullable = property.at('nullable');
    if (nullable.isTrue) this.#forbidden(nullable, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable');
  }

  #checkRuleWords(schema: Place): void {
    for (const rule of schema.at('x-kubernetes-validations').items()) {
      const [text, message, expression] = [rule.at('rule'), rule.at('message'), rule.at('messageExpression')];
      const [trimmed, said] = [text.text.trim(), message.text.trim()];
      if (trimmed === '') this.#required(text, 'rule is not specified');
      else if (message.text !== '' && said === '') this.#invalid(message, 'must be non-empty if specified');
      else if (hasLines(said)) this.#invalid(message, 'must not contain line breaks');
      else if (hasLines(trimmed) && said === '') this.#required(message, 'message must be specified if rule contains line breaks');
      if (expression.text !== '' && expression.text.trim() === '')
        this.#required(expression, 'messageExpression must be non-empty if specified');
      const reason = rule.at('reason');
      if (reason.isSet && !REASONS.includes(reason.text)) this.#unsupported(reason, REASONS);
      this.#checkFieldPath(rule.at('fieldPath'), schema);
    }
  }

  #checkFieldPath(path: Place, schema: Place): void {
    if (path.text === '') return;
    if (path.text.trim() === '') this.#invalid(path, 'must be non-empty if specified');
    if (hasLines(path.text)) this.#invalid(path, 'must not contain line breaks');
    if (readFieldPath(path.text, schema.object) === undefined) this.#invalid(path, 'must be a valid path');
  }

  #wrongType(type: Place, reason: string): void {
    if (type.text === '') this.#required(type, reason);
    else this.#invalid(type, reason);
  }

  #invalid(place: Place, reason: string, shown: JsonValue = place.value ?? null): void {
    this.#say(() => place.invalid(reason, shown));
  }

  #required(place: Place, reason: string): void {
    this.#say(() => place.required(reason));
  }

  #forbidden(place: Place, reason: string): void {
    this.#say(() => place.forbidden(reason));
  }

  #unsupported(place: Place, supported: readonly string[]): void {
    this.#say(() => place.unsupported(supported));
  }

  #say(tell: () => void): void {
    this.#problems++;
    tell();
  }
}

function isSaid(place: Place): boolean {
  const { value } = place;
  return place.isSet && value !== '' && !(isObject(value) && Object.keys(value).length === 0 && place.key !== 'dependencies');
}

function hasLines(text: string): boolean {
  return /[\n\r]/.test(text);
}
