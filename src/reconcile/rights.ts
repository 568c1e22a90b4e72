import { compareBy, compareStrings, sortedUnique, stringifyJson, type JsonObject } from '../std/index.ts';

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** What is done to one object: looked at, applied (which is `create` too where it is not there), pruned or replaced. */
const WRITE = ['create', 'delete', 'get', 'patch'];

/** Sets of words by namespace (the empty string stands for the cluster), and by `group/resource`. */
type Table = Map<string, Map<string, Set<string>>>;

/** Gathers rules by namespace, and joins those that differ in one thing only. */
export class Rights {
  readonly #verbs: Table = new Map();
  readonly #names: Table = new Map();
  readonly #others = new Map<string, Map<string, Rule>>();

  /** These verbs on all objects of a resource. */
  read(namespace: string | undefined, group: string, resource: string, verbs: readonly string[]): void {
    for (const verb of verbs) put(this.#verbs, namespace, `${group}/${resource}`, verb);
  }

  /** All that is done to one object. */
  write(namespace: string | undefined, group: string, resource: string, name: string): void {
    put(this.#names, namespace, `${group}/${resource}`, name);
  }

  /** Any other rule. */
  add(namespace: string | undefined, rule: Rule): void {
    const scope = namespace ?? '';
    const rules = this.#others.get(scope) ?? new Map<string, Rule>();
    this.#others.set(scope, rules.set(stringifyJson(toJson(rule)), rule));
  }

  /** The namespaces, with the empty string for the cluster, first. */
  get scopes(): readonly string[] {
    return sortedUnique([...this.#verbs.keys(), ...this.#names.keys(), ...this.#others.keys()]);
  }

  /** The rules of one: reading, then writing, then the others; each in order, and none that says what the others say already. */
  rulesOf(scope: string): readonly JsonObject[] {
    const ofCluster = scope === '' ? [] : this.#listRules('');
    return dropCovered(this.#listRules(scope), ofCluster).map(toJson);
  }

  #listRules(scope: string): readonly Rule[] {
    const writing = [...(this.#names.get(scope) ?? [])].map(([place, names]) => {
      return { key: place, rule: { ...toResource(place), resourceNames: sortedUnique(names), verbs: WRITE } };
    });
    const others = [...(this.#others.get(scope) ?? [])].map(([key, rule]) => ({ key, rule }));
    const inOrder = (rules: readonly { readonly key: string; readonly rule: Rule }[]): readonly Rule[] =>
      rules.toSorted(compareBy(({ key }) => key)).map(({ rule }) => rule);
    return [...inOrder(this.#readingOf(scope)), ...inOrder(writing), ...inOrder(others)];
  }

  #readingOf(scope: string): readonly { readonly key: string; readonly rule: Rule }[] {
    const joined = new Map<string, Rule>();
    for (const [place, set] of this.#verbs.get(scope) ?? []) {
      const { apiGroups, resources } = toResource(place);
      const verbs = [...set].toSorted(compareStrings);
      const key = `${apiGroups.join()} ${verbs.join()}`;
      joined.set(key, { apiGroups, resources: sortedUnique([...(joined.get(key)?.resources ?? []), ...resources]), verbs });
    }
    return [...joined].map(([key, rule]) => ({ key, rule }));
  }
}

/** Rules that write objects by name are never said by others; leaving them out keeps this quick. */
function dropCovered(rules: readonly Rule[], further: readonly Rule[]): readonly Rule[] {
  let kept = rules;
  for (const rule of rules.toReversed()) {
    if (rule.verbs === WRITE) continue;
    const rest = kept.filter((other) => other !== rule);
    if (isCovered(rule, [...rest, ...further])) kept = rest;
  }
  return kept;
}

/** Whether other rules allow all that a rule allows (component-helpers `auth/rbac/validation`, Covers). */
function isCovered(
  { apiGroups = [], resources = [], resourceNames = [''], nonResourceURLs = [], verbs }: Rule,
  by: readonly Rule[],
): boolean {
  const isSaid = (list: readonly string[] | undefined, word: string): boolean =>
    list?.includes('*') === true || list?.includes(word) === true;
  const isNamed = ({ resourceNames: names }: Rule, name: string): boolean => names === undefined || names.includes(name);
  const allows = (verb: string, group: string, resource: string, name: string): boolean =>
    by.some((rule) => isSaid(rule.verbs, verb) && isSaid(rule.apiGroups, group) && isSaid(rule.resources, resource) && isNamed(rule, name));
  const urls = nonResourceURLs.every((url) =>
    verbs.every((verb) => by.some((rule) => isSaid(rule.verbs, verb) && isSaid(rule.nonResourceURLs, url))),
  );
  return (
    urls &&
    verbs.every((verb) =>
      apiGroups.every((group) => resources.every((resource) => resourceNames.every((name) => allows(verb, group, resource, name)))),
    )
  );
}

function toResource(place: string): { readonly apiGroups: readonly string[]; readonly resources: readonly string[] } {
  const slash = place.indexOf('/');
  return { apiGroups: [place.slice(0, slash)], resources: [place.slice(slash + 1)] };
}

function put(table: Table, namespace: string | undefined, place: string, word: string): void {
  const places = table.get(namespace ?? '') ?? new Map<string, Set<string>>();
  table.set(namespace ?? '', places.set(place, (places.get(place) ?? new Set()).add(word)));
}

function toJson({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: Rule): JsonObject {
  return {
    ...(apiGroups === undefined ? {} : { apiGroups }),
    ...(nonResourceURLs === undefined ? {} : { nonResourceURLs }),
    ...(resources === undefined ? {} : { resources }),
    ...(resourceNames === undefined ? {} : { resourceNames }),
    verbs,
  };
}
