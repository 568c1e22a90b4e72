import { compileCel, createEnvironment, optionalOf, type CelType, type Environment, type Program } from '../../cel/index.ts';
import { getArray, getBoolean, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { readFieldPath, type RulePath } from './field-path.ts';

/** A rule of `x-kubernetes-validations`, ready to be asked. */
export interface CompiledRule {
  readonly text: string;
  readonly message: string;
  readonly reason: string | undefined;
  readonly isOldOptional: boolean;
  /** Undefined for a rule that is empty or does not compile. */
  readonly program: Program | undefined;
  /** Why it does not compile. */
  readonly error: string | undefined;
  readonly usesOldSelf: boolean;
  readonly messageText: string;
  readonly messageProgram: Program | undefined;
  readonly messageError: string | undefined;
  readonly fieldPath: RulePath | undefined;
}

const NONE: readonly CompiledRule[] = [];

/**
 * The rules of one node of a schema for values of a type, with the libraries of a version of Kubernetes (`Compile` of
 * apiextensions-apiserver, `schema/cel`).
 */
export function compileRules(schema: JsonObject, type: CelType, version: string): readonly CompiledRule[] {
  const rules = getArray(schema, 'x-kubernetes-validations');
  if (rules.length === 0) return NONE;
  const environments = new Map<boolean, Environment>();
  const environmentOf = (isOldOptional: boolean): Environment => {
    const known = environments.get(isOldOptional);
    if (known !== undefined) return known;
    const variables = { self: type, oldSelf: isOldOptional ? optionalOf(type) : type };
    const made = createEnvironment({ version, variables });
    environments.set(isOldOptional, made);
    return made;
  };
  return rules.map((rule) => compileRule(rule, schema, environmentOf));
}

function compileRule(rule: JsonValue, schema: JsonObject, environmentOf: (isOldOptional: boolean) => Environment): CompiledRule {
  const text = getString(rule, 'rule') ?? '';
  const isOldOptional = getBoolean(rule, 'optionalOldSelf') === true;
  const messageText = getString(rule, 'messageExpression') ?? '';
  const fieldPath = getString(rule, 'fieldPath') ?? '';
  const written = { text, message: getString(rule, 'message') ?? '', reason: getString(rule, 'reason'), isOldOptional, messageText };
  const empty = { program: undefined, error: undefined, usesOldSelf: false, ...NO_MESSAGE, fieldPath: undefined };
  if (text.trim() === '') return { ...written, ...empty };
  const environment = environmentOf(isOldOptional);
  const compiled = compileTo('bool', text, environment);
  const usesOldSelf = compiled.program?.uses('oldSelf') === true;
  if (compiled.program === undefined) {
    const error = compiled.kind === 'type' ? 'cel expression must evaluate to a bool' : compiled.error;
    return { ...written, ...empty, error };
  }
  const message = compileMessage(messageText, environment);
  // The server goes no further where the message does not compile.
  const path = fieldPath === '' || message.messageError !== undefined ? undefined : readFieldPath(fieldPath, schema);
  return { ...written, program: compiled.program, error: undefined, usesOldSelf, ...message, fieldPath: path };
}

const NO_MESSAGE = { messageProgram: undefined, messageError: undefined };

function compileMessage(text: string, environment: Environment): Pick<CompiledRule, 'messageProgram' | 'messageError'> {
  if (text === '') return NO_MESSAGE;
  const compiled = compileTo('string', text, environment);
  if (compiled.program !== undefined) return { messageProgram: compiled.program, messageError: undefined };
  const isOfType = compiled.kind === 'type';
  const messageError = isOfType
    ? 'messageExpression must evaluate to a string'
    : `messageExpression ${compiled.error.replace(/^program /, '')}`;
  return { messageProgram: undefined, messageError };
}

type Compiled =
  | { readonly program: Program }
  | { readonly program: undefined; readonly kind: 'type' }
  | { readonly program: undefined; readonly kind: 'issues'; readonly error: string };

function compileTo(wanted: 'bool' | 'string', text: string, environment: Environment): Compiled {
  const compiled = compileCel(text, environment);
  if (compiled.ok) {
    const { program } = compiled;
    return program.type.kind === wanted ? { program } : { program: undefined, kind: 'type' };
  }
  const { message, type } = compiled;
  if (type === undefined) return { program: undefined, kind: 'issues', error: `compilation failed: ${message}` };
  return type.kind === wanted ? { program: undefined, kind: 'issues', error: message } : { program: undefined, kind: 'type' };
}
