import type { KubernetesObject } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { judgeLabel, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';

const CODE = 'KV0127';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const METHODS = ['ByNamespace', 'ByUser'];
const LAST_PRECEDENCE = 10_000;
const SUBJECTS = ['Group', 'ServiceAccount', 'User'] as const;
const FIELDS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

/** What `ValidateFlowSchema` says, but of the two schemas that a server keeps itself. */
export function checkFlowSchema(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], CODE, report);
  const precedence = spec.at('matchingPrecedence');
  // Nothing, and 0, is a thousand to a server.
  const value = (precedence.number ?? 0) === 0 ? 1000 : (precedence.number ?? 0);
  if (value <= 0) precedence.invalid('must be a positive value', value);
  if (value > LAST_PRECEDENCE) precedence.invalid(`must not be greater than ${LAST_PRECEDENCE}`);
  const isExempt = getString(object, 'metadata', 'name') === 'exempt';
  if (value === 1 && !isExempt) precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.at('distinguisherMethod');
  const type = method.at('type').text;
  if (method.isSet && !METHODS.includes(type)) method.at('type').unsupported(METHODS, { Type: type });
  const level = spec.at('priorityLevelConfiguration').at('name');
  if (level.text === '') level.required('must reference a priority level');
  else level.judged(judgeSubdomain);
  for (const rule of spec.at('rules').items()) checkRule(rule);
}

function checkRule(rule: Place): void {
  const [subjects, resources, urls] = [rule.at('subjects'), rule.at('resourceRules').items(), rule.at('nonResourceRules').items()];
  if (subjects.items().length === 0) subjects.required('subjects must contain at least one value');
  for (const subject of subjects.items()) checkSubject(subject);
  if (resources.length === 0 && urls.length === 0) {
    rule.required('at least one of resourceRules and nonResourceRules has to be non-empty');
  }
  for (const resource of resources) checkResourceRule(resource);
  for (const url of urls) checkUrlRule(url);
}

function checkSubject(subject: Place): void {
  const kind = SUBJECTS.find((name) => name === subject.at('kind').text);
  if (kind === undefined) return subject.at('kind').unsupported(SUBJECTS, subject.at('kind').text);
  const own = subject.at(FIELDS[kind]);
  if (own.isSet) checkNamed(own, kind);
  else own.required(`${FIELDS[kind]} is required when subject kind is '${kind}'`);
  for (const other of SUBJECTS) {
    const field = subject.at(FIELDS[other]);
    if (other !== kind && field.isSet) field.forbidden(`${FIELDS[other]} is forbidden when subject kind is not '${other}'`);
  }
  return undefined;
}

function checkNamed(subject: Place, kind: (typeof SUBJECTS)[number]): void {
  const name = subject.at('name');
  if (name.text === '') name.required();
  else if (kind === 'ServiceAccount' && name.text !== '*') name.judged(judgeSubdomain);
  if (kind !== 'ServiceAccount') return;
  const namespace = subject.at('namespace');
  if (namespace.text === '') namespace.required('must specify namespace for service account');
  else namespace.judged(judgeLabel);
}

/** Whether the values of a list are to be looked at each by itself: `*` stands alone. */
function checkList(list: Place, what: string, missing: string): boolean {
  const { texts } = list;
  if (texts.length === 0) list.required(missing);
  else if (texts.length > 1 && texts.includes('*')) list.invalid(`if '*' is present, must not specify other ${what}`);
  return texts.length > 0 && !texts.includes('*');
}

function checkVerbs(verbs: Place): void {
  const isOwn = checkList(verbs, 'verbs', 'verbs must contain at least one value');
  if (isOwn && verbs.texts.some((verb) => !VERBS.includes(verb))) verbs.unsupported(VERBS);
}

