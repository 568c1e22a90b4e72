import { member, type FunctionDeclaration } from '../declaration.ts';
import { sealed, type StructType } from '../struct-type.ts';
import { BOOL, STRING, type CelType } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

/** What an expression asks the authorizer. */
export interface AccessQuestion {
  readonly verb: string;
  /** Of a request for no resource. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Who is asked about, where it is not the one who makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

export interface AccessDecision {
  readonly isAllowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Decides whether a request is allowed. */
export type Authorize = (question: AccessQuestion) => AccessDecision;

export const AUTHORIZER_TYPE: StructType = sealed('kubernetes.authorization.Authorizer');
const PATH_CHECK = sealed('kubernetes.authorization.PathCheck');
const GROUP_CHECK = sealed('kubernetes.authorization.GroupCheck');
export const RESOURCE_CHECK_TYPE: StructType = sealed('kubernetes.authorization.ResourceCheck');
const DECISION = sealed('kubernetes.authorization.Decision');

type Draft = Omit<AccessQuestion, 'verb'>;

/** The authorizer, or a question to it that is still being put together. */
class Check extends SealedValue {
  readonly typeName: string;
  readonly authorize: Authorize;
  readonly draft: Draft;

  constructor(type: StructType, authorize: Authorize, draft: Draft) {
    super();
    this.typeName = type.name;
    this.authorize = authorize;
    this.draft = draft;
  }

  isEqual(other: this): boolean {
    return other === this;
  }
}

class Decision extends SealedValue {
  readonly typeName = DECISION.name;
  readonly decision: AccessDecision;

  constructor(decision: AccessDecision) {
    super();
    this.decision = decision;
  }

  isEqual(other: this): boolean {
    return other === this;
  }
}

/** The variable `authorizer`. */
export function toAuthorizer(authorize: Authorize): Value {
  return new Check(AUTHORIZER_TYPE, authorize, {});
}

/** The variable `authorizer.requestResource`: the authorizer asked about what the request is for. */
export function toResourceCheck(authorize: Authorize, resource: Draft): Value {
  return new Check(RESOURCE_CHECK_TYPE, authorize, resource);
}

function extend(name: string, id: string, from: StructType, to: StructType, add: (text: string) => Draft | Failure): FunctionDeclaration {
  const run = (check: Value = null, text: Value = null): Result => {
    if (!(check instanceof Check) || typeof text !== 'string') return NO_SUCH_OVERLOAD;
    const added = add(text);
    return added instanceof Failure ? added : new Check(to, check.authorize, { ...check.draft, ...added });
  };
  return { name, overloads: [member(id, [from, STRING], to, run)] };
}

function required(text: string, what: 'path' | 'resource'): Draft | Failure {
  return text.trim() === '' ? new Failure(`${what} must not be empty`) : { [what]: text };
}

function ask(check: Value = null, verb: Value = null): Result {
  return check instanceof Check && typeof verb === 'string' ? new Decision(check.authorize({ ...check.draft, verb })) : NO_SUCH_OVERLOAD;
}

function answer(name: string, result: CelType, read: (decision: AccessDecision) => Value): FunctionDeclaration {
  const run = (decision: Value = null): Result => (decision instanceof Decision ? read(decision.decision) : NO_SUCH_OVERLOAD);
  return { name, overloads: [member(`decision_${name}`, [DECISION], result, run)] };
}

const ACCOUNT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAMESPACE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function asServiceAccount(check: Value = null, namespace: Value = null, name: Value = null): Result {
  if (!(check instanceof Check) || typeof namespace !== 'string' || typeof name !== 'string') return NO_SUCH_OVERLOAD;
  if (name.length > 253 || !ACCOUNT_NAME.test(name)) return new Failure('Invalid service account name');
  if (namespace.length > 63 || !NAMESPACE_NAME.test(namespace)) return new Failure('Invalid service account namespace');
  return new Check(AUTHORIZER_TYPE, check.authorize, { ...check.draft, serviceAccount: { namespace, name } });
}

const RESOURCE = RESOURCE_CHECK_TYPE;

/** Questions about permissions (`k8s.io/apiserver/pkg/cel/library/authz.go`). */
export const AUTHORIZER: Library = {
  functions: [
    extend('path', 'authorizer_path', AUTHORIZER_TYPE, PATH_CHECK, (text) => required(text, 'path')),
    extend('group', 'authorizer_group', AUTHORIZER_TYPE, GROUP_CHECK, (group) => ({ group })),
    {
      name: 'serviceAccount',
      overloads: [member('authorizer_serviceaccount', [AUTHORIZER_TYPE, STRING, STRING], AUTHORIZER_TYPE, asServiceAccount)],
    },
    extend('resource', 'groupcheck_resource', GROUP_CHECK, RESOURCE, (text) => required(text, 'resource')),
    extend('subresource', 'resourcecheck_subresource', RESOURCE, RESOURCE, (subresource) => ({ subresource })),
    extend('namespace', 'resourcecheck_namespace', RESOURCE, RESOURCE, (namespace) => ({ namespace })),
    extend('name', 'resourcecheck_name', RESOURCE, RESOURCE, (name) => ({ name })),
    {
      name: 'check',
      overloads: [
        member('pathcheck_check', [PATH_CHECK, STRING], DECISION, ask),
        member('resourcecheck_check', [RESOURCE, STRING], DECISION, ask),
      ],
    },
    answer('errored', BOOL, ({ error }) => error !== undefined),
    answer('error', STRING, ({ error }) => error ?? ''),
    answer('allowed', BOOL, ({ isAllowed }) => isAllowed),
    answer('reason', STRING, ({ reason }) => reason),
  ],
};

/** Selectors in such questions (the feature `AuthorizeWithSelectors`). */
export const AUTHORIZER_SELECTORS: Library = {
  functions: [
    extend('fieldSelector', 'authorizer_fieldselector', RESOURCE, RESOURCE, (fieldSelector) => ({ fieldSelector })),
    extend('labelSelector', 'authorizer_labelselector', RESOURCE, RESOURCE, (labelSelector) => ({ labelSelector })),
  ],
};
