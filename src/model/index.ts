export { describe, describeRemedy, findEntry, fingerprint, toFinding, CATALOG } from './catalog/catalog.ts';
export type { CatalogEntry, CatalogTable } from './catalog/entry.ts';
export { KplanError, type KplanErrorCode } from './errors.ts';
export type { Cause, Effect, Engine, EngineName, Fact, FactChange, Finding, FindingData, Severity } from './finding.ts';
export type { Manifest, Origin, Waiver } from './manifest.ts';
export {
  isNodeSelected,
  isTermMatched,
  readNodeSelectorTerm,
  toNodeFace,
  toNodeMatcher,
  toRequiredNodeMatcher,
  type NodeFace,
  type NodeSelectorTerm,
} from './node-affinity.ts';
export {
  annotationsOf,
  gvkOf,
  isKubernetesObject,
  labelsOf,
  nameOf,
  namespaceOf,
  parseApiVersion,
  specOf,
  toApiVersion,
  withMetadata,
  type GroupKind,
  type GroupVersionKind,
  type KubernetesObject,
} from './object.ts';
export {
  stepsOf,
  type Action,
  type Change,
  type FieldChange,
  type Plan,
  type Precondition,
  type Step,
  type Wave,
  type WorldSource,
} from './plan.ts';
export { formatQuantity, parseQuantity, toMilli, toUnits, type Quantity } from './quantity.ts';
export { compareRefs, formatRef, refKeyOf, refOf, toRefKey, type ObjectRef, type RefKey } from './ref.ts';
export type { CelRule, Kind, RemovedVersion, Schema, SchemaCatalog } from './schema/schema.ts';
export {
  formatSelector,
  isSatisfied,
  isSelected,
  readLabelSelector,
  readMapSelector,
  readRequirement,
  SELECT_ALL,
  SELECT_NONE,
  type Requirement,
  type Selector,
} from './selector.ts';
export { compareSourceRanges, formatPlace, type SourceRange } from './source-range.ts';
export {
  findUntoleratedTaint,
  FORBIDDING_EFFECTS,
  isTolerated,
  readTaints,
  readTolerations,
  type Taint,
  type Toleration,
} from './toleration.ts';
export { containersOf, podTemplateOf, type ContainerEntry, type PodTemplate } from './workload.ts';
export { KindIndex, World } from './world.ts';
