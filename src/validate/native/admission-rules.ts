import { judgePathSegment } from '../object/names.ts';
import type { Report } from '../problem.ts';
import type { Place } from './place.ts';
import { checkLabelSelector } from './selectors.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** `validateRuleWithOperations`: which requests a webhook or policy is about. */
export function checkRule(rule: Place): void {
  const operations = rule.at('operations');
  checkWildcard(operations, 'operations');
  for (const operation of operations.items()) if (!OPERATIONS.includes(operation.text)) operation.unsupported(OPERATIONS, operation.text);
  checkWildcard(rule.at('apiGroups'), 'API groups');
  checkWildcard(rule.at('apiVersions'), 'API versions');
  for (const version of rule.at('apiVersions').items()) if (version.text === '') version.required();
  checkResources(rule.at('resources'));
  const scope = rule.at('scope');
  if (scope.isSet) scope.oneOf(SCOPES);
}

function checkWildcard(list: Place, what: string): void {
  if (list.items().length === 0) list.required();
  if (list.items().length > 1 && list.texts.includes('*')) list.invalid(`if '*' is present, must not specify other ${what}`);
}

function checkResources(list: Place): void {
  const { texts } = list;
  if (texts.length === 0) list.required();
  const [whole, everywhere] = [new Set<string>(), new Set<string>()];
  let hasPlain = false;
  for (const item of list.items()) {
    const { text } = item;
    if (text === '') {
      item.required();
      continue;
    }
    const slash = text.indexOf('/');
    if (slash < 0) {
      hasPlain = text !== '*';
      continue;
    }
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    if (whole.has(resource)) item.invalid(`if '${resource}/*' is present, must not specify ${text}`);
    if (everywhere.has(sub)) item.invalid(`if '*/${sub}' is present, must not specify ${text}`);
    if (sub === '*') whole.add(resource);
    if (resource === '*') everywhere.add(sub);
  }
  if (texts.length > 1 && texts.includes('*/*')) list.invalid("if '*/*' is present, must not specify other resources");
  if (texts.includes('*') && hasPlain) list.invalid("if '*' is present, must not specify other resources without subresources");
}

/** `validateMatchResources`, of policies and their bindings. */
export function checkMatchResources(match: Place, report: Report): void {
  match.at('matchPolicy').oneOf(['Equivalent', 'Exact']);
  for (const field of ['namespaceSelector', 'objectSelector']) checkLabelSelector(match.below(field), match.at(field).path, report);
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of match.at(field).items()) {
      const names = new Set<string>();
      for (const name of rule.at('resourceNames').items()) {
        name.judgedEvenEmpty(judgePathSegment);
        if (names.has(name.text)) name.duplicate(name.text);
        names.add(name.text);
      }
      checkRule(rule);
    }
  }
}
