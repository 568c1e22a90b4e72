import { annotationsOf, nameOf, specOf, withMetadata, type KubernetesObject } from '../../../model/index.ts';
import { compareBy, getArray, getString } from '../../../std/index.ts';
import type { Admitted, Context, Write } from '../context.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const PROTECTION = 'kubernetes.io/pvc-protection';

/** Gives a claim the default StorageClass, its first phase and its protection. */
export function admitClaim({ context, live }: Write, object: KubernetesObject): Admitted {
  if (live !== undefined) return { object };
  const finalizers = getArray(object.metadata, 'finalizers');
  const isProtected = finalizers.includes(PROTECTION);
  const guarded = isProtected ? object : withMetadata(object, { finalizers: [...finalizers, PROTECTION] });
  const pending = { ...guarded, status: { phase: 'Pending' } };
  const spec = specOf(object);
  if (spec['storageClassName'] !== undefined) return { object: pending };
  const storageClassName = findDefaultClass(context);
  return { object: storageClassName === undefined ? pending : { ...pending, spec: { ...spec, storageClassName } } };
}

/** The newest of the classes that say that they are the default, by name if several are as new. */
function findDefaultClass(context: Context): string | undefined {
  const classes = [...context.draft.list('storage.k8s.io', 'StorageClass')].filter(
    (item) => annotationsOf(item).get(DEFAULT_CLASS) === 'true',
  );
  const newest = compareBy<KubernetesObject>((item) => getString(item.metadata, 'creationTimestamp') ?? '');
  const ordered = classes.toSorted((a, b) => newest(b, a) || compareBy(nameOf)(a, b));
  return ordered[0] === undefined ? undefined : nameOf(ordered[0]);
}
