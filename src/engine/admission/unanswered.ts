import {
  findScaled,
  formatRef,
  readMapSelector,
  refOf,
  toRefKey,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { getArray, getObject, getString, toPointer } from '../../std/index.ts';
import { readGatekeepers, type Gatekeeper, type WebhookService } from './gatekeeper.ts';

/**
 * Webhooks with the failure policy Fail whose Service led to pods before a change and leads to none after it: from then on the API server
 * refuses whatever they are asked about. That the Service itself is gone is a reference that dangles (KR0020). `expand` gives the pods
 * that the controllers make.
 */
export function compareUnanswered(before: World, after: World, expand: (world: World) => World): readonly FactChange[] {
  return readGatekeepers(after).flatMap((hook) => {
    const { service, failurePolicy } = hook;
    if (service === undefined || failurePolicy === 'Ignore' || listPods(service, after, expand).length > 0) return [];
    const pods = after.get(refOfService(service)) === undefined ? [] : listPods(service, before, expand);
    return pods.length === 0 ? [] : [toChange(hook, service, { after, owners: listOwners(expand(before), pods) })];
  });
}

function refOfService({ namespace, name }: WebhookService): ObjectRef & { readonly namespace: string } {
  return { group: '', version: 'v1', kind: 'Service', namespace, name };
}

/** The pods that a Service of a world leads to. */
function listPods(service: WebhookService, world: World, expand: (world: World) => World): readonly KubernetesObject[] {
  const selector = readMapSelector(getObject(world.get(refOfService(service)), 'spec', 'selector'));
  return selector === undefined ? [] : expand(world).bySelector('', 'Pod', service.namespace, selector);
}

function listOwners(world: World, pods: readonly KubernetesObject[]): readonly ObjectRef[] {
  const owners = new Map<RefKey, ObjectRef>();
  for (const ref of pods.map((pod) => refOf(findScaled(world, pod) ?? pod))) owners.set(toRefKey(ref), ref);
  return [...owners.values()];
}

interface Behind {
  readonly after: World;
  /** What had the pods. */
  readonly owners: readonly ObjectRef[];
}

function toChange({ kind, name, configuration }: Gatekeeper, service: WebhookService, { after, owners }: Behind): FactChange {
  const ref = { group: 'admissionregistration.k8s.io', version: 'v1', kind: `${kind}Configuration`, name: configuration };
  const index = getArray(after.get(ref), 'webhooks').findIndex((webhook) => getString(webhook, 'name') === name);
  const own = refOfService(service);
  return {
    change: 'gained',
    fact: {
      engine: 'admission',
      code: 'KQ0013',
      severity: 'error',
      key: `KQ0013 ${ref.kind} ${configuration} ${name}`,
      subject: ref,
      data: { webhook: name, configuration: formatRef(ref), service: formatRef(own) },
      objects: [
        ...owners.map((owner) => ({ ref: owner, path: '/spec/replicas' })),
        { ref: own, path: '/spec/selector' },
        { ref, path: toPointer(['webhooks', index]) },
      ],
    },
  };
}
