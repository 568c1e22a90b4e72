import type { KubernetesObject } from '../../../model/index.ts';
import { getAt, getBoolean, getObject, isEqualJson, type JsonValue } from '../../../std/index.ts';
import { judgeLabel1035, judgeSubdomain } from '../../object/names.ts';
import type { Report } from '../../problem.ts';
import { checkClient } from '../admission.ts';
import { Place } from '../place.ts';
import { checkDefaults } from './defaults.ts';
import { OpenApiCheck } from './open-api.ts';
import { RuleCosts } from './rule-costs.ts';
import { checkStructural } from './structural.ts';

const CODE = 'KV0117';
const VERSION_FIELDS = [
  'Name',
  'Served',
  'Storage',
  'Deprecated',
  'DeprecationWarning',
  'Schema',
  'Subresources',
  'AdditionalPrinterColumns',
  'SelectableFields',
];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/**
 * What `ValidateCustomResourceDefinition` of apiextensions-apiserver says: of names, versions and conversion, of schemas, and of their
 * rules in CEL as a server of this version compiles them.
 */
export function checkDefinition(object: KubernetesObject, version: string, report: Report): void {
  const whole = Place.of(object, [], CODE, report);
  const spec = whole.at('spec');
  const name = `${spec.at('names').at('plural').text}.${spec.at('group').text}`;
  for (const field of ['name', 'generateName']) {
    const given = whole.at('metadata').at(field);
    if (given.text !== '' && given.text !== name) given.invalid('must be spec.names.plural+"."+spec.group');
  }
  checkGroup(spec.at('group'), whole);
  spec.at('scope').oneOfIfAny(['Cluster', 'Namespaced']);
  if (spec.at('preserveUnknownFields').isTrue) {
    spec
      .at('preserveUnknownFields')
      .invalid('cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead');
  }
  checkNames(spec.at('names'));
  checkVersions(spec);
  checkConversion(spec.at('conversion'));
  for (const { schema, isPartial } of listSchemas(spec)) checkSchema(schema, isPartial, version);
}

function checkGroup(group: Place, whole: Place): void {
  const problems = judgeSubdomain(group.text);
  if (group.text === '') return group.required();
  if (problems.length > 0) return group.invalid(problems.join(','));
  if (!group.text.includes('.')) return group.invalid('should be a domain with at least one dot');
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group.text);
  return isProtected ? checkApproval(whole.at('metadata').at('annotations').entry('api-approved.kubernetes.io')) : undefined;
}

