import {
  formatRef,
  annotationsOf,
  nameOf,
  parseQuantity,
  refOf,
  type FactChange,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import { getBoolean, getString } from '../../std/index.ts';

/** What makes a class that of claims that name none (`pkg/volume/util.IsDefaultAnnotation`). */
const DEFAULTS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
const SIZE = '/spec/resources/requests/storage';

/**
 * Claims that a change makes larger and whose StorageClass does not let them grow, as the admission plugin PersistentVolumeClaimResize has it
 * (`plugin/pkg/admission/storage/persistentvolume/resize`). Of a class that is not known nothing is said; a claim that does not
 * say its phase is taken to be bound.
 */
export function compareClaimGrowth(before: World, after: World): readonly FactChange[] {
  const [was, is] = [before.kind('', 'PersistentVolumeClaim'), after.kind('', 'PersistentVolumeClaim')];
  return [...(is.listDifferent(was) ?? is.byKey.keys())].flatMap((key) => {
    const [old, now] = [was.byKey.get(key), is.byKey.get(key)];
    if (old === undefined || now === undefined || old === now || !isLarger(now, old)) return [];
    const refusal = findRefusal(old, after);
    return refusal === undefined ? [] : [toChange(now, { from: sizeOf(old), to: sizeOf(now), refusal })];
  });
}

function isLarger(now: KubernetesObject, old: KubernetesObject): boolean {
  const [to, from] = [parseQuantity(sizeOf(now)), parseQuantity(sizeOf(old))];
  return to !== undefined && from !== undefined && to > from;
}

function sizeOf(claim: KubernetesObject): string {
  return getString(claim, 'spec', 'resources', 'requests', 'storage') ?? '';
}

function classOf(claim: KubernetesObject): string | undefined {
  return annotationsOf(claim).get('volume.beta.kubernetes.io/storage-class') ?? getString(claim, 'spec', 'storageClassName');
}

/** The class of claims that name none; undefined where that is not known for sure. */
function findDefaultClass(world: World): string | undefined {
  const classes = world
    .byKind('storage.k8s.io', 'StorageClass')
    .filter((each) => DEFAULTS.some((annotation) => annotationsOf(each).get(annotation) === 'true'));
  const [only, ...others] = classes;
  return only === undefined || others.length > 0 ? undefined : nameOf(only);
}

function findRefusal(claim: KubernetesObject, world: World): string | undefined {
  const phase = getString(claim, 'status', 'phase') ?? 'Bound';
  if (phase !== 'Bound') return `only bound claims can be expanded, and it is ${phase}`;
  const name = classOf(claim) ?? findDefaultClass(world);
  if (name === undefined) return undefined;
  if (name === '') return 'it has no StorageClass: its volume was not provisioned';
  const own = world.get({ group: 'storage.k8s.io', kind: 'StorageClass', name });
  if (own === undefined || getBoolean(own, 'allowVolumeExpansion') === true) return undefined;
  return `${formatRef(refOf(own))} does not allow volumes to grow`;
}

function toChange(claim: KubernetesObject, data: Readonly<Record<'from' | 'refusal' | 'to', string>>): FactChange {
  const ref = refOf(claim);
  return {
    change: 'gained',
    fact: {
      engine: 'admission',
      code: 'KQ0014',
      severity: 'error',
      key: `KQ0014 ${formatRef(ref)}`,
      subject: ref,
      data: { claim: formatRef(ref), ...data },
      objects: [{ ref, path: SIZE, decides: true }],
    },
  };
}
