import { Ajv } from 'ajv';
import { isJson, stringifyJson, type JsonValue } from '../../std/index.ts';
import schema from '../../../schemas/config.schema.json' with { type: 'json' };

/** What is wrong at one place of a configuration. */
export interface Fault {
  /** A JSON pointer. */
  readonly path: string;
  readonly message: string;
}

const check = new Ajv({ allErrors: true, strict: false }).compile(schema);

/** What `schemas/config.schema.json` finds wrong with a configuration. */
export function validateConfig(value: JsonValue): readonly Fault[] {
  if (check(isJson(value) ? JSON.parse(stringifyJson(value)) : value)) return [];
  return (check.errors ?? []).map((error) => ({
    path: error.instancePath,
    message: `${error.instancePath === '' ? 'the document' : error.instancePath.slice(1).replaceAll('/', '.')} ${error.message ?? 'is wrong'}${extra(error.params)}`,
  }));
}

function extra(params: Readonly<Record<string, unknown>>): string {
  const name = params['additionalProperty'];
  if (typeof name === 'string') return `: ${name}`;
  const allowed = params['allowedValues'] ?? params['allowedValue'];
  return allowed === undefined ? '' : `: ${JSON.stringify(allowed)}`;
}
