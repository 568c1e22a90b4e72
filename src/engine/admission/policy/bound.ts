import { type KubernetesObject, type World } from '../../../model/index.ts';
import { readGatekeepers, type Gatekeeper } from '../gatekeeper.ts';
import { compileMutatingPolicy, compilePolicy, type CompiledMutatingPolicy, type CompiledPolicy } from './compile.ts';

export const GROUP = 'admissionregistration.k8s.io';

/** A policy of a world with one of its bindings. */
export interface Bound {
  readonly policy: KubernetesObject;
  readonly binding: KubernetesObject;
  readonly gatekeeper: Gatekeeper;
}

/** The kinds of policies. */
export type PolicyKind = 'MutatingAdmissionPolicy' | 'ValidatingAdmissionPolicy';

/** The policies of a kind with their bindings, by name. */
export function listBound(world: World, kind: PolicyKind): readonly Bound[] {
  return world.derive(kind === 'MutatingAdmissionPolicy' ? listMutating : listValidating);
}

const listMutating = (world: World): readonly Bound[] => readBound(world, 'MutatingAdmissionPolicy');
const listValidating = (world: World): readonly Bound[] => readBound(world, 'ValidatingAdmissionPolicy');

function readBound(world: World, kind: PolicyKind): readonly Bound[] {
  return readGatekeepers(world).flatMap((gatekeeper) => {
    if (gatekeeper.kind !== kind) return [];
    const policy = world.get({ group: GROUP, kind, name: gatekeeper.name });
    const binding = world.get({ group: GROUP, kind: `${kind}Binding`, name: gatekeeper.configuration });
    return policy === undefined || binding === undefined ? [] : [{ policy, binding, gatekeeper }];
  });
}

const VALIDATING = new WeakMap<KubernetesObject, CompiledPolicy>();
const MUTATING = new WeakMap<KubernetesObject, CompiledMutatingPolicy>();

/** A ValidatingAdmissionPolicy made ready, once. */
export function compileOnce(policy: KubernetesObject): CompiledPolicy {
  let compiled = VALIDATING.get(policy);
  if (compiled === undefined) VALIDATING.set(policy, (compiled = compilePolicy(policy)));
  return compiled;
}

/** A MutatingAdmissionPolicy made ready, once. */
export function compileMutatingOnce(policy: KubernetesObject): CompiledMutatingPolicy {
  let compiled = MUTATING.get(policy);
  if (compiled === undefined) MUTATING.set(policy, (compiled = compileMutatingPolicy(policy)));
  return compiled;
}
