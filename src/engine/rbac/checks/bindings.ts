import { sortedUnique } from '../../../std/index.ts';
import { formatRef, World, type Fact } from '../../../model/index.ts';
import { listSubjectKeys, type Binding } from '../binding.ts';
import { groupHoldings, type Gain } from '../gain.ts';
import { compact, toCoverage, type Holding } from '../holding.ts';
import { readPolicy, type Grant, type RbacPolicy } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import { describeAbility, joinSome } from '../wording.ts';
import { toHoldings, WiderGrants } from './wider.ts';
import { isOfKubernetes, toCheck, type CheckScope } from './check.ts';

/** Bindings to nobody, to everybody, to accounts that pods run as unasked, of dangerous rights, and those that add nothing. */
export function checkBindings(world: World, isAsked: CheckScope['isAskedBinding']): readonly Fact[] {
  const policy = readPolicy(world);
  const wider = new WiderGrants(policy);
  return policy.bindings.filter(isAsked).flatMap((binding) => {
    const object = world.get(binding.ref);
    if (object === undefined || isOfKubernetes(object)) return [];
    const grants = listGrantsOf(binding, policy);
    if (grants.length === 0) return [toCheck('KA0202', { ref: binding.ref, path: '/subjects', data: { binding: formatRef(binding.ref) } })];
    return [
      ...checkPowers(binding, grants),
      ...grants.flatMap((grant) => [...checkEverybody(grant), ...checkDefaultAccount(grant), ...checkNodes(grant)]),
      ...checkRedundant(binding, grants, wider),
    ];
  });
}

/** The grants of a binding, one for each of its subjects that is somebody. */
function listGrantsOf(binding: Binding, policy: RbacPolicy): readonly Grant[] {
  const keys = sortedUnique(listSubjectKeys(binding).filter((key) => key !== undefined));
  return keys.flatMap((key) => (policy.grants.get(key)?.get(binding.namespace) ?? []).filter((grant) => grant.binding === binding));
}

function describe(gains: readonly Gain[]): string {
  return sortedUnique(gains.map(describeAbility)).join('; ');
}

/** A word for each: what makes rights dangerous is told once for each binding, be there many subjects or few. */
function checkPowers(binding: Binding, grants: readonly Grant[]): readonly Fact[] {
  const [first] = grants;
  if (first === undefined) return [];
  const gains = groupHoldings(compact(toHoldings(first))).filter(({ power }) => power !== undefined);
  if (gains.length === 0) return [];
  const subjects = grants.map((grant) => nameOf(grant));
  const data = {
    binding: formatRef(binding.ref),
    subjects: joinSome(subjects),
    can: describe(gains),
    role: `${binding.role.kind} ${binding.role.name}`,
  };
  return [toCheck('KA0602', { ref: binding.ref, path: '/roleRef', data })];
}

function keyOf({ binding, subjectIndex }: Grant): string {
  return listSubjectKeys(binding)[subjectIndex] ?? '';
}

function nameOf(grant: Grant): string {
  return toPrincipal(keyOf(grant)).text;
}

/** Groups and users that nobody chooses the members of, with those whom they stand for. */
const EVERYBODY: Readonly<Record<string, string>> = {
  'group system:authenticated': 'whoever the cluster lets in, every ServiceAccount included',
  'group system:serviceaccounts': 'every Pod of the cluster that mounts a token',
  'group system:unauthenticated': 'whoever reaches the API server, without a password or token',
  'user system:anonymous': 'whoever reaches the API server, without a password or token',
};

const FRESH = readPolicy(World.EMPTY);

function checkEverybody(grant: Grant): readonly Fact[] {
  const key = keyOf(grant);
  const whom = EVERYBODY[key];
  if (whom === undefined) return [];
  const isFromTheStart = toCoverage(FRESH, [key, ...toPrincipal(key).groups]);
  const holdings = compact(toHoldings(grant).filter(({ permission, namespace }) => !isFromTheStart(permission, namespace)));
  if (holdings.length === 0) return [];
  const gains = groupHoldings(holdings);
  const { ref } = grant.binding;
  const data = { binding: formatRef(ref), subject: nameOf(grant), whom, can: describe(gains) };
  return [
    toCheck('KA0609', { ref, path: `/subjects/${grant.subjectIndex}`, data, detail: key, severity: severityFor(key, holdings, gains) }),
  ];
}

function severityFor(key: string, holdings: readonly Holding[], gains: readonly Gain[]): Fact['severity'] {
  const isAnonymous = key === 'user system:anonymous' || key === 'group system:unauthenticated';
  if (isAnonymous) return holdings.some(({ permission }) => permission.kind === 'resource') ? 'error' : 'warning';
  if (key === 'group system:authenticated') return 'warning';
  return gains.some(({ power }) => power !== undefined) ? 'warning' : 'info';
}

function checkDefaultAccount(grant: Grant): readonly Fact[] {
  const { binding, subjectIndex } = grant;
  const subject = binding.subjects[subjectIndex];
  if (subject?.kind !== 'ServiceAccount' || subject.name !== 'default' || toHoldings(grant).length === 0) return [];
  const data = { binding: formatRef(binding.ref), namespace: subject.namespace };
  return [toCheck('KA0610', { ref: binding.ref, path: `/subjects/${subjectIndex}`, data, detail: subject.namespace })];
}

/** The Node authorizer lets a kubelet at what its own pods need; this role lets each at what those of all nodes need. */
function checkNodes(grant: Grant): readonly Fact[] {
  const { binding, subjectIndex } = grant;
  if (binding.role.name !== 'system:node' || keyOf(grant) !== 'group system:nodes') return [];
  return [toCheck('KA0615', { ref: binding.ref, path: `/subjects/${subjectIndex}`, data: { binding: formatRef(binding.ref) } })];
}

/** A binding of which every subject holds all by another binding: of equal ones the later. */
function checkRedundant(binding: Binding, grants: readonly Grant[], wider: WiderGrants): readonly Fact[] {
  const others = grants.map((grant) => wider.find(grant));
  const [first] = others;
  if (first === undefined || others.includes(undefined)) return [];
  const by = sortedUnique(others.flatMap((other) => (other === undefined ? [] : [formatRef(other.binding.ref)])));
  return [toCheck('KA0608', { ref: binding.ref, path: '', data: { binding: formatRef(binding.ref), others: joinSome(by) } })];
}
