import {
  AUTHORIZER_TYPE,
  BOOL,
  createEnvironment,
  DYN,
  INT,
  listOf,
  mapOf,
  PATCH_TYPES,
  RESOURCE_CHECK_TYPE,
  STRING,
  struct,
  TIMESTAMP,
  type CelType,
  type Environment,
} from '../../../cel/index.ts';

/** The newest libraries: what a cluster took when a policy was written it also takes now. */
const VERSION = '1.36';

function object(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return struct(name, new Map(Object.entries(fields).map(([property, type]) => [property, { property, type }])));
}

const TEXTS = listOf(STRING);
const LABELS = mapOf(STRING, STRING);
const KIND = object('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = object('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });

/** `request` (`admission/plugin/cel.BuildRequestType`). */
const REQUEST: CelType = object('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: object('kubernetes.UserInfo', { username: STRING, uid: STRING, groups: TEXTS, extra: mapOf(STRING, TEXTS) }),
  dryRun: BOOL,
  options: DYN,
});

/** `namespaceObject` (`admission/plugin/cel.BuildNamespaceType`). */
const NAMESPACE: CelType = {
  // What is in no namespace has none.
  facts: { isNullable: true, mostElements: 0, leastBytes: 0 },
  ...object('kubernetes.Namespace', {
    metadata: object('kubernetes.NamespaceMetadata', {
      name: STRING,
      generateName: STRING,
      namespace: STRING,
      labels: LABELS,
      annotations: LABELS,
      UID: STRING,
      creationTimestamp: TIMESTAMP,
      deletionGracePeriodSeconds: INT,
      deletionTimestamp: TIMESTAMP,
      generation: INT,
      resourceVersion: STRING,
      finalizers: TEXTS,
    }),
    spec: object('kubernetes.NamespaceSpec', { finalizers: TEXTS }),
    status: object('kubernetes.NamespaceStatus', {
      conditions: listOf(
        object('kubernetes.NamespaceCondition', {
          status: STRING,
          type: STRING,
          lastTransitionTime: TIMESTAMP,
          message: STRING,
          reason: STRING,
        }),
      ),
      phase: STRING,
    }),
  }),
};

/** What an expression of a policy may name besides `object`, `oldObject`, `request` and `namespaceObject`. */
export interface PolicyNames {
  readonly hasParameters: boolean;
  readonly hasAuthorizer: boolean;
  /** Whether it may make patches. */
  readonly hasPatches?: boolean;
  /** The variables of the policy that stand before, with their types. */
  readonly variables: ReadonlyMap<string, CelType>;
}

/** The environment of the expressions of an admission policy (`admission/plugin/cel.mustBuildEnvs`, `NewCompositedCompiler`). */
export function createPolicyEnvironment({ hasParameters, hasAuthorizer, hasPatches = false, variables }: PolicyNames): Environment {
  return createEnvironment({
    version: VERSION,
    libraries: hasPatches ? [PATCH_TYPES] : [],
    variables: {
      object: DYN,
      oldObject: DYN,
      namespaceObject: NAMESPACE,
      request: REQUEST,
      variables: object('kubernetes.variables', Object.fromEntries(variables)),
      ...(hasParameters ? { params: DYN } : {}),
      ...(hasAuthorizer ? { authorizer: AUTHORIZER_TYPE, 'authorizer.requestResource': RESOURCE_CHECK_TYPE } : {}),
    },
  });
}
