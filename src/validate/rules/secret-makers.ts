import { nameOf, toRefKey, type KubernetesObject, type World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { namespaceOrNone } from './lookup.ts';

/** Custom resources whose operators write a Secret, and where they name it if not after themselves. */
const MAKERS: Readonly<Record<string, readonly string[]>> = {
  'bitnami.com/SealedSecret': ['spec', 'template', 'metadata', 'name'],
  'cert-manager.io/Certificate': ['spec', 'secretName'],
  'external-secrets.io/ExternalSecret': ['spec', 'target', 'name'],
  'isindir.github.com/SopsSecret': [],
  'onepassword.com/OnePasswordItem': [],
  'secrets.hashicorp.com/VaultDynamicSecret': ['spec', 'destination', 'name'],
  'secrets.hashicorp.com/VaultPKISecret': ['spec', 'destination', 'name'],
  'secrets.hashicorp.com/VaultStaticSecret': ['spec', 'destination', 'name'],
};

/** Whether an operator will write this Secret because an object of the world asks it to. */
export function isMadeByOperator(world: World, namespace: string, name: string): boolean {
  return world.derive(collect).has(toRefKey({ group: '', kind: 'Secret', namespace, name }));
}

function collect(world: World): ReadonlySet<string> {
  const made = new Set<string>();
  for (const [kind, path] of Object.entries(MAKERS)) {
    const slash = kind.indexOf('/');
    for (const object of world.byKind(kind.slice(0, slash), kind.slice(slash + 1))) {
      made.add(toRefKey({ group: '', kind: 'Secret', namespace: namespaceOrNone(object), name: secretNameOf(object, path) }));
    }
  }
  return made;
}

function secretNameOf(object: KubernetesObject, path: readonly string[]): string {
  return (path.length === 0 ? undefined : getString(object, ...path)) ?? nameOf(object);
}
