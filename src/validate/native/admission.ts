import type { KubernetesObject } from '../../model/index.ts';
import { nameOf } from '../../model/index.ts';
import { judgeLabel1035, judgePathSegment, judgeQualifiedName, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { checkMatchResources, checkRule } from './admission-rules.ts';
import { isPort, PORT_RANGE } from './field-error.ts';
import { Place } from './place.ts';
import { checkLabelSelector } from './selectors.ts';

const CODE = 'KV0124';
const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const FORM = '; desired format: https://host[/path]';

/** What `ValidateValidatingWebhookConfiguration` says, and that of mutating webhooks. */
export function checkWebhooks(object: KubernetesObject, report: Report): void {
  const names = new Set<string>();
  for (const webhook of Place.of(object['webhooks'], ['webhooks'], CODE, report).items()) {
    const name = webhook.at('name');
    checkQualified(name);
    if (name.text !== '' && names.has(name.text)) name.duplicate();
    names.add(name.text);
    for (const rule of webhook.at('rules').items()) checkRule(rule);
    webhook.at('failurePolicy').oneOf(['Fail', 'Ignore']);
    webhook.at('matchPolicy').oneOf(['Equivalent', 'Exact']);
    // The values of v1beta1 are in the schema, and v1 no longer takes them.
    webhook.at('sideEffects').oneOfIfAny(['None', 'NoneOnDryRun']);
    webhook.at('timeoutSeconds').between(1, 30, 'the timeout value must be between 1 and 30 seconds');
    webhook.at('reinvocationPolicy').oneOf(['IfNeeded', 'Never']);
    for (const field of ['namespaceSelector', 'objectSelector']) checkLabelSelector(webhook.below(field), webhook.at(field).path, report);
    checkClient(webhook.at('clientConfig'));
    checkReviewVersions(webhook.at('admissionReviewVersions'));
    checkMatchConditions(webhook.at('matchConditions'));
  }
}

function checkQualified(name: Place): void {
  if (!name.wanted()) return;
  const found = judgeSubdomain(name.text);
  if (found.length > 0) name.invalid(found.join(','), name.text);
  else if (name.text.split('.').length < 3) name.invalid('should be a domain with at least three segments separated by dots');
}

function checkReviewVersions(list: Place): void {
  if (list.items().length === 0) return list.required(`must specify one of ${REVIEW_VERSIONS.join(', ')}`);
  const seen = new Set<string>();
  for (const version of list.items()) {
    if (seen.has(version.text)) version.invalid('duplicate version', version.text);
    else version.judgedEvenEmpty(judgeLabel1035);
    seen.add(version.text);
  }
  if (!REVIEW_VERSIONS.some((version) => seen.has(version))) {
    list.invalid(`must include at least one of ${REVIEW_VERSIONS.join(', ')}`, list.texts);
  }
  return undefined;
}

/** What is said of how a webhook is reached. */
export function checkClient(client: Place): void {
  const [url, service] = [client.at('url'), client.at('service')];
  if (url.isSet === service.isSet) return client.required('exactly one of url or service is required');
  return url.isSet ? checkUrl(url) : checkService(service);
}

const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

function checkUrl(url: Place): void {
  const [, scheme = '', authority = '', query = '', fragment = ''] = URL_PARTS.exec(url.text) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (scheme.toLowerCase() !== 'https') url.invalid(`'https' is the only allowed URL scheme${FORM}`, scheme.toLowerCase());
  if (host === '') url.invalid(`host must be specified${FORM}`, host);
  if (at >= 0) url.invalid('user information is not permitted in the URL', authority.slice(0, at));
  if (fragment !== '') url.invalid('fragments are not permitted in the URL', fragment);
  if (query !== '') url.invalid('query parameters are not permitted in the URL', query);
}

function checkService(service: Place): void {
  // The server takes the one for the other.
  if (service.at('namespace').text === '') service.at('namespace').as(service, '.name').required();
  if (service.at('name').text === '') service.at('name').as(service, '.namespace').required();
  const [port, path] = [service.at('port'), service.at('path')];
  if (port.number !== undefined && !isPort(port.number)) port.invalid(`port is not valid: ${PORT_RANGE}`);
  const { text } = path;
  if (text === '' || text === '/') return;
  if (text === '//') return path.invalid('segment[0] may not be empty');
  if (!text.startsWith('/')) path.invalid("must start with a '/'");
  const inner = text.slice(1);
  const segments = (inner.endsWith('/') ? inner.slice(0, -1) : inner).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '') path.invalid(`segment[${index}] may not be empty`);
    else for (const reason of judgeSubdomain(segment)) path.invalid(`segment[${index}]: ${reason}`);
  }
  return undefined;
}

