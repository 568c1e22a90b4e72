export type { ApplyOrder } from './apply-order.ts';
export { findEngine, listBlockers } from './blockers.ts';
export { describe, describeRemedy, findEntry, fingerprint, toFinding, CATALOG } from './catalog/catalog.ts';
export type { CatalogEntry } from './catalog/entry.ts';
export { describeCauses } from './cause.ts';
export type { Excerpt, GoneLines, Illustration } from './illustration.ts';
export type { Filled, NodeFilling } from './node-filling.ts';
export { KplanError } from './errors.ts';
export { parseFieldSelector, type FieldTerm } from './field-selector.ts';
export {
  pathOfFact,
  toSeverity,
  type Cause,
  type Effect,
  type Engine,
  type Fact,
  type FactChange,
  type Finding,
  type FindingData,
  type Severity,
} from './finding.ts';
export type { Digest, Digester, Manifest, Origin } from './manifest.ts';
export {
  isNodeSelected,
  isTermMatched,
  readNodeSelectorTerm,
  toNodeFace,
  toNodeMatcher,
  toRequiredNodeMatcher,
  type NodeFace,
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
  withMetadata,
  type GroupKind,
  type GroupVersionKind,
  type KubernetesObject,
} from './object.ts';
export { sumContainers } from './container-sum.ts';
export type { NodeExplanation, Placement, PreemptedPod } from './placement.ts';
export {
  stepsOf,
  type Action,
  type Admission,
  type Change,
  type FieldChange,
  type FieldWriter,
  type Plan,
  type Precondition,
  type UnchangedObject,
  type Step,
  type Wave,
  type WorldSource,
} from './plan.ts';
export { formatQuantity, parseQuantity, toMilli, toUnits, type Quantity } from './quantity.ts';
export { toScaledValue } from './scaled-value.ts';
export { findScaled, listBudgetPods, listBudgetsOf, toBudgetStatus, type BudgetStatus } from './disruption-budget.ts';
export { isGranted } from './reference-grant.ts';
export { compareRefs, findUnnamed, formatRef, refKeyOf, refOf, toRefKey, type ObjectRef, type RefKey } from './ref.ts';
export type { Kind, Schema, SchemaCatalog } from './schema/schema.ts';
export {
  formatSelector,
  isSelected,
  readLabelSelector,
  readMapSelector,
  SELECT_ALL,
  type Requirement,
  type Selector,
  SELECT_NONE,
  isSatisfied,
  readRequirement,
} from './selector.ts';
export { compareSourceRanges, formatPlace, type SourceRange } from './source-range.ts';
export { SourceChanges, type ChangedFile, type FileLines } from './source-changes.ts';
export {
  findUntoleratedTaint,
  FORBIDDING_EFFECTS,
  isTolerated,
  readTaints,
  readTolerations,
  type Taint,
  type Toleration,
} from './toleration.ts';
export { mayTakeOver, type TakeOver } from './take-over.ts';
export { isMisdated, lastDayOf, type Waiver } from './waiver.ts';
export { CONTROLLER_LABELS, containersOf, podTemplateOf, WORKLOAD_KINDS, type PodTemplate } from './workload.ts';
export { World, type KindIndex } from './world.ts';
export { Lens, nameOnly, type View } from './lens.ts';
