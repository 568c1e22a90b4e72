import { getArray, getString } from '../../std/index.ts';
import type { KubernetesObject, World } from '../../model/index.ts';
import { GATEWAY_GROUP } from './routes.ts';
import { findMissingKeys, findMissingKeysOf, type KeyReference } from './keys.ts';
import { namespaceOrNone } from './lookup.ts';
import type { Rule } from './rule.ts';

const SECRET = ['data', 'stringData'];
const FIELDS = { volume: SECRET, environment: SECRET };
/** What a certificate consists of (`kubernetes.io/tls`). */
const CERTIFICATE = ['tls.crt', 'tls.key'];

/** A pod that asks for a key that its Secret lacks does not start, and an Ingress or Gateway serves no certificate without its key. */
export const secretKey: Rule = {
  code: 'KR0004',
  find: (world) => [
    ...findMissingKeys(world, 'Secret', FIELDS),
    ...listCertificates(world).flatMap((reference) => findMissingKeysOf(world, 'Secret', FIELDS, reference)),
  ],
};

function listCertificates(world: World): readonly KeyReference[] {
  return [
    ...world.byKind('networking.k8s.io', 'Ingress').flatMap(listOfIngress),
    ...world.byKind(GATEWAY_GROUP, 'Gateway').flatMap(listOfGateway),
  ];
}

function listOfIngress(ingress: KubernetesObject): readonly KeyReference[] {
  return getArray(ingress, 'spec', 'tls').flatMap((item, index) => {
    const name = getString(item, 'secretName');
    const keys = CERTIFICATE.map((key) => ({ key, path: ['spec', 'tls', index, 'secretName'] }));
    return name === undefined ? [] : [{ referrer: ingress, namespace: namespaceOrNone(ingress), name, keys }];
  });
}

function listOfGateway(gateway: KubernetesObject): readonly KeyReference[] {
  return getArray(gateway, 'spec', 'listeners').flatMap((listener, at) =>
    // What a listener passes through it does not decrypt: it looks at no certificate.
    (getString(listener, 'tls', 'mode') === 'Passthrough' ? [] : getArray(listener, 'tls', 'certificateRefs')).flatMap((item, index) => {
      const name = getString(item, 'name');
      if (name === undefined || (getString(item, 'kind') ?? 'Secret') !== 'Secret' || (getString(item, 'group') ?? '') !== '') return [];
      const path = ['spec', 'listeners', at, 'tls', 'certificateRefs', index, 'name'];
      const namespace = getString(item, 'namespace') ?? namespaceOrNone(gateway);
      return [{ referrer: gateway, namespace, name, keys: CERTIFICATE.map((key) => ({ key, path })) }];
    }),
  );
}
