import type { KubernetesObject } from '../../../model/index.ts';
import { judgeLabel, judgeSubdomain } from '../../object/names.ts';
import type { Report } from '../../problem.ts';
import { Place } from '../place.ts';
import { isExtended } from '../resource-names.ts';
import { checkTemplateMetadata } from '../template-metadata.ts';
import { checkConfiguration, checkEach, checkFullyQualifiedName, checkSelectors, checkSet, checkToleration, isAdvanced } from './parts.ts';

/** The code of everything that is wrong with claims for devices, their classes and slices. */
export const CODE = 'KV0128';
const MOST_REQUESTS = 32;
const MOST_CONSTRAINTS = 32;
const MOST_CONFIGURATIONS = 32;
const MOST_ALTERNATIVES = 8;

/** `ValidateDeviceClass`. */
export function checkDeviceClass(object: KubernetesObject, version: string, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], CODE, report);
  checkSelectors(spec.at('selectors'), version);
  checkEach(spec.at('config'), MOST_CONFIGURATIONS, checkConfiguration);
  const extended = spec.at('extendedResourceName');
  if (isAdvanced(version) && extended.isSet && !isExtended(extended.text)) extended.invalid('must be a valid extended resource name');
}

/** `ValidateResourceClaim`, but whether its namespace lets it ask as an administrator. */
export function checkResourceClaim(object: KubernetesObject, version: string, report: Report): void {
  checkDeviceClaim(Place.of(object['spec'], ['spec'], CODE, report).at('devices'), version);
}

/** `ValidateResourceClaimTemplate`. */
export function checkClaimTemplate(object: KubernetesObject, version: string, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], CODE, report);
  checkTemplateMetadata(spec.at('metadata'), report);
  checkDeviceClaim(spec.at('spec').at('devices'), version);
}

/** The names of requests, each with those of its alternatives. */
type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

function checkDeviceClaim(devices: Place, version: string): void {
  const requests = devices.at('requests');
  const names: RequestNames = new Map(
    requests.items().map((request) => {
      const alternatives = request.at('firstAvailable').items();
      return [request.at('name').text, new Set(alternatives.map((item) => item.at('name').text))] as const;
    }),
  );
  const refer = (name: Place): void => checkReference(name, names);
  checkSet(
    requests,
    MOST_REQUESTS,
    (request) => checkRequest(request, version),
    (request) => request.at('name').text,
  );
  checkEach(devices.at('constraints'), MOST_CONSTRAINTS, (constraint) => {
    checkSet(constraint.at('requests'), MOST_REQUESTS, refer, ({ text }) => text);
    checkConstraint(constraint, version);
  });
  checkEach(devices.at('config'), MOST_CONFIGURATIONS, (configuration) => {
    checkSet(configuration.at('requests'), MOST_REQUESTS, refer, ({ text }) => text);
    checkConfiguration(configuration);
  });
}

function checkConstraint(constraint: Place, version: string): void {
  const [match, distinct] = [constraint.at('matchAttribute'), constraint.at('distinctAttribute')];
  if (match.isSet) checkFullyQualifiedName(match);
  else if (!isAdvanced(version)) match.required();
  else if (distinct.isSet) checkFullyQualifiedName(distinct);
  else constraint.required('exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set');
}

const NO_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

function checkReference(name: Place, names: RequestNames): void {
  const [first = '', second, third] = name.text.split('/');
  if (third !== undefined) return name.invalid(NO_REQUEST, name.text);
  for (const segment of second === undefined ? [first] : [first, second]) {
    for (const reason of judgeLabel(segment)) name.invalid(reason, segment);
  }
  const alternatives = names.get(first);
  if (alternatives === undefined || (second !== undefined && !alternatives.has(second))) name.invalid(NO_REQUEST, name.text);
  return undefined;
}

function checkRequest(request: Place, version: string): void {
  request.at('name').judgedEvenEmpty(judgeLabel);
  const [exactly, alternatives] = [request.at('exactly'), request.at('firstAvailable')];
  const hasAlternatives = alternatives.items().length > 0;
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  if (hasAlternatives && exactly.isSet) return request.invalid(`${one}, but multiple fields are set`, null);
  if (exactly.isSet) return checkAsked(exactly, version);
  if (!hasAlternatives) return request.required(one);
  return checkSet(
    alternatives,
    MOST_ALTERNATIVES,
    (item) => {
      item.at('name').judgedEvenEmpty(judgeLabel);
      checkAsked(item, version);
    },
    (item) => item.at('name').text,
  );
}

function checkAsked(asked: Place, version: string): void {
  const [name, mode, count] = [asked.at('deviceClassName'), asked.at('allocationMode'), asked.at('count')];
  if (name.wanted()) name.judged(judgeSubdomain);
  checkSelectors(asked.at('selectors'), version);
  const number = count.number ?? 0;
  // A server counts to one where nothing is written.
  if (mode.text === '' || mode.text === 'ExactCount') {
    if (number < 0) count.invalid('must be greater than zero');
  } else if (mode.text === 'All') {
    if (number !== 0) count.invalid("must not be specified when allocationMode is 'All'");
  } else mode.unsupported(['All', 'ExactCount']);
  for (const toleration of isAdvanced(version) ? asked.at('tolerations').items() : []) checkToleration(toleration);
}
