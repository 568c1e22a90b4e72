import type { JsonObject } from '../std/index.ts';
import { describeAccess, type AccessEntry, type SubjectEntry } from './access.ts';
import type { RightEntry } from './rbac.ts';
import { count } from './summary.ts';

/** Requests that were refused, alike but for their names. */
export interface DeniedEntry {
  readonly request: AccessEntry;
  /** The names that were asked for; empty if there were many, or none. */
  readonly names: readonly string[];
  readonly count: number;
}

/** Rules that would have been enough, as an object to apply, and where it takes a binding. */
export interface EnoughEntry {
  readonly role: JsonObject;
  /** `[""]` is everywhere. */
  readonly namespaces: readonly string[];
}

/** What somebody did with its rights. */
export interface PrincipalUsageEntry {
  readonly subject: SubjectEntry;
  readonly requests: number;
  readonly unused: readonly RightEntry[];
  readonly denied: readonly DeniedEntry[];
  readonly enough: readonly EnoughEntry[];
}

/** What an audit log says of the use of rights. */
export interface UsageEntry {
  readonly file: string;
  readonly requests: number;
  /** When the first and the last request came; empty where the log does not say. */
  readonly from: string;
  readonly to: string;
  readonly lines: number;
  /** Lines that are no events, and the first of them. */
  readonly broken: number;
  readonly brokenLines: readonly number[];
  readonly principals: readonly PrincipalUsageEntry[];
}

/** `12 requests of 3 subjects from 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z`. */
export function describeLog({ requests, principals, from, to }: UsageEntry): string {
  const subjects = count(principals.filter((entry) => entry.requests > 0 && entry.subject.kind !== 'Group').length, 'subject') || 'nobody';
  return `${count(requests, 'request') || 'no requests'} of ${subjects}${from === '' ? '' : ` from ${from} to ${to}`}`;
}

/** `delete pods in shop (3 times)`. */
export function describeDenied({ request, names, count: times }: DeniedEntry): string {
  const named = names.length === 0 ? '' : ` named ${names.join(', ')}`;
  return `${describeAccess(request)}${named}${times === 1 ? '' : ` (${times} times)`}`;
}

/** The fields of the log in the document. */
export function usageFields(usage: UsageEntry, rightFields: (right: RightEntry) => JsonObject): JsonObject {
  const { principals, ...log } = usage;
  return {
    ...log,
    principals: principals.map(({ subject, requests, unused, denied, enough }) => ({
      subject: { ...subject },
      requests,
      unused: unused.map(rightFields),
      denied: denied.map((entry) => ({ ...entry, request: { ...entry.request } })),
      enough: enough.map(({ role, namespaces }) => ({ role, namespaces })),
    })),
  };
}
