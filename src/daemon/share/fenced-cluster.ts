import type { Cluster } from '../../cluster/index.ts';

/** A cluster whose writes go through `guard`, which makes them or throws; reads and dry runs do not. */
export function fence(cluster: Cluster, guard: <T>(write: () => Promise<T>) => Promise<T>): Cluster {
  const write = <T>(options: { readonly dryRun?: boolean } | undefined, make: () => Promise<T>): Promise<T> =>
    options?.dryRun === true ? make() : guard(make);
  return {
    identity: () => cluster.identity(),
    resources: () => cluster.resources(),
    get: (ref) => cluster.get(ref),
    list: (kind, query) => cluster.list(kind, query),
    watch: (kind, from) => cluster.watch(kind, from),
    apply: (object, options) => write(options, () => cluster.apply(object, options)),
    create: (object, options) => write(options, () => cluster.create(object, options)),
    update: (object, options) => write(options, () => cluster.update(object, options)),
    updateStatus: (object, options) => write(options, () => cluster.updateStatus(object, options)),
    delete: (ref, options) => write(options, () => cluster.delete(ref, options)),
    close: () => cluster.close(),
  };
}
