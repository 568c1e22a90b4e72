import { cardinalityOf, typeOfSchema, type Program } from '../../../cel/index.ts';
import { getBoolean, getNumber, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { compileRules, type CompiledRule } from '../../custom-rules/compile-rules.ts';
import { forbidden, invalid } from '../field-error.ts';
import type { Place } from '../place.ts';

/** What one rule may cost, and what all of a definition may, in the worst case that the schema allows. */
const RULE_LIMIT = 10_000_000n;
const DEFINITION_LIMIT = 100_000_000n;
const MOST = 2n ** 64n - 1n;
const NOTEWORTHY = DEFINITION_LIMIT / 100n;
const SHOWN = 4;
const REMEDY = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';

/** How often a value may be in one object; undefined where the schema sets no bound. */
export interface Cardinality {
  readonly most: bigint | undefined;
}

interface RuleCost {
  readonly place: Place;
  readonly cost: bigint;
}

/**
 * Compiles the rules of a definition as a server of a version does that gets it for the first time, and adds up what they may cost:
 * such a server takes no libraries that are new in its own version.
 */
export class RuleCosts {
  readonly #version: string;
  #total = 0n;
  #expensive: readonly RuleCost[] = [];

  constructor(version: string) {
    const [major, minor] = version.split('.');
    this.#version = `${major ?? '1'}.${Number(minor) - 1}`;
  }

  /** How often the values within one of a schema may be. */
  below(schema: Place, outer: Cardinality | undefined): Cardinality | undefined {
    if (outer?.most === undefined) return outer;
    const count = countOf(schema.object);
    return { most: count === undefined ? undefined : times(outer.most, count) };
  }

  /** Checks the rules of one schema. */
  check(schema: Place, isRoot: boolean, cardinality: Cardinality, uncorrelated: string | undefined): void {
    const rules = schema.at('x-kubernetes-validations');
    if (rules.items().length === 0) return;
    const isResource = isRoot || schema.at('x-kubernetes-embedded-resource').isTrue;
    const type = typeOfSchema(schema.object, 'selfType', isResource);
    if (type === undefined) return rules.fail(NO_TYPE);
    const compiled = compileRules(schema.object, type, this.#version);
    for (const [index, place] of rules.items().entries()) {
      const rule = compiled[index];
      if (rule === undefined) continue;
      const most = (program: Program): bigint => program.estimateCost(type).max;
      const often = cardinality.most ?? BigInt(cardinalityOf(type));
      if (rule.program !== undefined) this.#observe(place.at('rule'), 'estimated rule cost', times(most(rule.program), often));
      tellErrors(place, rule);
      const { messageProgram } = rule;
      if (messageProgram !== undefined)
        this.#observe(place.at('messageExpression'), 'estimated messageExpression cost', most(messageProgram));
      tellOld(place, rule, uncorrelated);
    }
    return undefined;
  }

  /** Says whether all together cost too much, and which most. */
  tellTotal(schema: Place): void {
    if (this.#total <= DEFINITION_LIMIT) return;
    for (const { place } of this.#expensive) {
      place.fail(forbidden('contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'));
    }
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    schema.fail(forbidden(tooMuch(name, this.#total, DEFINITION_LIMIT)));
  }

  #observe(place: Place, name: string, cost: bigint): void {
    if (cost > RULE_LIMIT) place.fail(forbidden(tooMuch(name, cost, RULE_LIMIT)));
    this.#total = this.#total + cost > MOST ? MOST : this.#total + cost;
    if (cost < NOTEWORTHY) return;
    const sorted = [...this.#expensive, { place, cost }].toSorted((a, b) => (a.cost === b.cost ? 0 : a.cost > b.cost ? -1 : 1));
    this.#expensive = sorted.slice(0, SHOWN);
  }
}

const NO_TYPE =
  'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

function tellErrors(place: Place, { error, messageError }: CompiledRule): void {
  const shown = printRule(place);
  if (error !== undefined) place.at('rule').fail(invalid(shown, error));
  if (messageError !== undefined) place.at('messageExpression').fail(invalid(shown, messageError));
}

function tellOld(place: Place, rule: CompiledRule, uncorrelated: string | undefined): void {
  const optional = place.at('optionalOldSelf');
  if (rule.usesOldSelf && uncorrelated !== undefined) {
    place.at('rule').invalid(`oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`);
  } else if (!rule.usesOldSelf && optional.isSet) optional.invalid('may not be set if oldSelf is not used in rule');
}

/** A rule as the server prints its own type. */
function printRule(place: Place): JsonObject {
  const text = (field: string): JsonValue => place.at(field).text;
  return {
    Rule: text('rule'),
    Message: text('message'),
    MessageExpression: text('messageExpression'),
    Reason: getString(place.object, 'reason') ?? null,
    FieldPath: text('fieldPath'),
    OptionalOldSelf: getBoolean(place.object, 'optionalOldSelf') ?? null,
  };
}

function tooMuch(name: string, cost: bigint, limit: bigint): string {
  const factor = Number(cost) / Number(limit);
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${name} exceeds budget by factor of ${shown} (${REMEDY})`;
}

function times(a: bigint, b: bigint): bigint {
  return a * b > MOST ? MOST : a * b;
}

function countOf(schema: JsonObject): bigint | undefined {
  const isMap = getString(schema, 'type') === 'object' && schema['additionalProperties'] !== undefined;
  if (!isMap && getString(schema, 'type') !== 'array') return 1n;
  const most = getNumber(schema, isMap ? 'maxProperties' : 'maxItems');
  return most === undefined ? undefined : BigInt(Math.max(0, Math.trunc(most)));
}
