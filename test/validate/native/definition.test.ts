import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { describe } from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { validateManifests } from '../../../src/validate/index.ts';
import { checkDefinition } from '../../../src/validate/native/definition/index.ts';
import type { Problem } from '../../../src/validate/problem.ts';
import { toManifest } from '../fake-origin.ts';

function define(schema: JsonObject, spec: JsonObject = {}, version: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  };
}

function judge(definition: JsonObject, version = '1.36'): readonly string[] {
  const options = { catalogs: [loadCatalog(version)], knowsCluster: false, defaultNamespace: 'n' };
  return validateManifests([toManifest(definition)], options).map(describe);
}

function withSpec(spec: JsonValue): JsonObject {
  return define({ type: 'object', properties: { spec } });
}

const AT = 'spec.validation.openAPIV3Schema.properties[spec]';
const COST = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';

suite('the schema of a definition', () => {
  const cases: readonly { readonly name: string; readonly spec: JsonObject; readonly want: readonly string[] }[] = [
    { name: 'is sound', spec: { type: 'object', properties: { a: { type: 'integer', default: 1 } } }, want: [] },
    { name: 'has no type', spec: {}, want: [`${AT}.type: Required value: must not be empty for specified object fields`] },
    {
      name: 'has a list without items',
      spec: { type: 'array' },
      want: [`${AT}.items: Required value: must be specified`],
    },
    {
      name: 'says of a type within a junctor',
      spec: { type: 'object', properties: { a: { type: 'string' } }, allOf: [{ type: 'object', properties: { b: { minLength: 1 } } }] },
      want: [`${AT}.allOf[0].type: Forbidden: must be empty to be structural`],
    },
    {
      name: 'keys a list by what the items have not',
      spec: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      want: [`${AT}.x-kubernetes-list-map-keys: Invalid value: ["name"]: entries must all be names of item properties`],
    },
    {
      name: 'has a default of another type',
      spec: { type: 'object', properties: { a: { type: 'integer', default: 'x' } } },
      want: [`${AT}.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"`],
    },
    {
      name: 'has a default that no field takes',
      spec: { type: 'object', default: { b: 1 }, properties: { a: { type: 'integer' } } },
      want: [`${AT}.default: Invalid value: {"b":1}: must not have unknown fields`],
    },
    {
      name: 'has a default that its own rule refuses',
      spec: { type: 'integer', default: 1, 'x-kubernetes-validations': [{ rule: 'self > 1' }] },
      want: [`${AT}.default: Invalid value: 1: failed rule: self > 1`],
    },
    {
      name: 'has a pattern that is none',
      spec: { type: 'string', pattern: '(' },
      want: [
        `${AT}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
      ],
    },
  ];
  for (const { name, spec, want } of cases) test(name, () => assert.deepEqual(judge(withSpec(spec)).toSorted(), want.toSorted()));
});

suite('a rule of a definition', () => {
  const text = { type: 'string' };
  const rule = (schema: JsonObject, given: JsonObject): JsonObject => ({ ...schema, 'x-kubernetes-validations': [given] });
  const printed = (rest: JsonObject): string =>
    JSON.stringify({ Rule: '', Message: '', MessageExpression: '', Reason: null, FieldPath: '', OptionalOldSelf: null, ...rest });
  const cases: readonly { readonly name: string; readonly spec: JsonObject; readonly want: readonly string[] }[] = [
    { name: 'compiles', spec: rule(text, { rule: "self != ''" }), want: [] },
    {
      name: 'does not compile',
      spec: rule(text, { rule: 'self == 1' }),
      want: [
        `${AT}.x-kubernetes-validations[0].rule: Invalid value: ${printed({ Rule: 'self == 1' })}: compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(string, int)'\n | self == 1\n | .....^`,
      ],
    },
    {
      name: 'is no condition',
      spec: rule(text, { rule: 'self' }),
      want: [`${AT}.x-kubernetes-validations[0].rule: Invalid value: ${printed({ Rule: 'self' })}: cel expression must evaluate to a bool`],
    },
    {
      name: 'has a message that is no text',
      spec: rule(text, { rule: "self != ''", messageExpression: '1' }),
      want: [
        `${AT}.x-kubernetes-validations[0].messageExpression: Invalid value: ${printed({ Rule: "self != ''", MessageExpression: '1' })}: messageExpression must evaluate to a string`,
      ],
    },
    {
      name: 'may cost too much',
      spec: { type: 'array', items: rule(text, { rule: "self.contains('a')" }) },
      want: [
        `${AT}.items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (${COST})`,
        `${AT}.items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
        `spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x (${COST})`,
      ],
    },
    {
      name: 'costs little where the schema sets bounds',
      spec: { type: 'array', maxItems: 10, items: rule({ ...text, maxLength: 10 }, { rule: "self.contains('a')" }) },
      want: [],
    },
    {
      name: 'asks for what was before where that cannot be told',
      spec: { type: 'array', maxItems: 2, items: rule({ type: 'integer' }, { rule: 'self == oldSelf' }) },
      want: [
        `${AT}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${AT}`,
      ],
    },
    {
      name: 'names a field that is none',
      spec: rule({ type: 'object', properties: { a: text } }, { rule: 'has(self.a)', fieldPath: '.b' }),
      want: [`${AT}.x-kubernetes-validations[0].fieldPath: Invalid value: ".b": must be a valid path`],
    },
    {
      name: 'is none',
      spec: rule(text, { rule: ' ' }),
      want: [`${AT}.x-kubernetes-validations[0].rule: Required value: rule is not specified`],
    },
  ];
  for (const { name, spec, want } of cases) test(name, () => assert.deepEqual(judge(withSpec(spec)).toSorted(), want.toSorted()));

  test('uses a library that the server before has not', () => {
    const spec = rule({ type: 'array', maxItems: 2, items: text }, { rule: 'self.distinct() == self' });
    assert.deepEqual(judge(withSpec(spec), '1.36'), []);
    assert.match(judge(withSpec(spec), '1.34').join('\n'), /undeclared reference to 'distinct'/);
  });
});

suite('a definition', () => {
  const whole = { type: 'object' };
  const printed = (...names: readonly string[]): string =>
    JSON.stringify(
      names.map((Name) => ({
        Name,
        Served: true,
        Storage: true,
        Deprecated: false,
        DeprecationWarning: null,
        Schema: null,
        Subresources: null,
        AdditionalPrinterColumns: null,
        SelectableFields: null,
      })),
    );
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: whole } };
  const cases: readonly {
    readonly name: string;
    readonly spec?: JsonObject;
    readonly version?: JsonObject;
    readonly want: readonly string[];
  }[] = [
    { name: 'is sound', want: [] },
    {
      name: 'stores two versions of one name',
      spec: { versions: [version, version] },
      want: [
        `spec.versions: Invalid value: ${printed('v1', 'v1')}: must contain unique version names`,
        `spec.versions: Invalid value: ${printed('v1', 'v1')}: must have exactly one version marked as storage version`,
      ],
    },
    {
      name: 'converts by a webhook that it does not name',
      spec: { conversion: { strategy: 'Webhook' } },
      want: [
        'spec.conversion.conversionReviewVersions: Required value',
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      ],
    },
    {
      name: 'has names that are none',
      spec: { names: { kind: 'Thing', plural: 'things', listKind: 'Thing' } },
      want: ['spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same'],
    },
    {
      name: 'scales by a path elsewhere',
      version: { subresources: { scale: { specReplicasPath: '.status.replicas', statusReplicasPath: 'x' } } },
      want: [
        'spec.subresources.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec',
        'spec.subresources.scale.statusReplicasPath: Invalid value: "x": must be a simple json path starting with .',
      ],
    },
    {
      name: 'warns of a version that is not deprecated',
      version: { deprecationWarning: 'old' },
      want: ['spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions'],
    },
    {
      name: 'prints a column of an unknown type',
      version: { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] },
      want: ['spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string'],
    },
  ];
  test('says something of a field that it has not', () => {
    const [said] = judge(define({ ...whole, allOf: [{ properties: { b: { minLength: 1 } } }] }));
    const at = 'spec.validation.openAPIV3Schema';
    assert.equal(said, `${at}.properties[b]: Required value: because it is defined in ${at}.allOf[0].properties[b]`);
  });
  for (const { name, spec = {}, version: given = {}, want } of cases) {
    test(name, () => assert.deepEqual(judge(define(whole, spec, given)).toSorted(), want.toSorted()));
  }
});

test('versions without schemas are each named once, however many there are', () => {
  const versions = Array.from({ length: 300 }, (_, index) => ({ name: `v${index + 1}`, served: true, storage: index === 0 }));
  const problems: Problem[] = [];
  checkDefinition(toManifest(define({}, { versions })).object, '1.36', (problem) => problems.push(problem));
  assert.deepEqual(
    problems.map(({ path }) => path.join('.')),
    versions.map((_, index) => `spec.versions.${index}.schema.openAPIV3Schema`),
  );
});
