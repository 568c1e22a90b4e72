import type { Grant } from '../policy.ts';
import type { Footing } from './graph.ts';
import type { Place } from './place.ts';
import type { Need } from './powers.ts';
import { listRulesOf, type Right } from './right.ts';
import { toRights } from './site.ts';
import type { StepKind } from './step.ts';
import type { Workload } from './workload.ts';

/** What a workload that is taken over gets by rights of its own together with what it holds of its node. */
export interface FootholdStep {
  readonly step: StepKind;
  readonly to: Place;
  readonly needs: readonly Need[];
  readonly footing: readonly Footing[];
}

/** Whoever may do one of these keeps Pods off a node. */
const SHUT_NODES: readonly Right[] = [
  ...toRights('patch update', '/nodes', '/nodes/status'),
  ...toRights('delete deletecollection', '/nodes'),
];
const REMOVE_PODS: readonly Right[] = [...toRights('delete deletecollection', '/pods'), 'create /pods/eviction'];
const READ_LOGS: readonly Right[] = ['get /pods/log'];
const READ_NODE_LOGS: readonly Right[] = ['get /nodes/log'];

/**
 * The steps of a workload whose ServiceAccount holds some grants: whoever has its node shuts the others and removes their Pods, which are made
 * anew where it is; and whoever puts a link among the logs of its node has the kubelet read the file that it leads to.
 */
export function listFootholdSteps(workload: Workload, grants: readonly Grant[], isPrivilegedAdmitted: boolean): readonly FootholdStep[] {
  const { account, escape, logs, isEverywhere, namespace } = workload;
  if (account === undefined) return [];
  const steps: FootholdStep[] = [];
  const find = (rights: readonly Right[], scope: string): Need | undefined => findNeed(grants, rights, scope);
  if (escape !== undefined && !isEverywhere && (isPrivilegedAdmitted || !escape.isRefusable)) {
    const shut = find(SHUT_NODES, '');
    for (const scope of new Set(shut === undefined ? [] : grants.map(({ binding }) => binding.namespace))) {
      const remove = find(REMOVE_PODS, scope);
      if (shut === undefined || remove === undefined) continue;
      const to: Place = { kind: 'workloads', scope: scope === '' ? '*' : scope };
      steps.push({ step: 'node-steal', to, needs: [shut, remove], footing: [...escape.footing, ...account.footing] });
    }
  }
  const read =
    logs === undefined || !isPrivilegedAdmitted
      ? undefined
      : (find(READ_NODE_LOGS, '') ?? find(READ_LOGS, '') ?? find(READ_LOGS, namespace));
  if (logs !== undefined && read !== undefined)
    steps.push({ step: 'log-link', to: { kind: isEverywhere ? 'nodes' : 'node' }, needs: [read], footing: [logs, ...account.footing] });
  return steps;
}

/** One of some rights in a namespace (`""`: everywhere), for every name; undefined if no grant of it gives one. */
function findNeed(grants: readonly Grant[], rights: readonly Right[], scope: string): Need | undefined {
  const given = grants.filter(
    ({ binding, rules = [] }) => binding.namespace === scope && rights.some((right) => listRulesOf(rules, right, []).length > 0),
  );
  return given.length === 0 ? undefined : { rights, names: [], grants: given };
}
