import { nameOf, refOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';
import { findDaemonNodes } from './daemon-nodes.ts';
import type { Expander } from './expansion.ts';
import { childrenOf } from './ownership.ts';
import { toDaemonPod } from './pod-factory.ts';
import { isActivePod } from './replicas.ts';
import { isPodOfTemplate, templateOf } from './template.ts';

/** A DaemonSet's pods: one on each node that it may run on, held there by node affinity, and those that are on nodes closed since. */
export const EXPAND_DAEMON_SET: Expander = {
  group: 'apps',
  kind: 'DaemonSet',
  inputs: (set, world) => [world.kind('', 'Node'), ...childrenOf(world, set, '', 'Pod')],
  expand: (set, { world, admission }) => {
    const template = templateOf(set);
    const pods = childrenOf(world, set, '', 'Pod');
    const { run, keep } = findDaemonNodes(getObject(template, 'spec') ?? {}, world.byKind('', 'Node'));
    const kept = new Map(pods.filter((pod) => isActivePod(pod) && isKept(set, pod)).map((pod) => [daemonNodeOf(pod), pod]));
    const add: KubernetesObject[] = [];
    for (const [ordinal, node] of run.entries()) {
      if (kept.has(nameOf(node))) continue;
      add.push(toDaemonPod(set, template, { name: `${nameOf(set)}-${ordinal}`, node: nameOf(node) }, admission));
    }
    const stay = new Set(keep.map((node) => kept.get(nameOf(node))));
    return { add, remove: pods.filter((pod) => !stay.has(pod)).map(refOf) };
  },
};

function isKept(set: KubernetesObject, pod: KubernetesObject): boolean {
  return getString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete' || isPodOfTemplate(pod, templateOf(set));
}

/** The node that a DaemonSet's pod is on or held to. */
export function daemonNodeOf(pod: KubernetesObject): string {
  const node = getString(pod, 'spec', 'nodeName') ?? '';
  if (node !== '') return node;
  const terms = getArray(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  return getString(terms[0], 'matchFields', 0, 'values', 0) ?? '';
}
