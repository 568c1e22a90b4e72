import { WORDS } from './words.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Most keys are seen to be right at one glance; a prefix with `..`, `.-` or `-.` in it is not. */
const PLAIN_KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,200}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const ODD_DOTS = /\.\.|\.-|-\./;

/** What is wrong with a text, each in the server's words; empty where nothing is. */
export type Judgement = readonly string[];

const FINE: Judgement = [];

/** `IsDNS1123Subdomain`. */
export function judgeSubdomain(text: string): Judgement {
  if (text.length <= 253 && isSubdomain(text)) return FINE;
  return [...tooLong(text, 253, 'characters'), ...(isSubdomain(text) ? [] : [WORDS.subdomain])];
}

// One pattern for the whole would overflow its stack on megabytes of dots.
function isSubdomain(text: string): boolean {
  return text.split('.').every((label) => LABEL.test(label));
}

/** `LongName` of declarative validation, which counts in bytes. */
export function judgeLongName(text: string): Judgement {
  return [...tooLong(text, 253, 'bytes'), ...(isSubdomain(text) ? [] : [WORDS.subdomain])];
}

/** `IsDNS1123Label`; as a name of an object it says of dots that there are some. */
export function judgeLabel(text: string): Judgement {
  const long = tooLong(text, 63, 'characters');
  if (LABEL.test(text)) return long;
  return [...long, isSubdomain(text) ? WORDS.noDots : WORDS.label];
}

/** `IsDNS1035Label`. */
export function judgeLabel1035(text: string): Judgement {
  return [...tooLong(text, 63, 'characters'), ...(LABEL_1035.test(text) ? [] : [WORDS.label1035])];
}

/** `IsPathSegmentName`, for RBAC: the name is only ever a step of a path. */
export function judgePathSegment(text: string): Judgement {
  return text === '.' || text === '..' ? [`may not be '${text}'`] : judgePathPrefix(text);
}

/** `IsPathSegmentPrefix`. */
export function judgePathPrefix(text: string): Judgement {
  return ['/', '%'].filter((letter) => text.includes(letter)).map((letter) => `may not contain '${letter}'`);
}

/** `IsValidLabelValue`. */
export function judgeLabelValue(text: string): Judgement {
  if (text.length <= 63 && LABEL_VALUE.test(text)) return FINE;
  return [...tooLong(text, 63, 'bytes'), ...(LABEL_VALUE.test(text) ? [] : [WORDS.labelValue])];
}

/** `IsQualifiedName`, of keys of labels and annotations and of finalizers. */
export function judgeQualifiedName(text: string): Judgement {
  if (PLAIN_KEY.test(text) && !ODD_DOTS.test(text)) return FINE;
  const parts = text.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) return [WORDS.labelKey];
  const found: string[] = [];
  if (second !== undefined)
    found.push(...(first === '' ? [WORDS.nonEmptyPrefix] : judgeSubdomain(first).map((words) => `prefix part ${words}`)));
  const name = second ?? first;
  if (name === '') found.push(WORDS.nonEmptyName);
  else found.push(...tooLong(name, 63, 'bytes').map((words) => `name part ${words}`));
  return QUALIFIED.test(name) ? found : [...found, WORDS.namePart];
}

/** `IsValidPortName`. */
export function judgePortName(text: string): Judgement {
  const found = [...tooLong(text, 15, 'characters')];
  if (!/^[-a-z0-9]+$/.test(text)) found.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) found.push('must contain at least one letter (a-z)');
  if (text.includes('--')) found.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(text)) found.push('must not begin or end with a hyphen');
  return found;
}

/** `IsConfigMapKey`. */
export function judgeConfigKey(text: string): Judgement {
  const found = [...tooLong(text, 253, 'characters')];
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) found.push(WORDS.configKey);
  if (text === '.') found.push("must not be '.'");
  if (text === '..') found.push("must not be '..'");
  else if (text.startsWith('..')) found.push("must not start with '..'");
  return found;
}

/** `IsRelaxedEnvVarName`. */
export function judgeEnvironmentName(text: string): Judgement {
  return /^[ -<>-~]+$/.test(text) ? [] : [WORDS.environmentName];
}

function tooLong(text: string, limit: number, unit: 'characters' | 'bytes'): Judgement {
  return text.length > limit ? [`must be no more than ${limit} ${unit}`] : [];
}
