import { quoteGo } from '../../std/index.ts';

/** How much Pod Security forbids: nothing, what is known to escalate, or all that is not hardened. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** A level in the wording of a Kubernetes minor version. */
export interface LevelVersion {
  readonly level: PodSecurityLevel;
  /** The minor version of `v1.N`, or whatever the server itself is of. */
  readonly version: number | 'latest';
}

/** What is done about pods that a level forbids. */
export type PodSecurityMode = 'enforce' | 'audit' | 'warn';

/** The level of each mode. */
export type PodSecurityPolicy = Readonly<Record<PodSecurityMode, LevelVersion>>;

/** A label of a namespace that says nothing that can be understood; `message` is the API server's. */
export interface LabelFault {
  readonly label: string;
  readonly message: string;
}

/** What every label of Pod Security begins with. */
export const POD_SECURITY_PREFIX = 'pod-security.kubernetes.io/';

/** What holds where neither labels nor the server's configuration say anything. */
export const PRIVILEGED: PodSecurityPolicy = {
  enforce: { level: 'privileged', version: 'latest' },
  audit: { level: 'privileged', version: 'latest' },
  warn: { level: 'privileged', version: 'latest' },
};

const LEVELS: readonly PodSecurityLevel[] = ['privileged', 'baseline', 'restricted'];
const MODES: readonly PodSecurityMode[] = ['enforce', 'audit', 'warn'];

/**
 * What the labels of a namespace ask for, over the defaults of the server (`pod-security-admission/api.PolicyToEvaluate`).
 * A label that cannot be understood enforces the most, and audits and warns of nothing.
 */
export function readPodSecurityPolicy(
  labels: ReadonlyMap<string, string>,
  defaults: PodSecurityPolicy = PRIVILEGED,
): { readonly policy: PodSecurityPolicy; readonly faults: readonly LabelFault[] } {
  const faults: LabelFault[] = [];
  const policy = { ...defaults };
  for (const mode of MODES) policy[mode] = readMode(mode, labels, defaults[mode], faults);
  const named = parseLevel(labels.get(`${POD_SECURITY_PREFIX}enforce`));
  const isWarnGiven = labels.has(`${POD_SECURITY_PREFIX}warn`);
  if (named !== undefined && !isWarnGiven && compareLevels(named, policy.warn.level) > 0) {
    const version = labels.has(`${POD_SECURITY_PREFIX}warn-version`) ? policy.warn.version : policy.enforce.version;
    policy.warn = { level: named, version };
  }
  return { policy, faults };
}

function readMode(mode: PodSecurityMode, labels: ReadonlyMap<string, string>, usual: LevelVersion, faults: LabelFault[]): LevelVersion {
  const level = labels.get(`${POD_SECURITY_PREFIX}${mode}`);
  const version = labels.get(`${POD_SECURITY_PREFIX}${mode}-version`);
  return {
    level: level === undefined ? usual.level : readLevel(mode, level, faults),
    version: version === undefined ? usual.version : readVersion(mode, version, faults),
  };
}

function readLevel(mode: PodSecurityMode, text: string, faults: LabelFault[]): PodSecurityLevel {
  const level = parseLevel(text);
  if (level !== undefined) return level;
  faults.push(toFault(mode, text, `must be one of ${LEVELS.join(', ')}`));
  return mode === 'enforce' ? 'restricted' : 'privileged';
}

function readVersion(mode: PodSecurityMode, text: string, faults: LabelFault[]): LevelVersion['version'] {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  faults.push(toFault(`${mode}-version`, text, 'must be "latest" or "v1.x"'));
  return 'latest';
}

function toFault(name: string, value: string, why: string): LabelFault {
  const label = `${POD_SECURITY_PREFIX}${name}`;
  return { label, message: `metadata.labels[${label}]: Invalid value: ${quoteGo(value)}: ${why}` };
}

/** The level of a name; undefined for another word. */
export function parseLevel(text: string | undefined): PodSecurityLevel | undefined {
  return LEVELS.find((level) => level === text);
}

/** `latest` or the minor version of `v1.N`; undefined for anything else. */
export function parseVersion(text: string): LevelVersion['version'] | undefined {
  if (text === 'latest') return text;
  const minor = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text)?.[1];
  // What Go cannot hold in an int is not understood either.
  return minor === undefined || BigInt(minor) >= 2n ** 63n ? undefined : Number(minor);
}

/** Orders levels by how much they forbid. */
export function compareLevels(a: PodSecurityLevel, b: PodSecurityLevel): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** A level and its version as the server writes it: `restricted:latest`, `baseline:v1.30`. */
export function formatLevel({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}
