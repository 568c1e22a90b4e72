import { judgeLabel, judgeQualifiedName, judgeSubdomain, type Judgement } from '../../object/names.ts';
import { judgeLegacyAddress } from '../addresses.ts';
import type { Place } from '../place.ts';

const LARGEST_DEADLINE = 2_147_483_647;

/** What `ValidatePodSpec` says of names, those of hosts among them, of deadlines and of gates. */
export function checkPodNames(spec: Place, hostNames: readonly string[]): void {
  for (const field of ['nodeName', 'priorityClassName', 'serviceAccountName']) spec.at(field).judged(judgeSubdomain);
  const runtime = spec.at('runtimeClassName');
  if (runtime.isSet) runtime.judgedEvenEmpty(judgeSubdomain);
  spec.at('activeDeadlineSeconds').between(1, LARGEST_DEADLINE);
  for (const field of hostNames) spec.at(field).judged(judgeLabel);
  spec.at('preemptionPolicy').oneOf(['PreemptLowerPriority', 'Never']);
  if (spec.at('preemptionPolicy').value === '') spec.at('preemptionPolicy').required();
  for (const gate of spec.at('readinessGates').items()) gate.at('conditionType').judgedEvenEmpty(judgeQualifiedName);
  checkGates(spec.at('schedulingGates'));
  checkHostName(spec);
}

function checkGates(list: Place): void {
  const seen = new Set<string>();
  for (const gate of list.items()) {
    const name = gate.at('name').as(list, `[${gate.key}]`);
    name.judgedEvenEmpty(judgeQualifiedName);
    if (seen.has(name.text)) name.duplicate(name.text);
    seen.add(name.text);
  }
}

function checkHostName(spec: Place): void {
  const name = spec.at('hostnameOverride');
  if (!name.isSet) return;
  if (spec.at('setHostnameAsFQDN').isTrue) name.forbidden('may not be specified when setHostnameAsFQDN is true');
  if (spec.at('hostNetwork').isTrue) name.forbidden('may not be specified when hostNetwork is true');
  if (name.text.length > 64) name.tooLong(64);
  name.judgedEvenEmpty(judgeSubdomain);
}

const NAMESERVERS = 3;
const SEARCHES = 32;
const SEARCH_CHARACTERS = 2048;

/** What it says of DNS and of addresses in the pod's hosts file. */
export function checkNetworkNames(spec: Place): void {
  spec.at('dnsPolicy').oneOfIfAny(['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  checkDns(spec.at('dnsConfig'), spec.at('dnsPolicy').text);
  for (const alias of spec.at('hostAliases').items()) {
    alias.at('ip').judgedEvenEmpty(judgeLegacyAddress);
    for (const name of alias.at('hostnames').items()) name.judgedEvenEmpty(judgeSubdomain);
  }
}

function checkDns(config: Place, policy: string): void {
  const [servers, searches] = [config.at('nameservers'), config.at('searches')];
  if (policy === 'None') {
    if (!config.isSet) return config.required('must provide `dnsConfig` when `dnsPolicy` is None');
    if (servers.items().length === 0) {
      return servers.required('must provide at least one DNS nameserver when `dnsPolicy` is None');
    }
  }
  if (servers.items().length > NAMESERVERS) servers.invalid(`must not have more than ${NAMESERVERS} nameservers`);
  for (const server of servers.items()) server.judgedEvenEmpty(judgeLegacyAddress);
  if (searches.items().length > SEARCHES) searches.invalid(`must not have more than ${SEARCHES} search paths`);
  if (searches.texts.join(' ').length > SEARCH_CHARACTERS) {
    searches.invalid(`must not have more than ${SEARCH_CHARACTERS} characters (including spaces) in the search list`);
  }
  for (const search of searches.items()) checkSearch(search);
  for (const option of config.at('options').items()) if (option.at('name').text === '') option.required('must not be empty');
  return undefined;
}

function checkSearch(search: Place): void {
  if (search.text === '.' || typeof search.value !== 'string') return;
  const name = search.text.endsWith('.') ? search.text.slice(0, -1) : search.text;
  for (const reason of judgeUnderscored(name)) search.invalid(reason, name);
}

const LABEL = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORED = /^[a-z0-9_]([-_a-z0-9]*[a-z0-9])?$/;
const UNDERSCORED_WORDS = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${LABEL}(\\.${LABEL})*')`;

function judgeUnderscored(name: string): Judgement {
  const long = name.length > 253 ? ['must be no more than 253 characters'] : [];
  return name.split('.').every((label) => UNDERSCORED.test(label)) ? long : [...long, UNDERSCORED_WORDS];
}
