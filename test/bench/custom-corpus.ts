import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from './corpus.ts';

const RESOURCES_PER_FILE = 10;
const FAULT_EVERY = 100;

/** Rules as definitions of real projects have them: of the whole, of a list's items, of text and of quantities. */
const RULES: readonly (readonly [rule: string, message: string])[] = [
  ['self.minReplicas <= self.maxReplicas', 'minReplicas must not exceed maxReplicas'],
  ['self.maxReplicas < 1000', 'no more than 1000 replicas'],
  ['self.minReplicas > 0 || has(self.schedule)', 'what may be empty needs a schedule'],
  ["self.mode == 'Fixed' ? self.minReplicas == self.maxReplicas : true", 'fixed means one number'],
  ["self.mode in ['Fixed', 'Range']", 'mode must be Fixed or Range'],
  ["self.image.contains(':')", 'images need a tag'],
  ["!self.image.endsWith(':latest')", 'latest is no tag'],
  ["self.image.startsWith('registry.example.com/')", 'images come from our registry'],
  ["self.image.matches('^[a-z0-9./-]+:[0-9.]+$')", 'images are named as ours are'],
  ['self.ports.all(p, p.number > 0 && p.number < 65536)', 'ports are between 1 and 65535'],
  ['self.ports.all(p, self.ports.exists_one(q, q.name == p.name))', 'ports have names of their own'],
  ["self.ports.exists(p, p.name == 'http')", 'one port is http'],
  ['self.ports.map(p, p.number).filter(n, n < 1024).size() == 0', 'no privileged ports'],
  ['size(self.ports) <= 8', 'eight ports are enough'],
  ["self.labels.all(key, key.startsWith('example.com/'))", 'labels are of example.com'],
  ["has(self.labels) && 'example.com/team' in self.labels", 'whose it is must be said'],
  ["quantity(self.memory).isLessThan(quantity('64Gi'))", 'no more than 64Gi'],
  ["quantity(self.memory).compareTo(quantity('1Mi')) > 0", 'more than 1Mi'],
  ["isURL(self.url) && url(self.url).getScheme() == 'https'", 'only https'],
  ["duration(self.timeout) > duration('1s') && duration(self.timeout) < duration('1h')", 'between a second and an hour'],
];

/** Custom resources under twenty rules in CEL, and their definition; the names of those that break one rule, each by a number out of range. */
export function writeCustomResources(directory: string, count: number): readonly string[] {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'definition.yaml'), DEFINITION);
  const random = createRandom(1);
  const faulty: string[] = [];
  for (let start = 0; start < count; start += RESOURCES_PER_FILE) {
    const texts: string[] = [];
    for (let index = start; index < Math.min(count, start + RESOURCES_PER_FILE); index++) {
      const isFaulty = index % FAULT_EVERY === 0;
      if (isFaulty) faulty.push(`service-${index}`);
      texts.push(writeOne(index, 1 + Math.floor(random() * 50), isFaulty));
    }
    writeFileSync(join(directory, `services-${start}.yaml`), texts.join('---\n'));
  }
  return faulty;
}

function writeOne(index: number, replicas: number, isFaulty: boolean): string {
  return `apiVersion: example.com/v1
kind: Service
metadata:
  name: service-${index}
  namespace: default
spec:
  mode: Range
  minReplicas: ${isFaulty ? replicas + 101 : replicas}
  maxReplicas: ${replicas + 100}
  image: registry.example.com/apps/service-${index}:1.${index % 40}
  memory: ${64 * (1 + (index % 16))}Mi
  url: https://service-${index}.example.com/path
  timeout: ${2 + (index % 50)}s
  labels: {example.com/team: team-${index % 50}, example.com/tier: backend}
  ports:
    - {name: http, number: 8080}
    - {name: metrics, number: 9090}
    - {name: grpc, number: ${10_000 + (index % 1000)}}
`;
}

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: services.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Service, plural: services, singular: service, listKind: ServiceList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [mode, minReplicas, maxReplicas, image, memory, url, timeout, ports]
              properties:
                mode: {type: string, maxLength: 10}
                minReplicas: {type: integer}
                maxReplicas: {type: integer}
                schedule: {type: string, maxLength: 100}
                image: {type: string, maxLength: 200}
                memory: {type: string, maxLength: 20}
                url: {type: string, maxLength: 200}
                timeout: {type: string, maxLength: 20}
                labels:
                  type: object
                  maxProperties: 20
                  additionalProperties: {type: string, maxLength: 63}
                ports:
                  type: array
                  maxItems: 20
                  items:
                    type: object
                    required: [name, number]
                    properties:
                      name: {type: string, maxLength: 20}
                      number: {type: integer}
              x-kubernetes-validations:
${RULES.map(([rule, message]) => `                - {rule: ${JSON.stringify(rule)}, message: ${JSON.stringify(message)}}\n`).join('')}`;
