import { parseQuantity, toMilli, toUnits, type KubernetesObject, type Quantity } from '../../model/index.ts';
import { judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';
import { checkQuantity, judgeContainerResource, judgeResource } from './pod/resources.ts';
import { printQuantity } from './quantities.ts';
import { isHugePages, isNative, isOfQuota } from './resource-names.ts';

const LIMIT_TYPES = ['Container', 'PersistentVolumeClaim', 'Pod'];
const SETTINGS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

/** What `ValidateLimitRange` says. */
export function checkLimitRange(object: KubernetesObject, report: Report): void {
  const types = new Set<string>();
  for (const limit of Place.of(object['spec'], ['spec'], 'KV0105', report).at('limits').items()) {
    const type = limit.at('type');
    const isSound = type.judgedEvenEmpty(judgeQualifiedName);
    if (isSound && !type.text.includes('/') && !LIMIT_TYPES.includes(type.text)) {
      type.invalid('must be a standard limit type or fully qualified');
    }
    if (types.has(type.text)) type.duplicate(type.text);
    types.add(type.text);
    checkLimit(type.text === 'Container' ? withDefaults(limit) : limit, type.text);
  }
}

/** What a container gets is at most what it may have, and what it asks for what it gets. */
function withDefaults(limit: Place): Place {
  const given = { ...limit.at('max').object, ...limit.at('default').object };
  const asked = { ...limit.at('min').object, ...given, ...limit.at('defaultRequest').object };
  return limit.holding({ ...limit.object, default: given, defaultRequest: asked });
}

function checkLimit(limit: Place, type: string): void {
  const settings = type === 'Pod' ? ['max', 'min', 'maxLimitRequestRatio'] : SETTINGS;
  for (const setting of SETTINGS) {
    if (settings.includes(setting)) for (const name of limit.at(setting).keys()) judgeLimited(limit.at(setting).entry(name), type);
    else if (limit.at(setting).keys().length > 0) limit.at(setting).forbidden("may not be specified when `type` is 'Pod'");
  }
  const hasStorage = ['min', 'max'].some((setting) => limit.at(setting).keys().includes('storage'));
  if (type === 'PersistentVolumeClaim' && !hasStorage) {
    limit.at('max').as(limit, '.limits').required('either minimum or maximum storage value is required, but neither was provided');
  }
  const names = new Set(settings.flatMap((setting) => limit.at(setting).keys()));
  for (const name of names) compareLimits(limit, settings, name);
}

function judgeLimited(place: Place, type: string): void {
  if (type === 'Pod' || type === 'Container') judgeContainerResource(place);
  else judgeResource(place, place.key);
}

interface Amount {
  readonly place: Place;
  readonly amount: Quantity;
  readonly text: string;
}

function readAmount(limit: Place, settings: readonly string[], setting: string, name: string): Amount | undefined {
  const place = limit.at(setting).entry(name);
  const amount = settings.includes(setting) ? parseQuantity(place.value) : undefined;
  return amount === undefined ? undefined : { place, amount, text: printQuantity(place.value) };
}

function compareLimits(limit: Place, settings: readonly string[], name: string): void {
  const read = (setting: string): Amount | undefined => readAmount(limit, settings, setting, name);
  const [min, max, usual, asked] = [read('min'), read('max'), read('default'), read('defaultRequest')];
  const order = (
    low: Amount | undefined,
    high: Amount | undefined,
    at: Amount | undefined,
    shown: Amount | undefined,
    words: string,
  ): void => {
    if (low !== undefined && high !== undefined && low.amount > high.amount) {
      const [first, second, third] = words.split('|');
      at?.place.invalid(`${first} ${low.text} ${second} ${high.text}${third ?? ''}`, shown?.text ?? '');
    }
  };
  order(min, max, min, min, 'min value|is greater than max value');
  const isLess = (low: Amount | undefined, high: Amount | undefined): boolean =>
    low !== undefined && high !== undefined && low.amount > high.amount;
  if (isLess(min, asked)) asked?.place.invalid(`min value ${min?.text} is greater than default request value ${asked.text}`, asked.text);
  order(asked, max, asked, asked, 'default request value|is greater than max value');
  order(asked, usual, asked, asked, 'default request value|is greater than default limit value');
  order(min, usual, usual, min, 'min value|is greater than default value');
  order(usual, max, usual, max, 'default value|is greater than max value');
  checkRatio(read('maxLimitRequestRatio'), min, max);
  const isExact = !isNative(name) || isHugePages(name);
  if (isExact && usual !== undefined && asked !== undefined && usual.amount !== asked.amount) {
    asked.place.invalid(`default value ${usual.text} must equal to defaultRequest value ${asked.text} in ${name}`, asked.text);
  }
}

const LARGEST_MILLI = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

function checkRatio(ratio: Amount | undefined, min: Amount | undefined, max: Amount | undefined): void {
  if (ratio === undefined) return;
  if (ratio.amount < 1_000_000_000n) ratio.place.invalid(`ratio ${ratio.text} is less than 1`, ratio.text);
  if (min === undefined || max === undefined) return;
  const isFine = [ratio, min, max].every(({ amount }) => toUnits(amount) < LARGEST_MILLI);
  const read = ({ amount }: Amount): number => (isFine ? toMilli(amount) : toUnits(amount));
  const most = read(max) / read(min);
  const own = isFine ? toMilli(ratio.amount) / 1000 : toUnits(ratio.amount);
  if (own > most) ratio.place.invalid(`ratio ${ratio.text} is greater than max/min = ${most.toFixed(6)}`, ratio.text);
}

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const OF_PODS = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const OF_CLAIMS = ['persistentvolumeclaims', 'requests.storage'];
const PLAIN_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

/** What `ValidateResourceQuota` says. */
export function checkResourceQuota(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0105', report);
  const hard = spec.at('hard');
  for (const name of hard.keys()) {
    const place = hard.entry(name);
    judgeResource(place, name);
    if (!name.includes('/') && !isOfQuota(name)) place.invalid('must be a standard resource for quota', name);
    checkQuantity(place, name);
  }
  const scopes = spec.at('scopes');
  for (const scope of scopes.texts) {
    if (!SCOPES.includes(scope)) scopes.invalid('unsupported scope');
    for (const name of hard.keys()) if (isOfQuota(name) && !isCounted(scope, name)) scopes.invalid('unsupported scope applied to resource');
  }
  if (areInConflict(scopes.texts)) scopes.invalid('conflicting scopes');
  if (spec.at('scopeSelector').isSet) checkScopeSelector(spec.at('scopeSelector'), scopes);
}

function isCounted(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  if (scope === 'VolumeAttributesClass') return OF_CLAIMS.includes(resource);
  return SCOPES.includes(scope) ? OF_PODS.includes(resource) : true;
}

function areInConflict(scopes: readonly string[]): boolean {
  const has = (...names: readonly string[]): boolean => names.every((name) => scopes.includes(name));
  return has('BestEffort', 'NotBestEffort') || has('Terminating', 'NotTerminating');
}

function checkScopeSelector(selector: Place, scopes: Place): void {
  const list = selector.at('matchExpressions');
  for (const item of list.items()) {
    const field = (name: string): Place => item.at(name).as(list, `.${name}`);
    const [scope, operator, values] = [field('scopeName'), field('operator'), field('values')];
    if (!SCOPES.includes(scope.text)) scope.invalid('unsupported scope', scope.text);
    if (PLAIN_SCOPES.includes(scope.text) && operator.text !== 'Exists') {
      operator.invalid(
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        operator.text,
      );
    }
    const count = values.items().length;
    if (['In', 'NotIn'].includes(operator.text)) {
      if (count === 0) values.required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (['Exists', 'DoesNotExist'].includes(operator.text)) {
      if (count > 0) values.invalid("must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else operator.invalid('not a valid selector operator', operator.text);
  }
  const names = list.items().map((item) => item.at('scopeName').text);
  if (areInConflict(names)) list.invalid('conflicting scopes', scopes.value ?? null);
}