function checkApproval(approval: Place): void {
  const reason = 'protected groups must have approval annotation "api-approved.kubernetes.io"';
  const link = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (approval.text === '') approval.required(`${reason}, ${link}`);
  else if (!approval.text.startsWith('unapproved') && !/^[A-Za-z][\w+.-]*:\/\/[^/?#]+/.test(approval.text)) {
    approval.invalid(`${reason} with either a URL or a reason starting with "unapproved", ${link}`);
  }
}

function checkNames(names: Place): void {
  for (const field of ['plural', 'singular']) {
    const name = names.at(field);
    const problems = judgeLabel1035(name.text);
    if (name.text !== '' && problems.length > 0) name.invalid(problems.join(','));
  }
  // Without a kind there is nothing to make the others of.
  const wanted = names.at('kind').text === '' ? ['plural', 'singular', 'kind', 'listKind'] : ['plural'];
  for (const field of wanted) if (names.at(field).text === '') names.at(field).required();
  for (const field of ['kind', 'listKind']) {
    const name = names.at(field);
    const problems = judgeLabel1035(name.text.toLowerCase());
    if (name.text !== '' && problems.length > 0) name.invalid(`may have mixed case, but should otherwise match: ${problems.join(',')}`);
  }
  const listKind = names.at('listKind');
  if (listKind.text !== '' && listKind.text === names.at('kind').text) listKind.invalid('kind and listKind may not be the same');
  for (const field of ['shortNames', 'categories']) {
    for (const name of names.at(field).items()) {
      const problems = judgeLabel1035(name.text);
      if (problems.length > 0) name.invalid(problems.join(','));
    }
  }
}

function checkVersions(spec: Place): void {
  const versions = spec.at('versions');
  const items = versions.items();
  const printed = items.length === 0 ? null : items.map(({ value }) => printVersion(value ?? null));
  const names = items.map((version) => version.at('name').text);
  if (new Set(names).size < names.length) versions.invalid('must contain unique version names', printed);
  if (items.filter((version) => version.at('storage').isTrue).length !== 1) {
    versions.invalid('must have exactly one version marked as storage version', printed);
  }
  for (const version of items) {
    const name = version.at('name');
    const problems = judgeLabel1035(name.text);
    if (problems.length > 0) name.invalid(problems.join(','), name.text);
    checkWarning(version);
  }
  for (const { value } of partsOf(spec, 'subresources', 'subresources')) checkScale(value.at('scale'));
  for (const { value } of partsOf(spec, 'additionalPrinterColumns', 'additionalPrinterColumns')) value.items().forEach(checkColumn);
}

function checkWarning(version: Place): void {
  const warning = version.at('deprecationWarning');
  if (!warning.isSet) return;
  if (!version.at('deprecated').isTrue) return warning.invalid('can only be set for deprecated versions');
  if (new TextEncoder().encode(warning.text).length > 256) warning.invalid('must be <= 256 characters long');
  if (warning.text === '') warning.invalid('must not be an empty string');
  return undefined;
}

function checkScale(scale: Place): void {
  if (!scale.isSet) return;
  for (const [field, start] of [
    ['specReplicasPath', '.spec.'],
    ['statusReplicasPath', '.status.'],
  ] as const) {
    const path = scale.at(field);
    if (path.text === '') path.required();
    else if (checkPath(path) && !path.text.startsWith(start)) path.invalid(`should be a json path under ${start.slice(0, -1)}`);
  }
  const selector = scale.at('labelSelectorPath');
  if (selector.text === '' || !checkPath(selector)) return;
  const isKnown = selector.text.startsWith('.spec.') || selector.text.startsWith('.status.');
  if (!isKnown) selector.invalid('should be a json path under either .spec or .status');
}

function checkColumn(column: Place): void {
  const [type, format, path] = [column.at('type'), column.at('format'), column.at('jsonPath', 'JSONPath')];
  if (column.at('name').text === '') column.at('name').required();
  if (type.text === '') type.required(`must be one of ${COLUMN_TYPES.join(',')}`);
  else if (!COLUMN_TYPES.includes(type.text)) type.invalid(`must be one of ${COLUMN_TYPES.join(',')}`);
  if (format.text !== '' && !COLUMN_FORMATS.includes(format.text)) format.invalid(`must be one of ${COLUMN_FORMATS.join(',')}`);
  if (path.text === '') path.required();
  else checkPath(path);
}

function checkPath(path: Place): boolean {
  if (path.text.startsWith('.')) return true;
  path.invalid('must be a simple json path starting with .');
  return false;
}

function checkConversion(conversion: Place): void {
  if (!conversion.isSet) return;
  const strategy = conversion.at('strategy');
  if (strategy.text === '') strategy.required();
  else strategy.oneOf(['None', 'Webhook']);
  const webhook = conversion.at('webhook');
  const client = webhook.at('clientConfig').as(conversion, '.webhookClientConfig');
  const versions = webhook.at('conversionReviewVersions').as(conversion, '.conversionReviewVersions');
  if (strategy.text !== 'Webhook') {
    const reason = 'should not be set when strategy is not set to Webhook';
    if (client.isSet) client.forbidden(reason);
    if (versions.items().length > 0) versions.forbidden(reason);
    return;
  }
  if (client.isSet) checkClient(client);
  else client.required('required when strategy is set to Webhook');
  checkReviewVersions(versions);
}

function checkReviewVersions(versions: Place): void {
  const items = versions.items();
  if (items.length === 0) return versions.required();
  const seen = new Set<string>();
  for (const version of items) {
    if (seen.has(version.text)) version.invalid('duplicate version', version.text);
    else version.judgedEvenEmpty(judgeLabel1035);
    seen.add(version.text);
  }
  if (!REVIEW_VERSIONS.some((known) => seen.has(known))) versions.invalid(`must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
  return undefined;
}

/** The parts of all versions that have one name; where all are the same, the server keeps and names a single one. */
function partsOf(spec: Place, field: string, written: string): readonly { readonly value: Place; readonly index: number }[] {
  const values = spec
    .at('versions')
    .items()
    .map((version, index) => ({ value: version.at(field), index }));
  const [first] = values;
  const isShared = values.every(({ value }) => isEqualJson(value.value ?? null, first?.value.value ?? null));
  return isShared && first !== undefined ? [{ value: first.value.as(spec, `.${written}`), index: 0 }] : values;
}

interface Judged {
  readonly schema: Place;
  /** Whether the status is written by itself, so that its schema is looked at alone. */
  readonly isPartial: boolean;
}

function listSchemas(spec: Place): readonly Judged[] {
  const versions = spec.at('versions').items();
  for (const version of versions) {
    const own = version.at('schema').at('openAPIV3Schema');
    if (!own.isSet) own.required();
  }
  const hasStatus = versions.map((version) => getObject(version.value, 'subresources', 'status') !== undefined);
  return partsOf(spec, 'schema', 'validation')
    .map(({ value, index }) => ({ schema: value.at('openAPIV3Schema'), isPartial: hasStatus[index] === true }))
    .filter(({ schema }) => schema.isSet);
}

function checkSchema(schema: Place, isPartial: boolean, version: string): void {
  let problems = 0;
  const counted = schema.watched(() => problems++);
  const type = counted.at('type');
  if (isPartial && type.text !== '' && type.text !== 'object')
    type.invalid('only "object" is allowed as the type at the root of the schema if the status subresource is enabled', type.text);
  if (counted.at('nullable').isTrue) counted.at('nullable').forbidden('nullable cannot be true at the root');
  const before = problems;
  checkStructural(counted);
  if (problems === before) checkDefaults(counted, version);
  new OpenApiCheck(problems > before ? undefined : new RuleCosts(version)).checkRoot(schema);
}

function printVersion(version: JsonValue): JsonValue {
  return Object.fromEntries(
    VERSION_FIELDS.map((name) => {
      const value = getAt(version, name.charAt(0).toLowerCase() + name.slice(1));
      const isFlag = name === 'Served' || name === 'Storage' || name === 'Deprecated';
      return [name, isFlag ? (getBoolean(value) ?? false) : name === 'Name' ? (value ?? '') : null];
    }),
  );
}
