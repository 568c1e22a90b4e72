import { sortedUnique } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { readAccessIndex } from './access-index.ts';
import { listGrants, type AllowingRule } from './authorize.ts';
import type { Subject } from './binding.ts';
import { compact, type Holding } from './holding.ts';
import { listKeyed } from './permission.ts';
import { readPolicy } from './policy.ts';
import type { AccessRequest, Action, UserInfo } from './request.ts';
import { isAllowedBy } from './rule.ts';
import { isEffective } from './scope.ts';

/** A subject that may make a request, with the rule and binding that let it. */
export interface AllowedSubject extends AllowingRule {
  readonly subject: Subject;
}

/**
 * Who may make a request, by binding (cluster-wide ones first): the subjects as the bindings name them, each binding's
 * subjects with the first of its rules that allows (`subject_locator.go`). The group system:masters may do
 * everything with or without a binding that says so.
 */
export function whoCan(world: World, action: Action): readonly AllowedSubject[] {
  const namespace = action.kind === 'resource' ? action.namespace : '';
  return listSubjects(world, action, namespace);
}

/** Who may make a request in any namespace: by bindings everywhere, and by those of each namespace; the request's own namespace says nothing. */
export function whoCanAnywhere(world: World, action: Action): readonly AllowedSubject[] {
  return action.kind === 'path' ? whoCan(world, action) : listSubjects(world, action, undefined);
}

function listSubjects(world: World, action: Action, namespace: string | undefined): readonly AllowedSubject[] {
  const policy = readPolicy(world);
  const request: AccessRequest = { ...action, user: { name: '', groups: [] } };
  return readAccessIndex(world)
    .listBindings(action, namespace)
    .flatMap(({ binding, order }) => {
      const rules = policy.rulesOf(binding.role, binding.namespace);
      const rule = rules?.find((item) => isAllowedBy(item.rule, request));
      if (rule === undefined) return [];
      return binding.subjects.map((subject, subjectIndex) => ({ subject, rule, grant: { binding, subjectIndex, rules, order } }));
    });
}

/**
 * What a user may do in a namespace (`""`: cluster-wide permissions alone), compacted: a permission that another one
 * covers is left out. Groups are used as given. The group system:masters may do everything whatever this says.
 */
export function listPermissions(world: World, user: UserInfo, namespace: string): readonly Holding[] {
  const holdings = new Map<string, Holding>();
  for (const grant of listGrants(readPolicy(world), user, namespace)) {
    const scope = grant.binding.namespace;
    for (const rule of grant.rules ?? []) {
      for (const { permission, key: permissionKey } of listKeyed(rule.rule)) {
        if (!isEffective(permission, scope)) continue;
        const key = `${scope} ${permissionKey}`;
        const known = holdings.get(key);
        holdings.set(key, { permission, namespace: scope, sources: [...(known?.sources ?? []), { grant, rule }] });
      }
    }
  }
  return compact(sortedUnique(holdings.keys()).flatMap((key) => holdings.get(key) ?? []));
}
