import { toRefKey, type Fact, type FactChange, type ObjectRef, type World } from '../../model/index.ts';
import { isEqualJson } from '../../std/index.ts';
import type { Binding } from './binding.ts';
import { readPolicy } from './policy.ts';

/** Bindings that name a role that does not exist in one of the worlds and did in the other, or were not there. */
export function listDangling(before: World, after: World): readonly FactChange[] {
  const [a, b] = [before.derive(findDangling), after.derive(findDangling)];
  return [
    ...[...b].filter(([key]) => !a.has(key)).map(([, fact]): FactChange => ({ change: 'gained', fact })),
    ...[...a]
      .filter(([key, { subject }]) => !b.has(key) && stillBinds(before, after, subject))
      .map(([, fact]): FactChange => ({ change: 'lost', fact: { ...fact, severity: 'info' } })),
  ];
}

/** Whether a binding names after the change what it named before: then its role has come. */
function stillBinds(before: World, after: World, ref: ObjectRef | undefined): boolean {
  const [was, is] = [before, after].map((world) => (ref === undefined ? undefined : world.get(ref)));
  return was !== undefined && is !== undefined && isEqualJson(was['roleRef'], is['roleRef']);
}

function findDangling(world: World): ReadonlyMap<string, Fact> {
  const policy = readPolicy(world);
  const facts = policy.bindings
    .filter((binding) => policy.rulesOf(binding.role, binding.namespace) === undefined && world.get(binding.ref) !== undefined)
    .map(toFact);
  return new Map(facts.map((fact) => [fact.key, fact]));
}

function toFact(binding: Binding): Fact {
  const { ref, role } = binding;
  const of = role.kind === 'Role' ? `${binding.namespace}/${role.name}` : role.name;
  return {
    engine: 'rbac',
    code: 'KA0201',
    severity: 'warning',
    key: `dangling ${toRefKey(ref)} ${role.kind} ${role.name}`,
    subject: ref,
    data: { binding: `${ref.kind} ${binding.namespace === '' ? '' : `${binding.namespace}/`}${ref.name}`, role: `${role.kind} ${of}` },
    objects: [
      { ref, path: '/roleRef' },
      {
        ref: {
          group: ref.group,
          version: ref.version,
          kind: role.kind,
          ...(role.kind === 'Role' ? { namespace: binding.namespace } : {}),
          name: role.name,
        },
      },
    ],
  };
}
