import type { Kind, KubernetesObject } from '../../model/index.ts';
import { getString, quoteGo } from '../../std/index.ts';
import { isIpv4, isIpv6 } from '../structural/custom-formats.ts';
import { judgeLabel, judgeLabel1035, judgeLongName, judgePathPrefix, judgePathSegment, judgeSubdomain, type Judgement } from './names.ts';

/** How the names of one kind are judged. Some are held to what else the object says. */
type NameRule = (name: string, object: KubernetesObject) => Judgement;

/** Kinds whose names are not DNS subdomains: the `ValidateXName` of each. */
const NAME_RULES: Readonly<Record<string, NameRule>> = {
  '/Namespace': judgeLabel,
  '/Service': judgeLabel,
  'apiregistration.k8s.io/APIService': judgeApiService,
  'apps/StatefulSet': judgeLabel,
  'certificates.k8s.io/CertificateSigningRequest': judgePathSegment,
  'networking.k8s.io/IPAddress': judgeAddress,
  'policy/PodDisruptionBudget': judgePathSegment,
  'rbac.authorization.k8s.io/ClusterRole': judgePathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': judgePathSegment,
  'rbac.authorization.k8s.io/Role': judgePathSegment,
  'rbac.authorization.k8s.io/RoleBinding': judgePathSegment,
};

/** From this minor version on a Service may start with a digit (KEP-5311); before it is a DNS-1035 label. */
const RELAXED_SERVICE_NAMES = 36;

/** From this minor version on the names of these kinds are validated declaratively: the name that is made, and not its beginning. */
const DECLARATIVE = 35;
const DECLARED_NAMES = new Set(['/ReplicationController', 'resource.k8s.io/DeviceClass']);

/** Kinds of which the beginning of a made name is held to less than a name. */
const PREFIXED = new Set(['certificates.k8s.io/CertificateSigningRequest', 'policy/PodDisruptionBudget']);

/** What is wrong with the name of an object of a kind. */
export function judgeName(name: string, object: KubernetesObject, kind: Kind, version: string): Judgement {
  return ruleOf(kind, version)(name, object);
}

/** What is wrong with a `generateName`: as it is, or else, where no name is given, with what is made of it. */
export function judgeGenerateName(prefix: string, object: KubernetesObject, kind: Kind, version: string): Judgement {
  const rule = ruleOf(kind, version);
  const isGeneric = rule === judgeLongName || PREFIXED.has(`${kind.group}/${kind.kind}`);
  const found = isGeneric ? judgePathPrefix(prefix) : rule(rule === judgePathSegment ? prefix : withoutDash(prefix), object);
  const isUsed = (getString(object.metadata, 'name') ?? '') === '';
  return found.length > 0 || !isUsed ? found : rule(`${prefix.slice(0, MADE_FROM)}xxxxx`, object);
}

/** A dash at the end of a beginning is as good as a letter (`maskTrailingDash`, which takes the letter before it too). */
function withoutDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
}

/** How much of a `generateName` a made name begins with. */
const MADE_FROM = 58;

function ruleOf(kind: Kind, version: string): NameRule {
  if (kind.custom) return judgeSubdomain;
  const key = `${kind.group}/${kind.kind}`;
  if (key === '/Service' && minorOf(version) < RELAXED_SERVICE_NAMES) return judgeLabel1035;
  if (DECLARED_NAMES.has(key) && minorOf(version) >= DECLARATIVE) return judgeLongName;
  return NAME_RULES[key] ?? judgeSubdomain;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function judgeApiService(name: string, object: KubernetesObject): Judgement {
  const found = judgePathSegment(name);
  if (found.length > 0) return found;
  const wanted = `${getString(object, 'spec', 'version') ?? ''}.${getString(object, 'spec', 'group') ?? ''}`;
  return name === wanted ? [] : [`must be \`spec.version+"."+spec.group\`: ${quoteGo(wanted)}`];
}

function judgeAddress(name: string): Judgement {
  return isIpv4(name) || isIpv6(name) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}
