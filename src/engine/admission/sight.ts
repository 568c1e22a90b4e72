import { isSelected, type Selector } from '../../model/index.ts';
import { judgeConditions, type ConditionSubject } from './conditions.ts';
import type { Criteria, Gatekeeper } from './gatekeeper.ts';
import { isRuleMatched } from './rule.ts';

/** A write, as gatekeepers look at it. */
export interface AdmissionRequest extends ConditionSubject {
  /** The labels of the object as it was and as it will be, of those that there are. */
  readonly labels: readonly ReadonlyMap<string, string>[];
  /** The labels of its namespace; of a Namespace, its own. Undefined where they are not known. */
  readonly namespaceLabels: ReadonlyMap<string, string> | undefined;
}

/** Whether a gatekeeper sees a write: `may` where parameters, unknown labels or conditions in CEL on what is not known decide. */
export type Sight = 'sees' | 'may' | 'not';

const EXEMPT: ReadonlySet<string> = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
]);

/**
 * Whether a gatekeeper is asked about a write of an object itself: by its rules, namespace selector, object selector and
 * conditions (apiserver `admission/plugin/webhook/generic` and `admission/plugin/policy/matching`). Nobody is asked about
 * gatekeepers.
 */
export function findSight(gatekeeper: Gatekeeper, request: AdmissionRequest): Sight {
  if (request.group === 'admissionregistration.k8s.io' && EXEMPT.has(request.resource)) return 'not';
  const sights = gatekeeper.criteria.map((criteria) => sightOf(criteria, request));
  if (sights.includes('not')) return 'not';
  const verdict = judgeConditions(gatekeeper.conditions, request);
  if (verdict === 'not') return 'not';
  return verdict === 'may' || gatekeeper.hasParameters || sights.includes('may') ? 'may' : 'sees';
}

/** Whether a gatekeeper selects two namespaces alike, by their labels. */
export function selectsAlike({ criteria }: Gatekeeper, a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return criteria.every(({ namespaces }) => isSelected(namespaces, a) === isSelected(namespaces, b));
}

function sightOf(criteria: Criteria, request: AdmissionRequest): Sight {
  const { rules, excluded, isEquivalent, namespaces, objects } = criteria;
  if (rules?.some((rule) => isRuleMatched(rule, request, isEquivalent)) === false) return 'not';
  if (excluded.some((rule) => isRuleMatched(rule, request, isEquivalent))) return 'not';
  if (!request.labels.some((labels) => isSelected(objects, labels))) return 'not';
  return sightOfNamespace(namespaces, request);
}

/** What is in no namespace is never passed over for its namespace's labels. */
function sightOfNamespace(selector: Selector, { namespace, resource, group, namespaceLabels }: AdmissionRequest): Sight {
  const isNamespace = group === '' && resource === 'namespaces';
  if (selector.invalid !== true && selector.requirements.length === 0) return 'sees';
  if (namespace === undefined && !isNamespace) return 'sees';
  if (namespaceLabels === undefined) return 'may';
  return isSelected(selector, namespaceLabels) ? 'sees' : 'not';
}
