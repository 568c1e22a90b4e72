import { withMetadata, type KubernetesObject, type Precondition } from '../model/index.ts';
import { getObject, getString, sha256, stringifyJson, type JsonObject } from '../std/index.ts';
import { hashSecret } from './secret.ts';

const memo = new WeakMap<KubernetesObject, { readonly salt: string; readonly hash: string }>();

/** Annotations that controllers write about their own progress at any time: nobody plans on them. */
const PROGRESS =
  /^(deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.kubernetes\.io\/|endpoints\.kubernetes\.io\/last-change-trigger-time$|control-plane\.alpha\.kubernetes\.io\/leader$)/;

/**
 * SHA-256 of what a plan relies on of a live object: all but its status, managedFields, resourceVersion and generation,
 * and what controllers note of their progress among its annotations.
 * Secrets are hashed under the plan's salt first, so that the answer tells nothing of them.
 */
export function fieldsHashOf(live: KubernetesObject, salt: string): string {
  const known = memo.get(live);
  if (known?.salt === salt) return known.hash;
  const { status: _, ...rest } = hashSecret(live, salt);
  const plain = withMetadata(
    { ...rest, apiVersion: live.apiVersion, kind: live.kind, metadata: rest.metadata ?? {} },
    { annotations: annotationsOfOthers(rest.metadata), generation: undefined, managedFields: undefined, resourceVersion: undefined },
  );
  const hash = sha256(stringifyJson(plain));
  memo.set(live, { salt, hash });
  return hash;
}

function annotationsOfOthers(metadata: JsonObject | undefined): JsonObject | undefined {
  const entries = Object.entries(getObject(metadata, 'annotations') ?? {}).filter(([name]) => !PROGRESS.test(name));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What a step on this object relies on; `absent` where there is none. */
export function preconditionOf(live: KubernetesObject | undefined, salt: string): Precondition {
  if (live === undefined) return { kind: 'absent' };
  return {
    kind: 'present',
    uid: getString(live.metadata, 'uid') ?? '',
    resourceVersion: getString(live.metadata, 'resourceVersion') ?? '',
    fieldsHash: fieldsHashOf(live, salt),
  };
}
