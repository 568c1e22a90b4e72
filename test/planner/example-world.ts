import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeConfig } from '../../src/cli/decode-config.ts';
import { NO_CONFIG, type Config } from '../../src/cli/config.ts';
import { createAdmission, createEngines } from '../../src/engine/index.ts';
import { createReachEngine } from '../../src/engine/network/index.ts';
import { createDenyEngine } from '../../src/engine/rbac/index.ts';
import { parseDocuments } from '../../src/loader/index.ts';
import { createPatcher } from '../../src/planner/index.ts';
import { CATALOG as CODES, findEntry, type KubernetesObject } from '../../src/model/index.ts';
import { getObject, getString, isObject, type JsonObject } from '../../src/std/index.ts';
import { CATALOG, manifest, object, plan, stored, type PlanOptions } from './scenario.ts';

/** What stands on both sides of a change. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** How the example of a code becomes the change that has it. */
export interface ExampleCase {
  readonly code: string;
  readonly sides: (example: string) => Sides;
  readonly options?: PlanOptions;
  /** Who has written what was there before, where that matters. */
  readonly writer?: string;
}

const ADMISSION_ENGINE = createAdmission({ patcher: createPatcher(CATALOG) });

const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const VERSIONS = new Map([
  ['ClusterRole', RBAC],
  ['ClusterRoleBinding', RBAC],
  ['CronJob', 'batch/v1'],
  ['DaemonSet', 'apps/v1'],
  ['Deployment', 'apps/v1'],
  ['HorizontalPodAutoscaler', 'autoscaling/v2'],
  ['Ingress', 'networking.k8s.io/v1'],
  ['Job', 'batch/v1'],
  ['MutatingAdmissionPolicy', ADMISSION],
  ['MutatingAdmissionPolicyBinding', ADMISSION],
  ['NetworkPolicy', 'networking.k8s.io/v1'],
  ['PodDisruptionBudget', 'policy/v1'],
  ['PriorityClass', 'scheduling.k8s.io/v1'],
  ['Role', RBAC],
  ['RoleBinding', RBAC],
  ['StatefulSet', 'apps/v1'],
  ['StorageClass', 'storage.k8s.io/v1'],
  ['ValidatingAdmissionPolicy', ADMISSION],
  ['ValidatingAdmissionPolicyBinding', ADMISSION],
  ['ValidatingWebhookConfiguration', ADMISSION],
]);

/** Documents of a text, of which one is perhaps of kplan.yaml. */
function parse(text: string): readonly JsonObject[] {
  return parseDocuments(text, 'a.yaml').documents.map(({ value }) => (isObject(value) ? value : assert.fail(text)));
}

function isConfig(value: JsonObject): boolean {
  return value['deny'] !== undefined || value['reach'] !== undefined;
}

/** The objects of a text. What an example leaves out is filled in: apiVersion, name and namespace. */
export function complete(text: string): readonly KubernetesObject[] {
  return parse(text).flatMap((value) => {
    if (isConfig(value)) return [];
    const kind = getString(value, 'kind') ?? 'ConfigMap';
    const apiVersion = getString(value, 'apiVersion') ?? VERSIONS.get(kind) ?? 'v1';
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const metadata = getObject(value, 'metadata') ?? {};
    const named = metadata['generateName'] === undefined ? { name: kind.toLowerCase(), ...metadata } : metadata;
    const isNamespaced = CATALOG.find({ group, version, kind })?.namespaced === true;
    return [object({ ...value, apiVersion, kind, metadata: isNamespaced ? { namespace: 'shop', ...named } : named })];
  });
}

/** What an example says of kplan.yaml. */
export function configOf(text: string): Config {
  const value = parse(text).find(isConfig);
  return value === undefined ? NO_CONFIG : decodeConfig(value, (path) => ({ path, place: 'kplan.yaml:1:1', isBound: true }));
}

/** Documents as one text. */
export const join = (...documents: readonly string[]): string => documents.filter((text) => text !== '').join('\n---\n');

/** What an example says was there before, with what there is beside it all the time. */
export const replaced =
  (is: string, was: string, beside = '') =>
  (example: string): Sides => {
    assert.ok(example.includes(is), `${is} in ${example}`);
    return { before: join(example.replaceAll(is, was), beside), after: join(example, beside) };
  };

/** All of an example is new. */
export const added =
  (beside = '') =>
  (example: string): Sides => ({ before: beside, after: join(example, beside) });

/** An object that is of no interest. */
export const OTHER = 'kind: ConfigMap\nmetadata: {name: other}';
/** All of an example goes. */
export const removed = (example: string): Sides => ({ before: join(example, OTHER), after: OTHER });

const JANE = '{kind: User, name: jane}';
/** A binding of the role of that name. */
export const bind = (name: string, kind: string, subject: string = JANE, namespace: string = 'shop'): string =>
  `kind: RoleBinding\nmetadata: {name: ${name}, namespace: ${namespace}}\nroleRef: {kind: ${kind}, name: ${name}}\nsubjects: [${subject}]`;
/** A binding of that ClusterRole everywhere. */
export const bindAll = (name: string): string =>
  `kind: ClusterRoleBinding\nmetadata: {name: ${name}}\nroleRef: {kind: ClusterRole, name: ${name}}\nsubjects: [${JANE}]`;

/** Tests that the example of each case has its code, and that these are all codes of their families. */
export function testExamples(families: RegExp, cases: readonly ExampleCase[], others: readonly string[] = []): void {
  test(`every code of ${families.source} has an example that is run`, () => {
    const own = Object.keys(CODES).filter((code) => families.test(code));
    assert.deepEqual([...cases.map(({ code }) => code), ...others].toSorted(), own.toSorted());
  });
  for (const { code, sides, options, writer } of cases) {
    test(`the example of ${code} has it`, () => {
      const { before, after } = sides(findEntry(code).example);
      const { reach, deny } = configOf(after);
      const engines = [
        ...createEngines({}, reach.network, ADMISSION_ENGINE),
        createReachEngine(reach.rules, reach.checksUsual, reach.network),
        createDenyEngine(deny),
      ];
      const desired = complete(after).map((item) => manifest(item));
      const was = complete(before).map((item) => (writer === undefined ? item : stored(item, writer)));
      const made = plan(was, desired, { engines, mode: 'revision', ...options });
      const codes = [...made.findings, ...made.effects].map((item) => item.code);
      assert.ok(codes.includes(code), `${codes.join(' ')} from\n${before}\nto\n${after}`);
    });
  }
}
