import { refuseGrant, refuseRequest, restrictNode, type UserInfo } from '../engine/rbac/index.ts';
import {
  labelsOf,
  toFinding,
  toRefKey,
  type Finding,
  type KubernetesObject,
  type RefKey,
  type Step,
  type Wave,
  type World,
} from '../model/index.ts';
import { getString } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';
import { lineOf } from './place.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** The sides of a change. */
interface Sides {
  readonly change: Pick<Step, 'ref'>;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/**
 * The changes that the API server would refuse to whoever applies: a request that no rule allows, what is not a node's to write, or
 * a role or binding that grants what they do not hold, each with the rights that the waves before have given. Nothing where it is not known who applies,
 * where the roles of the cluster are not known, of changes that the API server was asked about in their name, and of who asks and may write
 * nothing of the plan at all: they only read it.
 */
export function findForbidden(
  waves: readonly Wave[],
  entries: readonly Sides[],
  byKey: ReadonlyMap<RefKey, Desired>,
  input: PlanInput,
): readonly Finding[] {
  const { applier, answers, isStandIn = false } = input;
  if (applier === undefined || !knowsPolicy(input)) return [];
  const sides = new Map(entries.map((entry) => [toRefKey(entry.change.ref), entry]));
  const findings: Finding[] = [];
  let asked = 0;
  let world = input.before;
  for (const { steps } of waves) {
    for (const step of steps) {
      const key = toRefKey(step.ref);
      if (!isStandIn && answers?.has(key) === true) continue;
      asked++;
      const why = refuse(step, sides.get(key), applier, world, input);
      if (why !== undefined) findings.push(toForbidden(step, byKey.get(key), applier, why));
    }
    world = advance(world, steps, sides);
  }
  return !isStandIn && findings.length === asked && findings.every(isNoRequest) ? [] : findings;
}

/** Whether it is the request that is not allowed, and not what is granted by it. */
function isNoRequest({ data }: Finding): boolean {
  return getString(data, 'why')?.includes(' cannot ') === true;
}

/** Whether before is a cluster whose roles were read: in files alone those of who applies are seldom written. */
function knowsPolicy({ before, mode, unread = [] }: PlanInput): boolean {
  return mode === 'live' && !unread.some((kind) => kind.startsWith(`${RBAC_GROUP}/`)) && holdsDefaultRoles(before);
}

/** Whether a world has roles that an API server makes by itself: then it was read from a cluster with its roles. */
export function holdsDefaultRoles(world: World): boolean {
  return world.byKind(RBAC_GROUP, 'ClusterRole').some((role) => labelsOf(role).has('kubernetes.io/bootstrapping'));
}

function refuse(step: Step, sides: Sides | undefined, user: UserInfo, world: World, { catalog }: PlanInput): string | undefined {
  const { ref, action } = step;
  const [kind] = catalog.findVersions(ref.group, ref.kind);
  if (kind === undefined) return undefined;
  const namespace = ref.group === '' && ref.kind === 'Namespace' ? ref.name : (ref.namespace ?? '');
  const target = { kind: 'resource', user, group: ref.group, resource: kind.plural, subresource: '', namespace, name: ref.name } as const;
  const object = sides?.after === undefined ? {} : { object: sides.after };
  const old = sides?.before === undefined ? {} : { old: sides.before };
  const stored = action === 'update' ? sides?.before : undefined;
  const ask: Readonly<Record<Check, () => string | undefined>> = {
    create: () => request('create'),
    delete: () => request('delete'),
    patch: () => request('patch'),
    'admit-create': () => restrictNode(world, { ...target, ...object, operation: 'create' }),
    'admit-delete': () => restrictNode(world, { ...target, ...old, operation: 'delete' }),
    'admit-update': () => restrictNode(world, { ...target, ...object, ...old, operation: 'update' }),
    grant: () => (ref.group === RBAC_GROUP && sides?.after !== undefined ? grant(sides.after) : undefined),
  };
  const request = (verb: string): string | undefined => refuseRequest(world, { ...target, verb });
  const grant = (after: KubernetesObject): string | undefined =>
    refuseGrant(world, { user, after, isNamed: true, ...(stored === undefined ? {} : { before: stored }) });
  for (const check of CHECKS[action]) {
    const why = ask[check]();
    if (why !== undefined) return why;
  }
  return undefined;
}

type Check = 'admit-create' | 'admit-delete' | 'admit-update' | 'create' | 'delete' | 'grant' | 'patch';

/** What is looked at for each action, in the server's order (`apiserver/pkg/endpoints/handlers/patch.go`: whether it may be made comes last). */
const CHECKS: Readonly<Record<Step['action'], readonly Check[]>> = {
  create: ['patch', 'admit-create', 'grant', 'create'],
  update: ['patch', 'admit-update', 'grant'],
  replace: ['delete', 'admit-delete', 'patch', 'admit-create', 'grant', 'create'],
  delete: ['delete', 'admit-delete'],
  none: [],
};

function advance(world: World, steps: readonly Step[], sides: ReadonlyMap<RefKey, Sides>): World {
  const own = steps.filter(({ ref }) => ref.group === RBAC_GROUP);
  if (own.length === 0) return world;
  const gone = own.filter(({ action }) => action === 'delete').map(({ ref }) => ref);
  return world.without(gone).with(own.flatMap(({ ref }) => sides.get(toRefKey(ref))?.after ?? []));
}

function toForbidden({ ref, source }: Step, desired: Desired | undefined, user: UserInfo, why: string): Finding {
  const place = desired === undefined ? source : lineOf(desired.manifest.origin);
  return toFinding('KA0301', { ref, ...(place === undefined ? {} : { source: place }), data: { user: user.name, why } });
}
