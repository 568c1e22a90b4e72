import {
  formatRef,
  isSelected,
  labelsOf,
  nameOf,
  podTemplateOf,
  readMapSelector,
  refOf,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../model/index.ts';
import { getArray, getObject, getString, getStringMap, toPointer } from '../../std/index.ts';
import { readGatekeepers, type Gatekeeper } from './gatekeeper.ts';
import { findSight, type AdmissionRequest } from './sight.ts';

/**
 * Webhooks that must answer before the pods that answer for them may start: once none runs, none ever does. Only what refuses where
 * nobody answers is told, and only of pods that it is asked about for sure.
 */
export function compareOwnWebhooks(before: World, after: World): readonly FactChange[] {
  const was = before.derive(listFacts);
  return [...after.derive(listFacts).values()].filter(({ key }) => !was.has(key)).map((fact) => ({ change: 'gained', fact }));
}

function listFacts(world: World): ReadonlyMap<string, Fact> {
  const facts = readGatekeepers(world).flatMap((gatekeeper) => {
    const { service, failurePolicy } = gatekeeper;
    if (service === undefined || failurePolicy === 'Ignore') return [];
    const object = world.get({ group: '', kind: 'Service', namespace: service.namespace, name: service.name });
    const selector = readMapSelector(getObject(object, 'spec', 'selector'));
    if (object === undefined || selector === undefined) return [];
    const answering = world.byNamespace(service.namespace).filter((workload) => isBehind(workload, selector));
    return answering.flatMap((workload) => (isAsked(gatekeeper, workload, world) ? [toFact(gatekeeper, object, workload, world)] : []));
  });
  return new Map(facts.map((fact) => [fact.key, fact]));
}

/** Whether a Service leads to the pods of a workload; what controllers made is its owner's. */
function isBehind(workload: KubernetesObject, selector: Selector): boolean {
  if (getArray(workload.metadata, 'ownerReferences').length > 0 || workload.kind === 'PodTemplate') return false;
  const template = podTemplateOf(workload);
  return template !== undefined && isSelected(selector, getStringMap(template.metadata, 'labels'));
}

function isAsked(gatekeeper: Gatekeeper, workload: KubernetesObject, world: World): boolean {
  const { namespace = '' } = refOf(workload);
  const home = world.get({ group: '', kind: 'Namespace', name: namespace });
  const request: AdmissionRequest = {
    operation: 'CREATE',
    group: '',
    versions: ['v1'],
    resource: 'pods',
    kind: 'Pod',
    namespace,
    name: '',
    labels: [getStringMap(podTemplateOf(workload)?.metadata, 'labels')],
    namespaceLabels: home === undefined ? undefined : new Map([...labelsOf(home), ['kubernetes.io/metadata.name', nameOf(home)]]),
    oldObject: null,
  };
  return findSight(gatekeeper, request) === 'sees';
}

function toFact({ kind, name, configuration }: Gatekeeper, service: KubernetesObject, workload: KubernetesObject, world: World): Fact {
  const ref = { group: 'admissionregistration.k8s.io', version: 'v1', kind: `${kind}Configuration`, name: configuration };
  const index = getArray(world.get(ref), 'webhooks').findIndex((webhook) => getString(webhook, 'name') === name);
  return {
    engine: 'admission',
    code: 'KQ0009',
    severity: 'warning',
    key: `KQ0009 ${ref.kind} ${configuration} ${name} ${formatRef(refOf(workload))}`,
    subject: ref,
    data: { webhook: name, workload: formatRef(refOf(workload)), service: formatRef(refOf(service)) },
    objects: [{ ref, path: toPointer(['webhooks', index]) }, { ref: refOf(workload) }, { ref: refOf(service) }],
  };
}
