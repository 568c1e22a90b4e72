import type { JsonObject, JsonValue } from '../../std/index.ts';
import type { GroupVersionKind } from '../object.ts';

/**
 * One node of a structural schema, as Kubernetes uses OpenAPI v3. References are linked: `properties`, `items` and
 * `additionalProperties` hold the nodes themselves, and recursive definitions (JSONSchemaProps) are cyclic graphs.
 * `x-kubernetes-*` extensions stand under their own names. Descriptions are left out.
 */
export interface Schema {
  /** The name of the definition, where this node is one (`io.k8s.api.core.v1.PodSpec`); for messages and caches. */
  readonly definition?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  /** Without a prototype in decoded schemas, so that a field named `constructor` is looked up like any other. */
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly default?: JsonValue;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  /** `x-kubernetes-int-or-string`, or the built-in `IntOrString` type. */
  readonly intOrString?: boolean;
  /** The built-in `resource.Quantity` type: a number or a string. */
  readonly quantity?: boolean;
  readonly preserveUnknownFields?: boolean;
  readonly embeddedResource?: boolean;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'granular' | 'atomic';
  /** The key of a strategic merge patch's list, built-in kinds only. */
  readonly patchMergeKey?: string;
  /** How a strategic merge patch treats the field (`merge`, `replace`, `retainKeys`, `merge,retainKeys`), built-in kinds only. */
  readonly patchStrategy?: string;
  readonly validations?: readonly CelRule[];
}

/** One `x-kubernetes-validations` rule. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** What an API server knows of one kind in one version. */
export interface Kind extends GroupVersionKind {
  /** The resource's name in paths and RBAC: `deployments`. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories: readonly string[];
  /** What a server lets one do with it, sorted; a kind without `list` (reviews, bindings) is not stored. */
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  /** False for alpha and beta versions that a server serves only if told to. */
  readonly servedByDefault: boolean;
  /** True if it comes from a CustomResourceDefinition. */
  readonly custom: boolean;
  readonly schema: Schema;
  /** The schema as its CustomResourceDefinition writes it, where there is one. */
  readonly written?: JsonObject | undefined;
}

/** A group-version that servers no longer serve, and what took its place. */
export interface RemovedVersion extends GroupVersionKind {
  /** The minor release that no longer serves it: `1.22`. */
  readonly removedIn: string;
  readonly replacement?: { readonly apiVersion: string; readonly kind: string };
}

/** The kinds of one Kubernetes minor version, with the custom resources that were added to it. Immutable. */
export interface SchemaCatalog {
  /** The minor version: `1.36`. */
  readonly version: string;
  /** The kind of an object, if this version serves it (whether or not by default). */
  find(gvk: GroupVersionKind): Kind | undefined;
  /** Every served version of a kind, preferred first. */
  findVersions(group: string, kind: string): readonly Kind[];
  /** A kind by what kubectl users type: `deploy`, `deployments`, `deployments.apps`, `deployment`, `deployments.v1.apps`. */
  findResource(name: string): Kind | undefined;
  /** Whether a CustomResourceDefinition of this catalog defines the kind, be any version of it served or none. */
  isDefined(group: string, kind: string): boolean;
  /** What removed this group-version-kind at or before this version, if anything did. */
  findRemoved(gvk: GroupVersionKind): RemovedVersion | undefined;
  /** All kinds, ordered by group, version and kind. */
  list(): readonly Kind[];
  /** This catalog with the served versions of these CustomResourceDefinitions added (later ones win). */
  withCustomResources(definitions: Iterable<import('../object.ts').KubernetesObject>): SchemaCatalog;
}
