import { getOrAdd, sortedUnique, stringifyJson } from '../../std/index.ts';
import type { PolicyRule } from './rule.ts';
import type { Use } from './uses.ts';

/** Rules, and where a binding of them is needed. */
export interface EnoughRules {
  /** `[""]` is everywhere: then it takes a ClusterRoleBinding. */
  readonly namespaces: readonly string[];
  readonly rules: readonly PolicyRule[];
}

/** More names than these make no rule that people keep. */
const NAMES = 5;

/** What comes and goes under names that nobody chooses: a rule for the names of today would not do tomorrow. */
const NAMELESS: ReadonlySet<string> = new Set([
  'apps/controllerrevisions',
  'apps/replicasets',
  'batch/jobs',
  'certificates.k8s.io/certificatesigningrequests',
  'discovery.k8s.io/endpointslices',
  '/events',
  'events.k8s.io/events',
  '/pods',
]);

/** Verbs of one resource that are used on the same names. */
interface Cell {
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly verbs: string[];
}

/** The fewest words that allow these requests: rules by namespace, the same rules of several namespaces once. Sorted. */
export function toEnoughRules(uses: readonly Use[]): readonly EnoughRules[] {
  const byNamespace = new Map<string, Use[]>();
  for (const use of uses) getOrAdd(byNamespace, use.action.kind === 'path' ? '' : use.action.namespace, (): Use[] => []).push(use);
  const alike = new Map<string, { namespaces: string[]; rules: readonly PolicyRule[] }>();
  for (const namespace of sortedUnique(byNamespace.keys())) {
    const rules = toRules(byNamespace.get(namespace) ?? []);
    const key = namespace === '' ? '' : stringifyJson(rules.map((rule) => ({ ...rule })));
    getOrAdd(alike, key, () => ({ namespaces: [], rules })).namespaces.push(namespace);
  }
  return [...alike.values()];
}

function toRules(uses: readonly Use[]): readonly PolicyRule[] {
  return [...toResourceRules(uses), ...toPathRules(uses)];
}

function toResourceRules(uses: readonly Use[]): readonly PolicyRule[] {
  const merged = new Map<string, Cell & { readonly resources: string[] }>();
  for (const cell of toCells(uses)) {
    const verbs = sortedUnique(cell.verbs);
    const key = stringifyJson([cell.group, verbs, cell.names]);
    getOrAdd(merged, key, () => ({ ...cell, verbs, resources: [] })).resources.push(cell.resource);
  }
  return sortedUnique(merged.keys()).flatMap((key) => {
    const cell = merged.get(key);
    if (cell === undefined) return [];
    const { group, verbs, names, resources } = cell;
    return [{ verbs, apiGroups: [group], resources: sortedUnique(resources), resourceNames: names, nonResourceURLs: [] }];
  });
}

/** Users that differ in their groups have uses of the same sort; a verb that is used without a name needs none beside. */
function toCells(uses: readonly Use[]): readonly Cell[] {
  const byVerb = new Map<string, { group: string; resource: string; verb: string; names: ReadonlySet<string> | undefined }>();
  for (const { action, names } of uses) {
    if (action.kind === 'path') continue;
    const { verb, group } = action;
    const resource = action.subresource === '' ? action.resource : `${action.resource}/${action.subresource}`;
    const known = byVerb.get(`${verb}\n${group}\n${resource}`);
    const all =
      names === undefined || (known !== undefined && known.names === undefined) ? undefined : new Set([...(known?.names ?? []), ...names]);
    const isNamed = all !== undefined && all.size <= NAMES && !NAMELESS.has(`${group}/${action.resource}`);
    byVerb.set(`${verb}\n${group}\n${resource}`, { group, resource, verb, names: isNamed ? all : undefined });
  }
  const cells = new Map<string, Cell>();
  for (const { group, resource, verb, names } of byVerb.values()) {
    const sorted = sortedUnique(names ?? []);
    getOrAdd(cells, stringifyJson([group, resource, sorted]), (): Cell => ({ group, resource, names: sorted, verbs: [] })).verbs.push(verb);
  }
  return [...cells.values()];
}

function toPathRules(uses: readonly Use[]): readonly PolicyRule[] {
  const byPath = new Map<string, string[]>();
  for (const { action } of uses) if (action.kind === 'path') getOrAdd(byPath, action.path, (): string[] => []).push(action.verb);
  const byVerbs = new Map<string, { verbs: readonly string[]; paths: string[] }>();
  for (const [path, list] of byPath) {
    const verbs = sortedUnique(list);
    getOrAdd(byVerbs, verbs.join(), () => ({ verbs, paths: [] })).paths.push(path);
  }
  return sortedUnique(byVerbs.keys()).flatMap((key) => {
    const found = byVerbs.get(key);
    if (found === undefined) return [];
    return [{ verbs: found.verbs, apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: sortedUnique(found.paths) }];
  });
}
