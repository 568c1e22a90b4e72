import type { JsonObject } from '../../../std/index.ts';

/** What was found in a repository that may be kept as a unit. */
export interface FoundUnit {
  /** `Kustomization flux-system/web (clusters/prod/web.yaml:3)`. */
  readonly subject: string;
  readonly place: string;
  /** As `units` of kplan.yaml would list it; absent where it is none, for the first of `problems`. */
  readonly value?: JsonObject;
  /** What keeps it from being a unit, or what it asks for that is not done. */
  readonly problems: readonly string[];
}

/** The source that is followed, for what names one. */
export interface FollowedSource {
  /** Absent for a folder or a repository of this machine. */
  readonly url?: string;
  /** Absent for files that are watched. */
  readonly revision?: string;
}

/** `git@host:team/shop.git` and `https://host/team/shop` are the same repository. */
export function toRepositoryName(url: string): string {
  const text = url
    .trim()
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  const slash = text.indexOf('/');
  return slash === -1 ? text.toLowerCase() : text.slice(0, slash).toLowerCase() + text.slice(slash);
}

/** Why what asks for a revision of a repository cannot be had from the source that is followed; undefined where it can. */
export function judgeSource(
  { url, revision }: FollowedSource,
  asked: { readonly url: string; readonly revision: string },
): string | undefined {
  if (url !== undefined && toRepositoryName(url) !== toRepositoryName(asked.url)) return `it is of another repository, ${asked.url}`;
  if (revision === undefined || revision === asked.revision || (asked.revision === '' && revision === 'HEAD')) return undefined;
  return `it asks for ${asked.revision === '' ? 'HEAD' : asked.revision}, and ${revision} is followed: --ref ${asked.revision === '' ? 'HEAD' : asked.revision}`;
}

/** The name of a unit for an object; those of the controllers' own namespaces go by their names alone. */
export function toUnitName(namespace: string, name: string): string {
  return ['', 'flux-system', 'argocd'].includes(namespace) ? name : `${namespace}-${name}`;
}

/** The fields of an object that are there and not among those that are known. */
export function listUnknown(value: JsonObject | undefined, known: readonly string[]): readonly string[] {
  return Object.keys(value ?? {}).filter((field) => !known.includes(field));
}