function checkResourceRule(rule: Place): void {
  checkVerbs(rule.at('verbs'));
  checkList(rule.at('apiGroups'), 'api groups', 'resource rules must supply at least one api group');
  checkList(rule.at('resources'), 'resources', 'resource rules must supply at least one resource');
  const namespaces = rule.at('namespaces');
  if (namespaces.texts.length === 0 && rule.at('clusterScope').isTrue) return;
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (!checkList(namespaces, 'namespaces', missing)) return;
  for (const name of namespaces.items()) {
    for (const reason of judgeLabel(name.text)) {
      name.invalid(`each member of this list must be '*' or a DNS-1123 label; ${reason}`, name.text);
    }
  }
}

function checkUrlRule(rule: Place): void {
  checkVerbs(rule.at('verbs'));
  const urls = rule.at('nonResourceURLs');
  if (!checkList(urls, 'non-resource URLs', 'nonResourceURLs must contain at least one value')) return;
  for (const url of urls.items()) {
    const reason = judgeUrl(url.text);
    if (reason !== undefined) url.invalid(reason, url.text);
  }
}

function judgeUrl(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const stars = path.split('*').length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

const NOT_NEGATIVE = 'must be a non-negative integer';
const MOST_QUEUES = 10_000_000;
const HASH_BITS = 60;

/** What `ValidatePriorityLevelConfiguration` says, but of the two levels that a server keeps itself. */
export function checkPriorityLevel(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], CODE, report);
  const [type, limited, exempt] = [spec.at('type'), spec.at('limited'), spec.at('exempt')];
  const isNamed = getString(object, 'metadata', 'name') === 'exempt';
  if (isNamed !== (type.text === 'Exempt')) type.invalid("must be 'Exempt' if and only if `name` is 'exempt'", type.text);
  if (type.text === 'Exempt') {
    if (limited.isSet) limited.forbidden('must be nil if the type is not Limited');
    checkShares(exempt);
  } else if (type.text === 'Limited') {
    if (exempt.isSet) exempt.forbidden('must be nil if the type is Limited');
    if (limited.isSet) checkLimited(limited);
    else limited.required('must not be empty when type is Limited');
  } else if (type.text === '') type.required();
  else type.unsupported(['Exempt', 'Limited']);
}

function checkShares(level: Place): void {
  level.at('nominalConcurrencyShares').atLeast(0, NOT_NEGATIVE);
  level.at('lendablePercent').between(0, 100);
}

function checkLimited(limited: Place): void {
  checkShares(limited);
  limited.at('borrowingLimitPercent').atLeast(0, `if specified, ${NOT_NEGATIVE}`);
  const response = limited.at('limitResponse');
  const [type, queuing] = [response.at('type'), response.at('queuing')];
  if (type.text === 'Reject') {
    if (queuing.isSet) queuing.forbidden('must be nil if limited.limitResponse.type is not Limited');
  } else if (type.text === 'Queue') {
    if (queuing.isSet) checkQueues(queuing);
    else queuing.required('must not be empty if limited.limitResponse.type is Limited');
  } else if (type.text === '') type.required();
  else type.unsupported(['Queue', 'Reject']);
}

/** What a server fills in. */
const DEFAULTS: Readonly<Record<string, number>> = { handSize: 8, queueLengthLimit: 50, queues: 64 };

function checkQueues(queuing: Place): void {
  const numberOf = (name: string): number => {
    const given = queuing.at(name).number ?? 0;
    return given === 0 ? (DEFAULTS[name] ?? 0) : given;
  };
  const fail = (name: string, why: string): void => queuing.at(name).invalid(why, numberOf(name));
  const [length, queues, hand] = [numberOf('queueLengthLimit'), numberOf('queues'), numberOf('handSize')];
  if (length <= 0) fail('queueLengthLimit', 'must be positive');
  if (queues <= 0) fail('queues', 'must be positive');
  else if (queues > MOST_QUEUES) fail('queues', `must not be greater than ${MOST_QUEUES}`);
  const bits = Math.ceil(Math.log2(queues) * hand);
  const deal = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${HASH_BITS}`;
  if (hand <= 0) fail('handSize', 'must be positive');
  else if (hand > queues) fail('handSize', `should not be greater than queues (${queues})`);
  else if (bits > HASH_BITS) fail('handSize', deal);
}
