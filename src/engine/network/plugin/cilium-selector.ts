import { getArray, getString, getStringMap, type JsonValue } from '../../../std/index.ts';
import { isSatisfied, readLabelSelector, readRequirement, SELECT_ALL, type Requirement, type Selector } from '../../../model/index.ts';
import { NAME_LABEL, type Peer } from '../policy.ts';
import type { Problems } from './problem.ts';

const NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
const OF_NAMESPACES = 'io.cilium.k8s.namespace.labels.';
const ACCOUNT_LABEL = 'io.cilium.k8s.policy.serviceaccount';
const CLUSTER_LABEL = 'io.cilium.k8s.policy.cluster';

/** The requirements of a selector by what they look at. */
interface Sorted {
  readonly pods: Requirement[];
  readonly namespaces: Requirement[];
  readonly accounts: Requirement[];
}

/** Where a selector stands. */
export interface SelectorPlace {
  readonly path: string;
  /** The namespace of a CiliumNetworkPolicy, beyond which only a selector that names namespaces sees; undefined: the whole cluster. */
  readonly home: string | undefined;
  /** Whether the pods are those of the policy itself: these never leave its namespace. */
  readonly isSubject: boolean;
}

/**
 * Reads an EndpointSelector: labels of pods, of their namespaces, and their service account, each key with the source that it may
 * name (`k8s:`, `any:`). Undefined where it is refused; with a doubt where it names what manifests do not tell.
 */
export function readEndpointSelector(
  value: JsonValue,
  place: SelectorPlace,
  problems: Problems,
): { readonly peer: Peer; readonly doubt?: string } | undefined {
  const sorted: Sorted = { pods: [], namespaces: [], accounts: [] };
  const requirements: Requirement[] = [...getStringMap(value, 'matchLabels')].map(([key, item]) => ({
    key,
    operator: 'In',
    values: [item],
  }));
  for (const [index, expression] of getArray(value, 'matchExpressions').entries()) {
    const requirement = readRequirement(expression);
    if (requirement === undefined)
      return problems.refuse(
        `${place.path}/matchExpressions/${index}`,
        `${getString(expression, 'operator') ?? 'no'} operator: must be In, NotIn, Exists or DoesNotExist`,
      );
    requirements.push(requirement);
  }
  let doubt: string | undefined;
  for (const requirement of requirements) {
    const unknown = sortRequirement(requirement, sorted);
    if (unknown !== undefined) doubt = problems.doubt(place.path, unknown);
  }
  const { pods, namespaces, accounts } = sorted;
  const isHome = place.home !== undefined && (place.isSubject || namespaces.length === 0);
  const own: readonly Requirement[] = isHome ? [{ key: NAME_LABEL, operator: 'In', values: [place.home] }] : [];
  const all = [...namespaces, ...own];
  const labelled: Peer = { kind: 'pods', namespaces: all.length === 0 ? SELECT_ALL : { requirements: all }, pods: { requirements: pods } };
  const peer: Peer = accounts.length === 0 ? labelled : { kind: 'every', of: [labelled, ...accounts.map(toAccountTest)] };
  return doubt === undefined ? { peer } : { peer, doubt };
}

/** The source that a key may name, and the key itself. */
const KEY = /^(?:(k8s|any|reserved|[a-z-]+):)?(.*)$/;

/** Reads a selector of nodes, or of other objects that have labels of their own. */
export function readPlainSelector(value: JsonValue | undefined): Selector {
  const { requirements, ...rest } = readLabelSelector(value);
  return { ...rest, requirements: requirements.map((item) => ({ ...item, key: KEY.exec(item.key)?.[2] ?? item.key })) };
}

function sortRequirement(requirement: Requirement, { pods, namespaces, accounts }: Sorted): string | undefined {
  const [, source, key = ''] = KEY.exec(requirement.key) ?? [];
  const own = { ...requirement, key };
  if (source !== undefined && source !== 'k8s' && source !== 'any') return `labels of ${source} are not those of pods`;
  if (key === CLUSTER_LABEL) return 'which cluster a pod is of is not known';
  if (key === NAMESPACE_LABEL) namespaces.push({ ...own, key: NAME_LABEL });
  else if (key.startsWith(OF_NAMESPACES)) namespaces.push({ ...own, key: key.slice(OF_NAMESPACES.length) });
  else if (key === ACCOUNT_LABEL) accounts.push(own);
  else pods.push(own);
  return undefined;
}

function toAccountTest(requirement: Requirement): Peer {
  const { operator, values } = requirement;
  return {
    kind: 'test',
    text: `account ${operator} ${values.join()}`,
    labelKeys: [],
    isAccountAsked: true,
    isMatch: ({ serviceAccount }) => isSatisfied(requirement, serviceAccount),
  };
}
