export { applyDefaults } from './defaults.ts';
export { defaultObject } from './native-defaults/default-object.ts';
export { listNearestKinds } from './nearest-kind.ts';
export { pruneUnknown } from './prune.ts';
export { listVersions, loadCatalog, packId } from './read-pack.ts';
export { REMOVED_VERSIONS } from './removed-versions.ts';
export type { Kind, Schema } from './schema.ts';
export { compareApiVersions } from './version-order.ts';
