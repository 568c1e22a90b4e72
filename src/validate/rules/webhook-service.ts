import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getObject, getString, type Path } from '../../std/index.ts';
import { findMissing } from './lookup.ts';
import type { DanglingReference, Rule } from './rule.ts';

/** A webhook whose Service does not exist fails every request that it is asked about, unless it may be ignored. */
export const webhookService: Rule = {
  code: 'KR0020',
  find: (world) => listWebhookServices(world).flatMap(({ object, path }) => findService(world, object, path)),
};

/** Where webhooks of admission and conversion name the Service that they are served by. */
export function listWebhookServices(world: World): readonly { readonly object: KubernetesObject; readonly path: Path }[] {
  return [
    ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].flatMap((kind) =>
      world
        .byKind('admissionregistration.k8s.io', kind)
        .flatMap((object) =>
          getArray(object, 'webhooks').map((_, index) => ({ object, path: ['webhooks', index, 'clientConfig', 'service'] })),
        ),
    ),
    ...world
      .byKind('apiextensions.k8s.io', 'CustomResourceDefinition')
      .map((object) => ({ object, path: ['spec', 'conversion', 'webhook', 'clientConfig', 'service'] })),
  ];
}

/** The Service that a `{namespace, name}` at a path names. */
export function findService(world: World, referrer: KubernetesObject, path: Path): readonly DanglingReference[] {
  const reference = getObject(referrer, ...path);
  const name = getString(reference, 'name') ?? '';
  const namespace = getString(reference, 'namespace') ?? '';
  if (name === '' || namespace === '') return [];
  const missing = findMissing(world, referrer, [...path, 'name'], { group: '', kind: 'Service', namespace, name });
  return missing === undefined ? [] : [missing];
}
