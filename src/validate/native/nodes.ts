import type { KubernetesObject } from '../../model/index.ts';
import { judgeLabelValue, judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { isIpv6 } from '../structural/custom-formats.ts';
import { judgeLegacyCidr } from './addresses.ts';
import { duplicate } from './field-error.ts';
import { Place } from './place.ts';
import { checkQuantity } from './pod/resources.ts';

const CODE = 'KV0129';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const LONGEST_FEATURE = 253;
const FEATURE = /^[A-Z][a-zA-Z0-9]*(?:\/[a-zA-Z][a-zA-Z0-9]*)*$/;

/** The minor release from which on servers keep what nodes declare. */
const DECLARING = 36;

/** What `ValidateNode` says, but of annotations that were to become fields. */
export function checkNode(object: KubernetesObject, version: string, report: Report): void {
  const of = (field: string): Place => Place.of(object[field] ?? {}, [field], CODE, report);
  const [metadata, spec, status] = [of('metadata'), of('spec'), of('status')];
  checkTaints(spec.at('taints').as(metadata, '.taints'));
  for (const field of ['capacity', 'allocatable']) {
    for (const name of status.at(field).keys()) checkQuantity(status.at(field).at(name), name);
  }
  const swap = status.at('nodeInfo').at('swap').as(metadata, '.nodeSwapStatus').at('capacity');
  if (swap.number !== undefined && swap.number <= 0) swap.invalid('must be greater than 0');
  if (Number(version.split('.')[1]) >= DECLARING) checkFeatures(status.at('declaredFeatures').items());
  checkRanges(spec);
}

function checkTaints(taints: Place): void {
  const seen = new Set<string>();
  for (const taint of taints.items()) {
    const [key, value, effect] = [taint.at('key'), taint.at('value'), taint.at('effect')];
    key.judgedEvenEmpty(judgeQualifiedName);
    const found = judgeLabelValue(value.text);
    if (found.length > 0) value.invalid(found.join(';'));
    if (effect.wanted()) effect.oneOf(EFFECTS);
    const identity = `${effect.text} ${key.text}`;
    const printed = { Key: key.text, Value: value.text, Effect: effect.text, TimeAdded: taint.at('timeAdded').value ?? null };
    if (seen.has(identity)) taint.fail(`${duplicate(printed)}: taints must be unique by key and effect pair`);
    seen.add(identity);
  }
}

function checkFeatures(features: readonly Place[]): void {
  for (const [index, feature] of features.entries()) {
    const { text } = feature;
    const said = `invalid feature name ${JSON.stringify(text)}: must`;
    if (text.length > LONGEST_FEATURE) feature.invalid(`${said} be no more than ${LONGEST_FEATURE} characters`, text);
    else if (!FEATURE.test(text)) {
      feature.invalid(
        `${said} start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`,
        text,
      );
    }
    const before = features[index - 1]?.text;
    if (before === text) feature.duplicate(text);
    else if (before !== undefined && before > text) feature.invalid('list must be sorted alphabetically', text);
  }
}

function checkRanges(spec: Place): void {
  const [one, several] = [spec.at('podCIDR'), spec.at('podCIDRs')];
  const isOne = one.text !== '' && one.text !== several.texts[0];
  const ranges = isOne ? several.holding([one.text]) : several;
  for (const range of ranges.items()) range.judgedEvenEmpty(judgeLegacyCidr);
  const { texts } = ranges;
  if (texts.length < 2) return;
  const bad = texts.find((text) => judgeLegacyCidr(text).length > 0);
  if (bad !== undefined) {
    const why = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${texts.indexOf(bad)}]: <nil> (invalid CIDR address: ${bad})`;
    ranges.fail(`Internal error: ${why}`);
  }
  const families = new Set(texts.map((text) => isIpv6(text.split('/')[0] ?? '')));
  if (bad !== undefined || families.size !== 2 || texts.length > 2) {
    ranges.invalid('may specify no more than one CIDR for each IP family', [...texts]);
  }
}
