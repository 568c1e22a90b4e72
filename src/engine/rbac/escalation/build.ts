import { groupBy, sortedUnique } from '../../../std/index.ts';
import type { KubernetesObject, World } from '../../../model/index.ts';
import type { Binding } from '../binding.ts';
import type { Grant } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import { lend, listAllowedOn, listGrantsOf, listOthers, toOrigin, type ActingMode } from './acting.ts';
import { addActingSteps } from './acting-steps.ts';
import { addClusterSteps } from './cluster-steps.ts';
import { listFootholdSteps } from './foothold-steps.ts';
import { GraphBuilder, type EscalationGraph, type Footing } from './graph.ts';
import { addIdentitySteps } from './identity-steps.ts';
import { toAccountKey, type Place } from './place.ts';
import { addPodSteps } from './pod-steps.ts';
import { LENT, makeGrant, Powers, type Need } from './powers.ts';
import { listRights } from './right.ts';
import { addRoleSteps } from './role-steps.ts';
import type { Site } from './site.ts';
import type { StepKind } from './step.ts';
import { readSurroundings, type Surroundings } from './surroundings.ts';
import { readWorkload, type Workload } from './workload.ts';

type Scopes = ReadonlyMap<string, readonly Grant[]>;

/** Somebody at a place of the graph. */
interface Actor {
  readonly from: Place;
  readonly key: string;
  readonly own: Scopes;
  /** What it may do in the place of others: then the steps that take some of it alone are looked for. */
  readonly lent?: Scopes;
  /** Whether it has neither bound a role to itself nor acts for others. */
  readonly isFirst: boolean;
}

/** The graph of a world, with what it was made from. */
export interface Escalations {
  readonly graph: EscalationGraph;
  readonly around: Surroundings;
}

/**
 * Who can take what, step by step: from every principal that a binding names, every ServiceAccount and every workload, by the
 * primitives of Kubernetes' authorization and of its Pods. What holds of many is one place in between (the ServiceAccounts
 * of a namespace), so that the graph grows with the bindings, not with what they reach.
 */
export function buildGraph(world: World): Escalations {
  const around = readSurroundings(world);
  const build = new Building(around);
  build.addStructure();
  for (const key of sortedUnique(around.policy.grants.keys())) build.addActor(key);
  build.addMembers();
  return { graph: build.builder.finish(), around };
}

