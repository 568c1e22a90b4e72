import { getArray, type JsonValue } from '../../std/index.ts';
import type { AccessRequest } from './request.ts';

/** One `rbac/v1` PolicyRule as written. Absent lists are empty. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Decodes a PolicyRule; what is not a list of strings counts as absent. */
export function readRule(value: JsonValue): PolicyRule {
  const strings = (field: string): string[] => getArray(value, field).filter((item) => typeof item === 'string');
  return {
    verbs: strings('verbs'),
    apiGroups: strings('apiGroups'),
    resources: strings('resources'),
    resourceNames: strings('resourceNames'),
    nonResourceURLs: strings('nonResourceURLs'),
  };
}

/** Whether a rule allows a request (`plugin/pkg/auth/authorizer/rbac`, `RuleAllows`). */
export function isAllowedBy(rule: PolicyRule, request: AccessRequest): boolean {
  if (!includesOrAll(rule.verbs, request.verb)) return false;
  switch (request.kind) {
    case 'path':
      return rule.nonResourceURLs.some((url) => isUrlMatch(url, request.path));
    case 'resource':
      return (
        includesOrAll(rule.apiGroups, request.group) &&
        rule.resources.some((resource) => isResourceMatch(resource, request.resource, request.subresource)) &&
        (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name))
      );
  }
}

function includesOrAll(list: readonly string[], item: string): boolean {
  return list.includes('*') || list.includes(item);
}

function isResourceMatch(allowed: string, resource: string, subresource: string): boolean {
  if (allowed === '*') return true;
  if (subresource === '') return allowed === resource;
  return allowed === `${resource}/${subresource}` || allowed === `*/${subresource}`;
}

/** Whether a nonResourceURL of a rule matches a path: `*`, the same, or a prefix before trailing stars. */
export function isUrlMatch(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}
