import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';

export type Labels = Readonly<Record<string, string>>;

/** What of a pod matters here. */
export interface PodFields {
  readonly ports?: readonly JsonValue[];
  readonly initContainers?: readonly JsonValue[];
  readonly hostNetwork?: boolean;
  readonly ips?: readonly string[];
  readonly phase?: string;
  readonly ownerReferences?: readonly JsonValue[];
}

/** `shop/web` as metadata. */
function toMetadata(name: string): JsonObject {
  const [namespace = '', own = ''] = name.split('/');
  return { namespace, name: own };
}

function toPodSpec({ ports = [], initContainers = [], hostNetwork = false }: PodFields): JsonObject {
  return { hostNetwork, initContainers, containers: [{ name: 'c', ports }] };
}

export function deployment(name: string, labels: Labels, fields: PodFields = {}): KubernetesObject {
  const template = { metadata: { labels }, spec: toPodSpec(fields) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: toMetadata(name), spec: { template } };
}

export function pod(name: string, labels: Labels, fields: PodFields = {}): KubernetesObject {
  const metadata = { ...toMetadata(name), labels, ownerReferences: fields.ownerReferences ?? [] };
  const podIPs = (fields.ips ?? []).map((ip) => ({ ip }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: toPodSpec(fields),
    status: { podIPs, ...(fields.phase === undefined ? {} : { phase: fields.phase }) },
  };
}

export function namespace(name: string, labels: Labels = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function node(name: string, ip: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { addresses: [{ type: 'InternalIP', address: ip }] } };
}

export function policy(name: string, spec: JsonObject): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: toMetadata(name), spec };
}

/** A selector of labels that must all be there. */
export function having(labels: Labels): JsonObject {
  return { matchLabels: labels };
}
