import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getString, type Path } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { DanglingReference, Rule } from './rule.ts';
import { isMadeByOperator } from './secret-makers.ts';

const CSI_SECRETS = [
  'controllerExpandSecretRef',
  'controllerPublishSecretRef',
  'nodeExpandSecretRef',
  'nodePublishSecretRef',
  'nodeStageSecretRef',
];

/** Pods that mount or read a Secret do not start without it, nor pull with the credentials of one, nor mount a volume whose driver asks for it. */
export const secret: Rule = {
  code: 'KR0003',
  find: (world) => [
    ...listPodReferences(world, 'Secret').flatMap(({ referrer, path, namespace, name }) =>
      findMissingSecret(world, referrer, path, namespace, name),
    ),
    ...world.byKind('', 'PersistentVolume').flatMap((volume) => findOfVolume(world, volume)),
    ...world.byKind('', 'ServiceAccount').flatMap((account) => findOfAccount(world, account)),
  ],
};

function findOfVolume(world: World, volume: KubernetesObject): readonly DanglingReference[] {
  return CSI_SECRETS.flatMap((field) => {
    const path = ['spec', 'csi', field];
    const [name, namespace] = [getString(volume, ...path, 'name') ?? '', getString(volume, ...path, 'namespace') ?? ''];
    return namespace === '' ? [] : findMissingSecret(world, volume, [...path, 'name'], namespace, name);
  });
}

function findOfAccount(world: World, account: KubernetesObject): readonly DanglingReference[] {
  return getArray(account, 'imagePullSecrets').flatMap((item, index) => {
    const name = getString(item, 'name') ?? '';
    return findMissingSecret(world, account, ['imagePullSecrets', index, 'name'], namespaceOrNone(account), name);
  });
}

/** A Secret that neither is there nor will be written by an operator. */
export function findMissingSecret(
  world: World,
  referrer: KubernetesObject,
  path: Path,
  namespace: string,
  name: string,
): readonly DanglingReference[] {
  if (name === '' || isMadeByOperator(world, namespace, name)) return [];
  const missing = findMissing(world, referrer, path, { group: '', kind: 'Secret', namespace, name });
  return missing === undefined ? [] : [missing];
}