class Building {
  readonly builder = new GraphBuilder();
  readonly #around: Surroundings;
  readonly #entered = new Set<number>();
  readonly #scopes = new Map<string, Scopes>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  #join(from: Place, to: Place, step: StepKind, footing?: readonly Footing[]): void {
    this.builder.connect(this.builder.place(from), this.builder.place(to), step, [], footing);
  }

  addStructure(): void {
    const { namespaces, controlPlane, workloads } = this.#around;
    const everywhere = (kind: 'control' | 'secrets' | 'accounts' | 'pods' | 'workloads'): Place => ({ kind, scope: '*' });
    for (const kind of ['pods', 'workloads', 'accounts', 'secrets'] as const)
      this.#join(everywhere('control'), everywhere(kind), 'includes');
    for (const kind of ['accounts', 'secrets'] as const) this.#join(everywhere('pods'), everywhere(kind), 'includes');
    for (const namespace of namespaces) this.#addNamespace(namespace);
    this.#join({ kind: 'nodes' }, everywhere('workloads'), 'on-node');
    if (controlPlane !== undefined) this.#join({ kind: 'nodes' }, { kind: 'admin' }, 'control-plane', [controlPlane]);
    for (const workload of [...workloads.values()].flat()) {
      if (!workload.isEverywhere) continue;
      this.#join({ kind: 'node' }, { kind: 'workload', ref: workload.ref }, 'on-node', [{ ref: workload.ref }]);
    }
  }

  #addNamespace(scope: string): void {
    const { accounts, tokens, workloads, cloudRoles } = this.#around;
    for (const kind of ['control', 'pods', 'workloads', 'accounts', 'secrets'] as const)
      this.#join({ kind, scope: '*' }, { kind, scope }, 'includes');
    for (const kind of ['pods', 'workloads', 'accounts', 'secrets'] as const)
      this.#join({ kind: 'control', scope }, { kind, scope }, 'includes');
    for (const kind of ['accounts', 'secrets'] as const) this.#join({ kind: 'pods', scope }, { kind, scope }, 'includes');
    if (this.#around.admitsPrivileged(scope)) {
      const level: Footing = { ref: { group: '', version: 'v1', kind: 'Namespace', name: scope }, path: '/metadata/labels' };
      this.#join({ kind: 'pods', scope }, { kind: 'nodes' }, 'privileged-pod', [level]);
    }
    for (const name of accounts.get(scope) ?? []) {
      const identity: Place = { kind: 'identity', key: toAccountKey(scope, name) };
      this.#join({ kind: 'accounts', scope }, identity, 'includes');
      const cloudRole = cloudRoles.get(identity.key);
      if (cloudRole !== undefined) this.#join(identity, { kind: 'cloud' }, 'cloud-role', [cloudRole]);
    }
    for (const { name, account, footing } of tokens.get(scope) ?? []) {
      const identity: Place = { kind: 'identity', key: toAccountKey(scope, account) };
      this.#join({ kind: 'secrets', scope }, identity, 'token-in-secret', [footing]);
      this.#join({ kind: 'secret', namespace: scope, name }, identity, 'token-in-secret', [footing]);
    }
    for (const workload of workloads.get(scope) ?? []) {
      this.#join({ kind: 'workloads', scope }, { kind: 'workload', ref: workload.ref }, 'includes');
      this.#addWorkload(workload);
    }
  }

  #addWorkload(workload: Workload): void {
    const { ref, namespace, account, secrets, escape, logs, isEverywhere } = workload;
    const from: Place = { kind: 'workload', ref };
    const number = this.builder.place(from);
    if (this.#entered.has(number)) return;
    this.#entered.add(number);
    if (account !== undefined)
      this.#join(from, { kind: 'identity', key: toAccountKey(namespace, account.name) }, 'runs-as', account.footing);
    for (const { name, footing } of secrets) this.#join(from, { kind: 'secret', namespace, name }, 'mounts', [footing]);
    if (escape !== undefined && (!escape.isRefusable || this.#around.admitsPrivileged(namespace)))
      this.#join(from, { kind: isEverywhere ? 'nodes' : 'node' }, 'escape', escape.footing);
    if (account === undefined || (escape === undefined && logs === undefined)) return;
    const grants = listGrantsOf(this.#around.policy, toAccountKey(namespace, account.name));
    for (const { step, to, needs, footing } of listFootholdSteps(workload, grants, this.#around.admitsPrivileged(namespace)))
      this.builder.connect(number, this.builder.place(to), step, needs, footing);
  }

  /** The groups that somebody is surely in, and that may do something; whoever has a node is in that of the nodes. */
  addMembers(): void {
    const nodes: Place = { kind: 'identity', key: 'group system:nodes' };
    if (this.builder.has(nodes)) for (const kind of ['node', 'nodes'] as const) this.#join({ kind }, nodes, 'kubelet');
    const accounts = [...this.#around.accounts].flatMap(([namespace, names]) => names.map((name) => toAccountKey(namespace, name)));
    for (const key of sortedUnique([...this.#around.policy.grants.keys(), ...accounts])) {
      for (const group of toPrincipal(key).groups) {
        const to: Place = { kind: 'identity', key: group };
        if (this.builder.has(to)) this.#join({ kind: 'identity', key }, to, 'member');
      }
    }
  }

  addActor(key: string): void {
    const from: Place = { kind: 'identity', key };
    if (key === 'group system:masters') return this.#join(from, { kind: 'admin' }, 'admin');
    const own = this.#scopesOf(key);
    if (own.size === 0) return;
    if (key.startsWith('group ')) this.#join({ kind: 'groups' }, from, 'includes');
    else if (!key.startsWith('user system:serviceaccount:')) this.#join({ kind: 'users' }, from, 'includes');
    this.#addSteps({ from, key, own, isFirst: true });
  }

  /** The grants of a subject by scope, without those that no step asks for; of who may rewrite roles all, since it may rewrite those. */
  #scopesOf(key: string): Scopes {
    let scopes = this.#scopes.get(key);
    if (scopes === undefined) {
      const all: Scopes = this.#around.policy.grants.get(key) ?? new Map();
      const rights = ({ rules }: Grant): readonly string[] => (rules === undefined ? [] : [...listRights(rules).keys()]);
      const mayRewrite = [...all.values()].some((grants) =>
        grants.some((grant) => rights(grant).some((right) => right.startsWith('escalate '))),
      );
      const useful = [...all].map(([scope, grants]) => [scope, grants.filter((grant) => rights(grant).length > 0)] as const);
      scopes = mayRewrite ? all : new Map(useful.filter(([, grants]) => grants.length > 0));
      this.#scopes.set(key, scopes);
    }
    return scopes;
  }

  #addSteps(actor: Actor): void {
    const { key, own, lent } = actor;
    const groups = toPrincipal(key).groups.map((group) => this.#scopesOf(group));
    const ofGroups = (scope: string): readonly Grant[] => groups.flatMap((group) => group.get(scope) ?? []);
    const shared = (lent ?? own).has('') ? [...own.keys(), ...groups.flatMap((group) => [...group.keys()])] : [];
    for (const scope of sortedUnique([...(lent ?? own).keys(), ...shared])) {
      const list = (scopes: Scopes): readonly Grant[] => [...(scope === '' ? [] : (scopes.get('') ?? [])), ...(scopes.get(scope) ?? [])];
      const others = [...(scope === '' ? [] : ofGroups('')), ...ofGroups(scope)];
      const powers = lent === undefined ? new Powers(scope, list(own), others) : new Powers(scope, list(lent), [...list(own), ...others]);
      if (powers.isEmpty) continue;
      const site = this.#toSite(actor, powers);
      addClusterSteps(site);
      addPodSteps(site);
      addIdentitySteps(site);
      addRoleSteps(site);
      if (actor.isFirst) addActingSteps(site);
    }
  }

  #toSite(actor: Actor, powers: Powers): Site {
    const { namespaces } = this.#around;
    const give: Site['give'] = (step, to, needs, footing = []) => {
      const met = needs.filter((need) => need !== undefined);
      if (met.length === needs.length && powers.isOwn(met))
        this.builder.connect(this.builder.place(actor.from), this.builder.place(to), step, met.map(withOrigins), footing);
    };
    const isWide = powers.scope === '';
    return {
      powers,
      scope: isWide ? '*' : powers.scope,
      namespaces: isWide ? namespaces : [powers.scope],
      around: this.#around,
      isFirst: actor.isFirst,
      give,
      bind: (step, role, needs, footing) => {
        if (actor.isFirst) this.#bind(actor, powers.scope, role, (to) => give(step, to, needs, footing), needs);
      },
      act: (mode, targets, needs) => this.#act(actor, powers.scope, { mode, targets }, (to, on) => give('impersonate', to, [...needs, on])),
      on: (mode, namespace) => {
        const allowed = listAllowedOn(mode, listGrantsOf(this.#around.policy, actor.key));
        return new Powers(
          namespace,
          allowed.filter(({ binding }) => ['', namespace].includes(binding.namespace)),
          [],
        );
      },
      enter: (step, pod, needs) => this.#enter(pod, (to) => give(step, to, needs)),
    };
  }

  /** What somebody may do that makes some requests in the place of others. */
  #act(
    { key, own }: Actor,
    scope: string,
    { mode, targets }: { readonly mode: ActingMode; readonly targets: readonly string[] },
    give: (to: Place, on: Need) => void,
  ): void {
    const allowed = listAllowedOn(mode, listGrantsOf(this.#around.policy, key));
    const others = targets.filter((target) => target !== key);
    if (allowed.length === 0 || others.length === 0) return;
    const theirs = listOthers(key, others).flatMap((target) => [...this.#scopesOf(target).values()].flat());
    const lent = groupBy(lend(theirs, allowed), ({ binding }) => binding.namespace);
    const from: Place = { kind: 'acting', key, mode, others, scope };
    if (this.builder.has(from)) return;
    give(from, { rights: [], names: [], grants: allowed });
    if (this.builder.has(from)) this.#addSteps({ from, key, own, lent, isFirst: false });
  }

  #enter(pod: KubernetesObject, give: (to: Place) => void): void {
    const workload = readWorkload(this.#around.world, pod);
    if (workload === undefined) return;
    this.#addWorkload(workload);
    give({ kind: 'workload', ref: workload.ref });
  }

  /** What somebody may do once it has bound a role to itself. */
  #bind({ key, own }: Actor, scope: string, role: Binding['role'], give: (to: Place) => void, needs: readonly (Need | undefined)[]): void {
    const rules = this.#around.policy.rulesOf(role, scope);
    if (rules === undefined || listRights(rules).size === 0 || needs.includes(undefined)) return;
    const to: Place = { kind: 'bound', key, role: `${role.kind} ${role.name}`, scope };
    const isNew = !this.builder.has(to);
    give(to);
    if (!isNew) return;
    const group = 'rbac.authorization.k8s.io';
    const kind = scope === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    const ref = { group, version: 'v1', kind, ...(scope === '' ? {} : { namespace: scope }), name: '' };
    const made = makeGrant({ binding: { ref, namespace: scope, role, subjects: [] }, subjectIndex: 0, rules });
    this.#addSteps({ from: to, key, own: new Map([...own, [scope, [...(own.get(scope) ?? []), made]]]), isFirst: false });
  }
}

function withOrigins(need: Need): Need {
  const isLent = need.grants.some(({ order }) => order === LENT);
  return isLent ? { ...need, grants: [...new Set(need.grants.map(toOrigin))] } : need;
}
