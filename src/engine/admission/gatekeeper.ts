import { nameOf, readLabelSelector, SELECT_ALL, type KubernetesObject, type Selector, type World } from '../../model/index.ts';
import { compareBy, getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { readConditions, type Conditions } from './conditions.ts';
import { readRules, type Rule } from './rule.ts';

const GROUP = 'admissionregistration.k8s.io';

/** What a gatekeeper looks at: all of it must hold. */
export interface Criteria {
  /** Undefined: whatever the resource. */
  readonly rules: readonly Rule[] | undefined;
  readonly excluded: readonly Rule[];
  readonly isEquivalent: boolean;
  readonly namespaces: Selector;
  readonly objects: Selector;
}

/** A Service that a webhook is behind. */
export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** What may change or refuse a write in a cluster: a webhook, or a policy with one of its bindings. */
export interface Gatekeeper {
  readonly kind: 'MutatingAdmissionPolicy' | 'MutatingWebhook' | 'ValidatingAdmissionPolicy' | 'ValidatingWebhook';
  /** The webhook's, or the policy's. */
  readonly name: string;
  /** The configuration that holds the webhook, or the policy's binding. */
  readonly configuration: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** Whether it may change what is written. */
  readonly mutates: boolean;
  /** False for a webhook that the server does not call in a dry run, and then refuses. */
  readonly takesDryRun: boolean;
  readonly service?: WebhookService;
  readonly criteria: readonly Criteria[];
  /** In CEL: what its criteria hold for must pass them, too. */
  readonly conditions: Conditions;
  /** True where parameters decide too: then it may or may not see what all the rest holds for. */
  readonly hasParameters: boolean;
}

/** The gatekeepers of a cluster, by kind, name and configuration. Policies without a binding do nothing and are left out. */
export function readGatekeepers(world: World): readonly Gatekeeper[] {
  return world.derive(readAll);
}

function readAll(world: World): readonly Gatekeeper[] {
  return [
    ...world.byKind(GROUP, 'MutatingWebhookConfiguration').flatMap((object) => readWebhooks(object, 'MutatingWebhook')),
    ...world.byKind(GROUP, 'ValidatingWebhookConfiguration').flatMap((object) => readWebhooks(object, 'ValidatingWebhook')),
    ...readPolicies(world, 'MutatingAdmissionPolicy'),
    ...readPolicies(world, 'ValidatingAdmissionPolicy'),
  ].toSorted(
    compareBy(
      ({ kind }) => kind,
      ({ name }) => name,
      ({ configuration }) => configuration,
    ),
  );
}

function readWebhooks(object: KubernetesObject, kind: Gatekeeper['kind']): readonly Gatekeeper[] {
  return getArray(object, 'webhooks').map((webhook) => {
    const effects = getString(webhook, 'sideEffects') ?? 'Unknown';
    const service = getObject(webhook, 'clientConfig', 'service');
    return {
      kind,
      name: getString(webhook, 'name') ?? '',
      configuration: nameOf(object),
      failurePolicy: failurePolicyOf(webhook),
      mutates: kind === 'MutatingWebhook',
      takesDryRun: effects === 'None' || effects === 'NoneOnDryRun',
      ...(service === undefined
        ? {}
        : {
            service: {
              namespace: getString(service, 'namespace') ?? '',
              name: getString(service, 'name') ?? '',
              port: getNumber(service, 'port') ?? 443,
            },
          }),
      criteria: [{ ...readCriteria(webhook), rules: readRules(getArray(webhook, 'rules')) }],
      conditions: readConditions(webhook),
      hasParameters: false,
    };
  });
}

function readPolicies(world: World, kind: 'MutatingAdmissionPolicy' | 'ValidatingAdmissionPolicy'): readonly Gatekeeper[] {
  const policies = new Map(world.byKind(GROUP, kind).map((policy) => [nameOf(policy), policy]));
  return world.byKind(GROUP, `${kind}Binding`).flatMap((binding) => {
    const policy = policies.get(getString(binding, 'spec', 'policyName') ?? '');
    if (policy === undefined) return [];
    const resources = getObject(binding, 'spec', 'matchResources');
    return [
      {
        kind,
        name: nameOf(policy),
        configuration: nameOf(binding),
        failurePolicy: failurePolicyOf(policy['spec']),
        mutates: kind === 'MutatingAdmissionPolicy',
        takesDryRun: true,
        criteria: [readMatch(getObject(policy, 'spec', 'matchConstraints')), ...(resources === undefined ? [] : [readMatch(resources)])],
        conditions: readConditions(policy['spec']),
        hasParameters: getObject(policy, 'spec', 'paramKind') !== undefined,
      },
    ];
  });
}

function readMatch(resources: JsonValue | undefined): Criteria {
  const rules = readRules(getArray(resources, 'resourceRules'));
  return {
    ...readCriteria(resources),
    rules: rules.length === 0 ? undefined : rules,
    excluded: readRules(getArray(resources, 'excludeResourceRules')),
  };
}

function readCriteria(value: JsonValue | undefined): Criteria {
  return {
    rules: undefined,
    excluded: [],
    isEquivalent: getString(value, 'matchPolicy') !== 'Exact',
    namespaces: readSelector(getObject(value, 'namespaceSelector')),
    objects: readSelector(getObject(value, 'objectSelector')),
  };
}

function readSelector(selector: JsonValue | undefined): Selector {
  return selector === undefined ? SELECT_ALL : readLabelSelector(selector);
}

function failurePolicyOf(value: JsonValue | undefined): Gatekeeper['failurePolicy'] {
  return getString(value, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail';
}
