import { compileCel, DYN, formatType, type CelType, type Environment, type Program } from '../../../cel/index.ts';
import { getArray, getObject, getString, type JsonValue, type Path } from '../../../std/index.ts';
import { createPolicyEnvironment, type PolicyNames } from './environment.ts';

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

/** What all policies have, made ready. */
export interface CompiledBase {
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly variables: readonly (PolicyExpression & { readonly name: string })[];
  readonly conditions: readonly PolicyExpression[];
}

/** A ValidatingAdmissionPolicy with its expressions made ready. */
export interface CompiledPolicy extends CompiledBase {
  readonly validations: readonly PolicyValidation[];
  readonly annotations: readonly (PolicyExpression & { readonly key: string })[];
}

/**
 * Makes the expressions of a ValidatingAdmissionPolicy ready (`policy/validating.compilePolicy`). One that does not compile is
 * an error wherever it is evaluated.
 */
export function compilePolicy(policy: JsonValue): CompiledPolicy {
  const { base, names, full } = compileBase(policy);
  const forMessages = createPolicyEnvironment({ ...names, hasAuthorizer: false });
  return {
    ...base,
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

/** How a mutation says what changes. */
export type PatchType = 'ApplyConfiguration' | 'JSONPatch';

/** A MutatingAdmissionPolicy with its expressions made ready. */
export interface CompiledMutatingPolicy extends CompiledBase {
  readonly mutations: readonly (PolicyExpression & { readonly patchType: PatchType })[];
  /** Whether it is asked again where policies have changed the object (`reinvocationPolicy: IfNeeded`). */
  readonly isReinvoked: boolean;
}

const PATCHES: Readonly<Record<PatchType, { readonly field: string; readonly type: string }>> = {
  ApplyConfiguration: { field: 'applyConfiguration', type: 'Object' },
  JSONPatch: { field: 'jsonPatch', type: 'list(JSONPatch)' },
};

/** Makes the expressions of a MutatingAdmissionPolicy ready (`policy/mutating.compilePolicy`). */
export function compileMutatingPolicy(policy: JsonValue): CompiledMutatingPolicy {
  const { base, names } = compileBase(policy);
  const environment = createPolicyEnvironment({ ...names, hasPatches: true });
  return {
    ...base,
    isReinvoked: getString(policy, 'spec', 'reinvocationPolicy') === 'IfNeeded',
    mutations: getArray(policy, 'spec', 'mutations').flatMap((item, index) => {
      const patchType = getString(item, 'patchType');
      if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch') return [];
      const { field, type } = PATCHES[patchType];
      const patch = getObject(item, field);
      if (patch === undefined) return [];
      return [{ ...compile(patch, 'expression', ['spec', 'mutations', index, field], environment, [type]), patchType }];
    }),
  };
}

interface Base {
  readonly base: CompiledBase;
  readonly names: PolicyNames;
  readonly full: Environment;
}

function compileBase(policy: JsonValue): Base {
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
  const names = { hasParameters, hasAuthorizer: true, variables: types };
  const full = createPolicyEnvironment(names);
  const base: CompiledBase = {
    failurePolicy: getString(policy, 'spec', 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
    variables,
    conditions: getArray(policy, 'spec', 'matchConditions').map((item, index) =>
      compile(item, 'expression', ['spec', 'matchConditions', index], full, ['bool']),
    ),
  };
  return { base, names, full };
}

/** Every expression of a policy that does not compile. */
export function listBroken(policy: CompiledPolicy | CompiledMutatingPolicy): readonly PolicyExpression[] {
  const own =
    'mutations' in policy
      ? policy.mutations
      : [
          ...policy.validations.flatMap(({ check, messageExpression }) => [
            check,
            ...(messageExpression === undefined ? [] : [messageExpression]),
          ]),
          ...policy.annotations,
        ];
  return [...policy.variables, ...policy.conditions, ...own].filter(({ error }) => error !== undefined);
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
