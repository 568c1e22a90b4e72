import type { Kind, KubernetesObject } from '../../model/index.ts';
import { applyDefaults, pruneUnknown } from '../../model/schema/index.ts';
import { isObject, type JsonObject } from '../../std/index.ts';
import { failAs, invalid } from '../native/field-error.ts';
import type { Problem, Report } from '../problem.ts';
import { judgeRules, writeField } from './judge-rules.ts';
import { compileTree } from './rule-tree.ts';

export const RULE_CODE = 'KV0125';
const NOT_ASKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** What is missing, of no known choice, too long, too many, or of another type keeps the server from asking any rule. */
const BLOCKING: ReadonlySet<string> = new Set(['KV0043', 'KV0044', 'KV0045', 'KV0053', 'KV0054']);

/**
 * What the rules in CEL of its definition say of a custom resource; `found` is what else is wrong with it. `old` is what it
 * takes the place of.
 */
export function checkRules(
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  kind: Kind,
  { version, found, report }: { readonly version: string; readonly found: readonly Problem[]; readonly report: Report },
): void {
  const tree = kind.written === undefined ? undefined : compileTree(kind.written, version);
  if (tree === undefined) return;
  const fail = failAs(RULE_CODE, report);
  if (found.some(({ code }) => BLOCKING.has(code))) fail([], invalid(null, NOT_ASKED), writeField({ field: '' }));
  else judgeRules(tree, toStored(object, old, kind), old === undefined ? undefined : toStored(old, old, kind), fail);
}

/** The object as the server would store it: a status that is written elsewhere stays as it was. */
function toStored(object: KubernetesObject, old: KubernetesObject | undefined, kind: Kind): JsonObject {
  const { status, ...sent } = object;
  const kept = kind.subresources.includes('status') ? old?.['status'] : status;
  const stored = applyDefaults(kind.schema, pruneUnknown(kind.schema, kept === undefined ? sent : { ...sent, status: kept }));
  return isObject(stored) ? stored : object;
}
