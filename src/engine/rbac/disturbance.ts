/** Verbs that stop or delete what others run, or keep it from starting, by resource; the group of all is the core. */
const DISTURBING: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    namespaces: ['delete', 'deletecollection'],
    nodes: ['delete', 'deletecollection', 'patch', 'update'],
    pods: ['delete', 'deletecollection'],
    'pods/eviction': ['create'],
    resourcequotas: ['create', 'delete', 'deletecollection', 'patch', 'update'],
  }),
);

/** Those of some verbs on a resource by which one disturbs the work of others; by itself that leads to no rights. */
export function listDisturbing(of: {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}): readonly string[] {
  const disturbing = of.group === '' || of.group === '*' ? DISTURBING.get(of.resource) : undefined;
  return disturbing === undefined ? [] : of.verbs.filter((verb) => verb === '*' || disturbing.includes(verb));
}