function checkMatchConditions(list: Place): void {
  const items = list.items();
  if (items.length > 64) list.fail(`Too many: ${items.length}: must have at most 64 items`);
  const names = new Set<string>();
  for (const item of items) {
    const [name, expression] = [item.at('name'), item.at('expression')];
    if (expression.text.trim() === '') expression.required();
    if (name.wanted()) name.judged(judgeQualifiedName);
    if (name.text !== '' && names.has(name.text)) name.duplicate();
    names.add(name.text);
  }
}

/** What `ValidateValidatingAdmissionPolicy` says besides of its expressions. */
export function checkValidatingPolicy(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  checkPolicy(spec, report);
  const [validations, annotations] = [spec.at('validations'), spec.at('auditAnnotations')];
  if (validations.items().length === 0 && annotations.items().length === 0) {
    for (const list of [validations, annotations]) list.required('validations or auditAnnotations must contain at least one item');
  }
  for (const validation of validations.items()) {
    checkExpression(validation.at('expression'), 'expression is not specified');
    const [message, made] = [validation.at('message'), validation.at('messageExpression')];
    for (const place of [message, made]) if (place.text !== '' && place.text.trim() === '') place.invalid('must be non-empty if specified');
    if (/[\n\r]/.test(message.text.trim())) message.invalid('must not contain line breaks');
    validation.at('reason').oneOf(['Forbidden', 'Invalid', 'RequestEntityTooLarge']);
  }
  checkAnnotations(annotations, nameOf(object));
}

function checkAnnotations(annotations: Place, policy: string): void {
  const keys = new Set<string>();
  for (const annotation of annotations.items()) {
    const key = annotation.at('key');
    if (policy === '') key.invalid('requires metadata.name be non-empty', key.text);
    else for (const reason of judgeQualifiedName(`${policy}/${key.text}`)) key.invalid(reason, `${policy}/${key.text}`);
    checkExpression(annotation.at('valueExpression'), 'valueExpression is not specified');
    if (keys.has(key.text)) key.duplicate(key.text);
    keys.add(key.text);
  }
}

function checkExpression(expression: Place, words?: string): void {
  if (expression.text.trim() === '') expression.required(words);
}

function checkPolicy(spec: Place, report: Report): void {
  spec.at('failurePolicy').oneOf(['Fail', 'Ignore']);
  if (spec.at('paramKind').isSet) checkParamKind(spec.at('paramKind'));
  const match = spec.at('matchConstraints');
  if (match.isSet) {
    checkMatchResources(match, report);
    if (match.at('resourceRules').items().length === 0) match.at('resourceRules').required();
  } else match.required();
  checkMatchConditions(spec.at('matchConditions'));
  for (const variable of spec.at('variables').items()) {
    const name = variable.at('name');
    if (name.text.trim() === '') name.required('name is not specified');
    else if (!isIdentifier(name.text)) name.invalid('must be a valid CEL identifier');
    checkExpression(variable.at('expression'), 'expression is not specified');
  }
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

function isIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name);
}

function checkParamKind(parameters: Place): void {
  const [version, kind] = [parameters.at('apiVersion'), parameters.at('kind')];
  if (version.wanted()) checkGroupVersion(version);
  if (!kind.wanted()) return;
  const found = judgeLabel1035(kind.text.toLowerCase());
  if (found.length > 0) kind.invalid(`may have mixed case, but should otherwise match: ${found.join(',')}`);
}

