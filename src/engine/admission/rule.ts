import { getArray, getString, type JsonValue } from '../../std/index.ts';

/** What a request to the API server is about, as far as rules look at it. */
export interface RuleRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly group: string;
  /** The version that is asked for, then those that it can be converted to. */
  readonly versions: readonly string[];
  /** The resource's name in paths: `deployments`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** One rule of a webhook or policy (`admissionregistration/v1.NamedRuleWithOperations`). */
export interface Rule {
  readonly groups: ReadonlySet<string>;
  readonly versions: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly operations: ReadonlySet<string>;
  readonly scope: string;
  /** Empty: of any name. */
  readonly names: ReadonlySet<string>;
}

/** The rules of a list as it stands in a configuration. */
export function readRules(list: readonly JsonValue[]): readonly Rule[] {
  return list.map((rule) => ({
    groups: readSet(rule, 'apiGroups'),
    versions: readSet(rule, 'apiVersions'),
    resources: readSet(rule, 'resources'),
    operations: readSet(rule, 'operations'),
    scope: getString(rule, 'scope') ?? '*',
    names: readSet(rule, 'resourceNames'),
  }));
}

function readSet(rule: JsonValue, field: string): ReadonlySet<string> {
  return new Set(getArray(rule, field).flatMap((item) => (typeof item === 'string' ? [item] : [])));
}

/** Whether a rule is about a request for an object itself (apiserver `admission/plugin/webhook/predicates/rules`). */
export function isRuleMatched(rule: Rule, request: RuleRequest, isEquivalent: boolean): boolean {
  const versions = isEquivalent ? request.versions : request.versions.slice(0, 1);
  return (
    has(rule.operations, request.operation) &&
    has(rule.groups, request.group) &&
    versions.some((version) => has(rule.versions, version)) &&
    isResource(rule.resources, request.resource) &&
    isScope(rule.scope, request) &&
    (rule.names.size === 0 || rule.names.has(request.name))
  );
}

function has(set: ReadonlySet<string>, value: string): boolean {
  return set.has('*') || set.has(value);
}

/** `*` is every resource without its subresources, the star with a slash and a star all of them too. */
function isResource(set: ReadonlySet<string>, resource: string): boolean {
  return has(set, resource) || set.has('*/*') || set.has(`${resource}/*`);
}

function isScope(scope: string, { namespace, resource, group }: RuleRequest): boolean {
  const isNamespaced = namespace !== undefined && !(group === '' && resource === 'namespaces');
  return scope === '*' || scope === (isNamespaced ? 'Namespaced' : 'Cluster');
}
