import { compileCel, DYN, formatType, type CelType, type Environment, type Program } from '../../../cel/index.ts';
import { getArray, getObject, getString, type JsonValue, type Path } from '../../../std/index.ts';
import { createPolicyEnvironment } from './environment.ts';

/** An expression of a policy, made ready, or what the API server says of it. */
export interface PolicyExpression {
  readonly expression: string;
  /** From the root of the policy. */
  readonly path: Path;
  readonly program?: Program;
  /** `compilation failed: ERROR: ...`, `must evaluate to bool but got string`. */
  readonly error?: string;
  /** Where in the expression it is wrong, both from 1. */
  readonly place?: { readonly line: number; readonly column: number };
}

/** One validation of a policy. */
export interface PolicyValidation {
  readonly check: PolicyExpression;
  readonly message: string;
  readonly messageExpression?: PolicyExpression;
  readonly reason: string;
}

/** A ValidatingAdmissionPolicy with its expressions made ready. */
export interface CompiledPolicy {
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly variables: readonly (PolicyExpression & { readonly name: string })[];
  readonly conditions: readonly PolicyExpression[];
  readonly validations: readonly PolicyValidation[];
  readonly annotations: readonly (PolicyExpression & { readonly key: string })[];
}

/**
 * Makes the expressions of a ValidatingAdmissionPolicy ready (`policy/validating.compilePolicy`). One that does not compile is
 * an error wherever it is evaluated.
 */
export function compilePolicy(policy: JsonValue): CompiledPolicy {
  const hasParameters = getObject(policy, 'spec', 'paramKind') !== undefined;
  const types = new Map<string, CelType>();
  const variables: (PolicyExpression & { name: string })[] = [];
  for (const [index, item] of getArray(policy, 'spec', 'variables').entries()) {
    const name = getString(item, 'name') ?? '';
    const environment = createPolicyEnvironment({ hasParameters, hasAuthorizer: true, variables: types });
    const made = compile(item, 'expression', ['spec', 'variables', index], environment, []);
    types.set(name, made.program?.type ?? DYN);
    variables.push({ ...made, name });
  }
  const full = createPolicyEnvironment({ hasParameters, hasAuthorizer: true, variables: types });
  const forMessages = createPolicyEnvironment({ hasParameters, hasAuthorizer: false, variables: types });
  return {
    failurePolicy: getString(policy, 'spec', 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
    variables,
    conditions: getArray(policy, 'spec', 'matchConditions').map((item, index) =>
      compile(item, 'expression', ['spec', 'matchConditions', index], full, ['bool']),
    ),
    validations: getArray(policy, 'spec', 'validations').map((item, index): PolicyValidation => {
      const path = ['spec', 'validations', index];
      const given = getString(item, 'messageExpression') ?? '';
      return {
        check: compile(item, 'expression', path, full, ['bool']),
        message: getString(item, 'message') ?? '',
        reason: getString(item, 'reason') ?? 'Invalid',
        ...(given === '' ? {} : { messageExpression: compile(item, 'messageExpression', path, forMessages, ['string']) }),
      };
    }),
    annotations: getArray(policy, 'spec', 'auditAnnotations').map((item, index) => ({
      ...compile(item, 'valueExpression', ['spec', 'auditAnnotations', index], full, ['string', 'null_type']),
      key: getString(item, 'key') ?? '',
    })),
  };
}

/** Every expression of a policy that does not compile. */
export function listBroken({ variables, conditions, validations, annotations }: CompiledPolicy): readonly PolicyExpression[] {
  const all = [
    ...variables,
    ...conditions,
    ...validations.flatMap(({ check, messageExpression }) => [check, ...(messageExpression === undefined ? [] : [messageExpression])]),
    ...annotations,
  ];
  return all.filter(({ error }) => error !== undefined);
}

function compile(item: JsonValue, field: string, path: Path, environment: Environment, types: readonly string[]): PolicyExpression {
  const expression = getString(item, field) ?? '';
  const found = { expression, path: [...path, field] };
  const compiled = compileCel(expression, environment);
  if (!compiled.ok) {
    const [issue] = compiled.issues;
    const isStillborn = compiled.message.startsWith('program instantiation failed');
    const error = isStillborn ? compiled.message : `compilation failed: ${compiled.message}`;
    return { ...found, error, ...(issue === undefined ? {} : { place: { line: issue.line, column: issue.column } }) };
  }
  const type = nameType(compiled.program.type);
  if (types.length === 0 || types.includes(type)) return { ...found, program: compiled.program };
  const wanted = types.length === 1 ? types.join() : `one of [${types.join(' ')}]`;
  return { ...found, error: `must evaluate to ${wanted} but got ${type}`, place: { line: 1, column: 1 } };
}

/** A type as cel-go prints it where it is not formatted for people. */
function nameType(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'list':
      return `list(${nameType(type.element)})`;
    case 'map':
      return `map(${nameType(type.key)}, ${nameType(type.value)})`;
    default:
      return formatType(type);
  }
}