function checkGroupVersion(place: Place): void {
  const parts = place.text === '/' ? [''] : place.text.split('/');
  if (parts.length > 2) return place.invalid(`unexpected GroupVersion string: ${place.text}`);
  const [group, version] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : ['', parts[0] ?? ''];
  const ofGroup = group === '' ? [] : judgeSubdomain(group);
  if (ofGroup.length > 0) place.invalid(ofGroup.join(','), group);
  if (version === '') return place.invalid('version must be specified');
  const ofVersion = judgeLabel1035(version);
  return ofVersion.length > 0 ? place.invalid(ofVersion.join(','), version) : undefined;
}

const MUTATED = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** What `ValidateMutatingAdmissionPolicy` says besides of its expressions. */
export function checkMutatingPolicy(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  checkPolicy(spec, report);
  checkMutated(spec.at('matchConstraints'));
  const mutations = spec.at('mutations');
  if (mutations.items().length === 0) mutations.required('mutations must contain at least one item');
  for (const mutation of mutations.items()) checkMutation(mutation);
  const policy = spec.at('reinvocationPolicy');
  if (policy.wanted()) policy.oneOf(['IfNeeded', 'Never']);
}

function checkMutated(match: Place): void {
  for (const rule of match.at('resourceRules').items()) {
    for (const operation of rule.at('operations').items()) {
      if (!MUTATED.includes(operation.text)) operation.as(match, '.resourceRules.operations').unsupported(MUTATED, operation.text);
    }
  }
}

function checkMutation(mutation: Place): void {
  const [type, patch, configuration] = [mutation.at('patchType'), mutation.at('jsonPatch'), mutation.at('applyConfiguration')];
  if (!type.wanted()) return;
  const check = (own: Place, other: Place, printed: string): void => {
    if (own.isSet) checkExpression(own.at('expression'));
    else own.required(`must be specified when patchType is ${type.text}`);
    if (other.isSet) other.invalid(`must not be specified when patchType is ${type.text}`, printed);
  };
  if (type.text === 'JSONPatch') check(patch, configuration, '{applyConfiguration}');
  else if (type.text === 'ApplyConfiguration') check(configuration, patch, '{jsonPatch}');
  else type.unsupported(['ApplyConfiguration', 'JSONPatch']);
}

/** What `ValidateValidatingAdmissionPolicyBinding` says. */
export function checkValidatingBinding(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  checkBinding(spec, report);
  const actions = spec.at('validationActions');
  const seen = new Set<string>();
  for (const action of actions.items()) {
    if (!['Audit', 'Deny', 'Warn'].includes(action.text)) action.unsupported(['Audit', 'Deny', 'Warn'], action.text);
    if (seen.has(action.text)) action.duplicate(action.text);
    seen.add(action.text);
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    actions.invalid(
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    );
  }
  if (seen.size === 0) actions.required('at least one validation action is required');
}

/** What `ValidateMutatingAdmissionPolicyBinding` says. */
export function checkMutatingBinding(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  checkBinding(spec, report);
  checkMutated(spec.at('matchResources'));
}

function checkBinding(spec: Place, report: Report): void {
  if (spec.at('policyName').wanted()) spec.at('policyName').judged(judgeSubdomain);
  if (spec.at('matchResources').isSet) checkMatchResources(spec.at('matchResources'), report);
  const parameters = spec.at('paramRef');
  if (!parameters.isSet) return;
  const [name, selector, missing] = [parameters.at('name'), parameters.at('selector'), parameters.at('parameterNotFoundAction')];
  name.judged(judgePathSegment);
  checkLabelSelector(selector.value, selector.path, report);
  if (name.text !== '' && selector.isSet) for (const place of [name, selector]) place.forbidden('name and selector are mutually exclusive');
  if (name.text === '' && !selector.isSet) parameters.required('one of name or selector must be specified');
  if (missing.wanted()) missing.oneOf(['Deny', 'Allow']);
}
