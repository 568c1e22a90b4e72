import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocuments } from '../../src/loader/index.ts';
import type { JsonValue } from '../../src/std/index.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** Forms of YAML and JSON that manifests come in. */
const FORMS = [
  "apiVersion: v1\nkind: Service\nmetadata:\n  name: web # why\n  annotations: {a: b, c.d/e: \"f g\", h: [1, 'i', {j: k}]}\nspec:\n  ports:\n  - port: 80\n    name: http\n  - port: 0644\n  text: |\n    one\n      two\n\n    three\n\n  strip: |-\n    x\n  empty:\n  q: 'it''s'\n  d: \"a\\n\\\"b\"\n---\n# next\na: yes\nb: [x, y z, -1]\n",
  'base: &b {a: 1, b: [1, 2]}\nmore: &m\n  <<: *b\n  c: *b\nlist: [*b, *m]\n---\n# kplan: ignore KV0001 x\nkind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n...\n---\n',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j","annotations":{"a":"\\u00e9\\ud83d\\ude00"}},"data":{"n":"1","m":null}}',
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "é 😀"\ndata:\n  0644: 0644\n  on: .inf\n  ? complex\n  : !!binary aGVsbG8=\n  "k": !foo bar\r\n  t: \tx\n',
  'apiVersion: v1\nkind: Pod\nmetadata: &meta\n  name: web\n  labels: &l {a: b}\nspec: &s\n  containers: &c\n  - &one\n    name: c\n    image: x:1\n    env: [{name: A, value: "1"}]\n  initContainers: *c\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: *meta\nspec:\n  selector: {matchLabels: *l}\n  template: {metadata: {labels: *l}, spec: *s}\n',
];

/** Definitions with schemas as nobody should write them, and resources of theirs. */
const SCHEMAS: readonly string[] = [
  '{type: object, properties: {spec: {type: object, properties: {p: {type: string, pattern: "^(a+)+$"}, q: {type: string, pattern: "^(([a-z])+.)+[A-Z]([a-z])+$"}, r: {type: string, pattern: "("}, s: {type: string, pattern: "(?i)^\\\\pL{1,1000}$"}}}}}',
  '{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {spec: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}',
  '{type: object, properties: {spec: {type: object, properties: {n: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}, l: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k, none], items: {type: object, properties: {k: {type: string, default: 3}}}}, m: {type: array, x-kubernetes-list-type: set, items: {type: object}}}}}}',
  '{$ref: "#/definitions/a", definitions: {a: {$ref: "#/definitions/a"}}, type: object, properties: {spec: {$ref: "#", type: object}}}',
  '{type: object, properties: {spec: {type: object, minProperties: -1, maxProperties: 1e999, additionalProperties: {type: string, maxLength: -5, format: nonsense}, properties: {a: {type: integer, multipleOf: 0, minimum: 5, maximum: 1, exclusiveMaximum: true, enum: [{}, [], null, 1.0]}}}}}',
  '{type: object, properties: {spec: {type: object, nullable: true, oneOf: [{required: [a]}, {not: {}}], allOf: [{anyOf: [{properties: {a: {enum: []}}}]}], not: {not: {required: [zz]}}, x-kubernetes-validations: [{rule: "self.a.all(x, self.a.all(y, self.a.all(z, x == y)))", message: 1}, {rule: "((", reason: Nothing}, {rule: "oldSelf.a == self.a", messageExpression: "self.b"}], properties: {a: {type: array, items: {type: integer, format: int32}}}}}}',
  '{type: [object, "null"], properties: {spec: {type: object, properties: {d: {type: string, format: date-time, default: []}, i: {type: string, format: ipv4}, b: {type: string, format: byte}, u: {type: integer, format: int64, default: 99999999999999999999}}, default: {d: 1}}}}',
  '[]',
  '{type: object, properties: {metadata: {type: object, properties: {name: {type: integer, maxLength: 3}}}, apiVersion: {type: integer}, spec: {}, status: {type: string}}}',
];

function definition(schema: string, index: number): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets${index}.example.com}
spec:
  group: example.com
  scope: ${index % 2 === 0 ? 'Namespaced' : 'Cluster'}
  names: {plural: gadgets${index}, singular: gadget${index}, kind: Gadget${index}, listKind: Gadget${index}List, shortNames: [g${index}]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: ${schema}}
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
---
apiVersion: example.com/v1
kind: Gadget${index}
metadata: {name: one}
spec: {p: ${'a'.repeat(40)}!, q: ${'a'.repeat(60)}, r: x, s: é, n: 3, l: [{k: a}, {k: a}], m: [{}, {}], a: [1, 2, 3], d: soon, u: 1, apiVersion: v1, kind: Pod}
`;
}

/** Seeds of mutated documents: the fixtures of this repository, forms of YAML, and odd definitions. */
export function readSeeds(): readonly Buffer[] {
  const names = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  const files = names.map((name) => readFileSync(join(FIXTURES, name))).filter((bytes) => bytes.length < 20_000);
  return [...files, ...FORMS.map((text) => Buffer.from(text)), ...SCHEMAS.map(definition).map((text) => Buffer.from(text))];
}

/** The documents of the seeds, as values. A definition and its resources stay together. */
export function readSeedValues(): readonly (readonly JsonValue[])[] {
  return readSeeds().flatMap((bytes) => {
    const values = parseDocuments(bytes.toString(), 'seed.yaml').documents.map(({ value }) => value);
    return values.length > 4 ? values.map((value) => [value]) : [values];
  });
}
