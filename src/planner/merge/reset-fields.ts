import type { KubernetesObject } from '../../model/index.ts';
import { withMetadata } from '../../model/index.ts';
import type { JsonObject } from '../../std/index.ts';
import { FieldSet } from './field-set.ts';

/** Metadata that the server sets: never part of what is applied. */
const SYSTEM_METADATA = ['creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'selfLink', 'uid'] as const;

/** What no manager owns (apimachinery `managedfields`, stripMeta). */
const NEVER_OWNED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
  ['f:metadata', 'f:clusterName'],
  ...SYSTEM_METADATA.map((name) => ['f:metadata', `f:${name}`] as const),
);

const STATUS = FieldSet.of(['f:status']);
const ALL_BUT_STATUS = FieldSet.of(['f:spec'], ['f:metadata'], ['f:data']);

/** The set without what managers never own. */
export function withoutNeverOwned(set: FieldSet): FieldSet {
  return set.difference(NEVER_OWNED);
}

/** The object as applied or compared: without the metadata that the server sets. */
export function withoutSystemMetadata(object: KubernetesObject): KubernetesObject {
  if (!SYSTEM_METADATA.some((name) => name in object.metadata)) return object;
  return withMetadata(object, Object.fromEntries(SYSTEM_METADATA.map((name) => [name, undefined])));
}

/** The object with its server-set metadata taken from another. */
export function withSystemMetadataOf(object: KubernetesObject, from: KubernetesObject | undefined): KubernetesObject {
  if (from === undefined) return object;
  const kept = SYSTEM_METADATA.filter((name) => name !== 'managedFields' && name in from.metadata);
  return kept.length === 0 ? object : withMetadata(object, Object.fromEntries(kept.map((name) => [name, from.metadata[name]])));
}

/** What a write of the main resource, or of a subresource, does not own and cannot change (`GetResetFields` of the registry's strategies). */
export function resetFieldsOf(write: { readonly subresource?: string; readonly hasStatusSubresource: boolean }): FieldSet {
  if (write.subresource === 'status') return ALL_BUT_STATUS;
  return write.subresource === undefined && write.hasStatusSubresource ? STATUS : FieldSet.EMPTY;
}

/** The object with everything that the write may not change taken from the live one. */
export function restoreResetFields(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  write: { readonly subresource?: string; readonly hasStatusSubresource: boolean },
): KubernetesObject {
  if (write.subresource === 'status') {
    if (live === undefined) return object;
    const status = object['status'];
    return {
      ...omit(live, 'status'),
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: live.metadata,
      ...(status === undefined ? {} : { status }),
    };
  }
  if (write.subresource !== undefined || !write.hasStatusSubresource || object['status'] === live?.['status']) return object;
  const status = live?.['status'];
  const rest = { ...omit(object, 'status'), apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  return status === undefined ? rest : { ...rest, status };
}

function omit(object: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));
}
