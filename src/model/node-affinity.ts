import { getArray, getObject, getString, getStringMap, type JsonObject, type JsonValue } from '../std/index.ts';
import { isSatisfied, readRequirement, type Requirement } from './selector.ts';

/** What node selectors look at of a node. */
export interface NodeFace {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** One term of a node selector; undefined where it has an error or is empty, so that it matches no node. */
export interface NodeSelectorTerm {
  readonly labels: readonly Requirement[];
  readonly fields: readonly Requirement[];
}

/** Reads a `NodeSelectorTerm`; undefined if it is empty or holds what the API refuses: such a term matches nothing. */
export function readNodeSelectorTerm(value: JsonValue | undefined): NodeSelectorTerm | undefined {
  const labels = readRequirements(value, 'matchExpressions');
  const fields = readRequirements(value, 'matchFields');
  if (labels === undefined || fields === undefined || labels.length + fields.length === 0) return undefined;
  const isFieldError = fields.some(({ operator, values }) => (operator !== 'In' && operator !== 'NotIn') || values.length !== 1);
  return isFieldError ? undefined : { labels, fields };
}

function readRequirements(value: JsonValue | undefined, field: string): Requirement[] | undefined {
  const requirements: Requirement[] = [];
  for (const item of getArray(value, field)) {
    const requirement = readRequirement(item);
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return requirements;
}

/** Whether a node matches a term: all its expressions and fields. */
export function isTermMatched(term: NodeSelectorTerm | undefined, node: NodeFace): boolean {
  if (term === undefined) return false;
  return (
    term.labels.every((requirement) => isSatisfied(requirement, node.labels.get(requirement.key))) &&
    term.fields.every((requirement) => isSatisfied(requirement, requirement.key === 'metadata.name' ? node.name : undefined))
  );
}

/** Whether a node matches a `NodeSelector` (terms are alternatives); an absent selector matches every node. */
export function isNodeSelected(selector: JsonValue | undefined, node: NodeFace): boolean {
  return toNodeMatcher(selector)(node);
}

/** A `NodeSelector` as a question to be asked of many nodes. */
export function toNodeMatcher(selector: JsonValue | undefined): (node: NodeFace) => boolean {
  if (getObject(selector) === undefined) return () => true;
  const terms = getArray(selector, 'nodeSelectorTerms').map(readNodeSelectorTerm);
  return (node) => terms.some((term) => isTermMatched(term, node));
}

/** A pod's `nodeSelector` and required node affinity as a question to be asked of many nodes (`GetRequiredNodeAffinity`). */
export function toRequiredNodeMatcher(podSpec: JsonObject): (node: NodeFace) => boolean {
  const labels = [...getStringMap(podSpec, 'nodeSelector')];
  const isAffine = toNodeMatcher(getObject(podSpec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'));
  return (node) => labels.every(([key, value]) => node.labels.get(key) === value) && isAffine(node);
}

/** What node selectors look at of a Node object. */
export function toNodeFace(node: JsonObject): NodeFace {
  return { name: getString(node, 'metadata', 'name') ?? '', labels: getStringMap(node, 'metadata', 'labels') };
}
