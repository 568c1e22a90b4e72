import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../src/model/index.ts';
import { stringifyJson, type JsonObject } from '../../src/std/index.ts';
import { createRandom } from './corpus.ts';

/** How large a network is. */
export interface NetworkSize {
  readonly workloads: number;
  readonly policies: number;
  readonly namespaces: number;
}

const PORTS = [80, 443, 5432, 8080, 9090];

/** Deployments and NetworkPolicies of both directions, with selectors of pods and of namespaces and blocks of addresses mixed. */
export function makeNetwork({ workloads, policies, namespaces }: NetworkSize, seed = 11): readonly KubernetesObject[] {
  const random = createRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const homeOf = (index: number): string => `n${index % namespaces}`;
  const anyPods = (): JsonObject => ({ matchLabels: random() < 0.5 ? { app: `a${below(40)}` } : { role: `r${below(5)}` } });
  const anyPeer = (): JsonObject => {
    const kind = random();
    if (kind < 0.4) return { podSelector: anyPods() };
    if (kind < 0.7) return { namespaceSelector: { matchLabels: { tier: `t${below(4)}` } }, podSelector: anyPods() };
    if (kind < 0.8) return { namespaceSelector: { matchLabels: { tier: `t${below(4)}` } } };
    return { ipBlock: { cidr: `10.${below(32)}.0.0/16`, ...(random() < 0.3 ? { except: [] } : {}) } };
  };
  const anyRule = (side: string): JsonObject => ({
    [side]: [anyPeer(), anyPeer()],
    ...(random() < 0.8 ? { ports: [{ protocol: 'TCP', port: PORTS[below(PORTS.length)] ?? 80 }] } : {}),
  });
  return [
    ...Array.from({ length: namespaces }, (_, index): KubernetesObject => {
      const labels = { 'kubernetes.io/metadata.name': `n${index}`, tier: `t${index % 4}` };
      return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `n${index}`, labels } };
    }),
    ...Array.from({ length: workloads }, (_, index) =>
      toDeployment(`w${index}`, homeOf(index), { app: `a${below(40)}`, role: `r${below(5)}` }),
    ),
    ...Array.from({ length: policies }, (_, index): KubernetesObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p${index}`, namespace: homeOf(below(namespaces)) },
      spec: { podSelector: anyPods(), policyTypes: ['Ingress', 'Egress'], ingress: [anyRule('from')], egress: [anyRule('to')] },
    })),
  ];
}

function toDeployment(name: string, namespace: string, labels: JsonObject): KubernetesObject {
  const containers = [{ name: 'main', image: 'registry.example/app:1', ports: [{ name: 'http', containerPort: 8080 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** Writes the objects as a repository would have them: a file a namespace. */
export function writeNetwork(directory: string, objects: readonly KubernetesObject[]): void {
  mkdirSync(directory, { recursive: true });
  const files = new Map<string, string[]>();
  for (const object of objects) {
    const namespace = object.metadata['namespace'];
    const file = typeof namespace === 'string' ? namespace : 'cluster';
    const texts = files.get(file) ?? [];
    texts.push(stringifyJson(object));
    files.set(file, texts);
  }
  for (const [file, texts] of files) writeFileSync(join(directory, `${file}.yaml`), texts.join('\n---\n'));
}
