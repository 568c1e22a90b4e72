import { getArray, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { listNodeAddresses, text, type End } from '../naive-network.ts';
import { isHost } from './naive-question.ts';

/** Whether a node of the objects has an address. */
export function isNodeAddress(objects: readonly KubernetesObject[], ip: string): boolean {
  return listNodeAddresses(objects).includes(ip);
}

/** The addresses that an end may be seen as: those of its node, of every node where its own is not known, or its own. */
export function listAddresses(objects: readonly KubernetesObject[], end: End): readonly string[] {
  if ('ip' in end) return [end.ip];
  if (isHost(end)) return listNodeAddresses(objects, getString(end.pod, 'spec', 'nodeName'));
  const own = getString(end.pod, 'status', 'podIPs', 0, 'ip');
  return own === undefined ? [] : [own];
}

/** Whether a host is one of some nodes: a node by its address, or a pod in the network of one; `perhaps` where nobody can say. */
export function isOnNodes(objects: readonly KubernetesObject[], end: End, isMeant: (labels: JsonValue) => boolean): boolean | 'perhaps' {
  const nodes = objects.filter(({ kind }) => kind === 'Node');
  const meant = nodes.filter(({ metadata }) => isMeant((metadata as Readonly<Record<string, JsonValue>>)['labels'] ?? {}));
  if ('ip' in end) return meant.some((node) => getArray(node, 'status', 'addresses').some((item) => getString(item, 'address') === end.ip));
  if (!isHost(end)) return false;
  const name = getString(end.pod, 'spec', 'nodeName');
  if (name !== undefined && nodes.length > 0) return meant.some((node) => text(node, 'name') === name);
  if (nodes.length === 0) return 'perhaps';
  return meant.length === nodes.length ? true : meant.length === 0 ? false : 'perhaps';
}
