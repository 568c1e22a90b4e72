import { containersOf, Lens, nameOf, nameOnly, podTemplateOf, type KubernetesObject, type PodTemplate } from '../../model/index.ts';
import { getArray, getNumber, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';

/** Worlds as the network sees them: a change of an image, a config or a number of replicas opens and closes nothing. */
export const NETWORK_LENS: Lens = new Lens(viewOf);

function viewOf(object: KubernetesObject): KubernetesObject {
  const template = podTemplateOf(object);
  if (template !== undefined) return viewWorkload(object, template);
  const named = nameOnly(object);
  switch (`${object.apiVersion}/${object.kind}`) {
    case 'v1/Namespace':
    case 'v1/ServiceAccount':
      return { ...named, metadata: { ...named.metadata, ...pick(object.metadata, 'labels') } };
    case 'v1/Node':
      return { ...named, metadata: { ...named.metadata, ...pick(object.metadata, 'labels') }, status: viewNodeStatus(object['status']) };
    case 'policy.networking.k8s.io/v1alpha1/AdminNetworkPolicy':
    case 'policy.networking.k8s.io/v1alpha1/BaselineAdminNetworkPolicy':
    case 'policy.networking.k8s.io/v1alpha2/ClusterNetworkPolicy':
    case 'networking.k8s.io/v1/NetworkPolicy':
    case 'crd.projectcalico.org/v1/GlobalNetworkPolicy':
    case 'crd.projectcalico.org/v1/NetworkPolicy':
    case 'crd.projectcalico.org/v1/Tier':
    case 'crd.projectcalico.org/v1/FelixConfiguration':
    case 'projectcalico.org/v3/FelixConfiguration':
    case 'projectcalico.org/v3/GlobalNetworkPolicy':
    case 'projectcalico.org/v3/NetworkPolicy':
    case 'projectcalico.org/v3/Tier':
    case 'security.istio.io/v1/AuthorizationPolicy':
    case 'security.istio.io/v1beta1/AuthorizationPolicy':
    case 'projectcalico.org/v3/StagedGlobalNetworkPolicy':
    case 'projectcalico.org/v3/StagedKubernetesNetworkPolicy':
    case 'projectcalico.org/v3/StagedNetworkPolicy':
    case 'route.openshift.io/v1/Route':
      return { ...named, ...pick(object, 'spec') };
    case 'cilium.io/v2/CiliumClusterwideNetworkPolicy':
    case 'cilium.io/v2/CiliumNetworkPolicy':
      return { ...named, ...pick(object, 'spec', 'specs') };
    case 'cilium.io/v2/CiliumCIDRGroup':
    case 'cilium.io/v2alpha1/CiliumCIDRGroup':
    case 'crd.projectcalico.org/v1/GlobalNetworkSet':
    case 'crd.projectcalico.org/v1/HostEndpoint':
    case 'projectcalico.org/v3/HostEndpoint':
    case 'crd.projectcalico.org/v1/NetworkSet':
    case 'projectcalico.org/v3/GlobalNetworkSet':
    case 'projectcalico.org/v3/NetworkSet':
      return { ...named, ...pick(object, 'spec'), metadata: { ...named.metadata, ...pick(object.metadata, 'labels') } };
    case 'security.istio.io/v1/PeerAuthentication':
    case 'security.istio.io/v1beta1/PeerAuthentication':
      return { ...named, ...pick(object, 'spec'), metadata: { ...named.metadata, ...pick(object.metadata, 'creationTimestamp') } };
    case 'networking.k8s.io/v1/Ingress':
    case 'networking.k8s.io/v1/IngressClass':
      return { ...named, ...pick(object, 'spec'), metadata: { ...named.metadata, ...pick(object.metadata, 'annotations') } };
    case 'v1/ConfigMap':
      return nameOf(object) === 'cilium-config' ? { ...named, ...pick(object, 'data') } : named;
    case 'v1/Service':
      return viewService(object, named);
    case 'v1/Endpoints':
      return { ...named, ...pick(object, 'subsets') };
    case 'discovery.k8s.io/v1/EndpointSlice':
      return { ...named, ...pick(object, 'endpoints', 'ports'), metadata: { ...named.metadata, ...pick(object.metadata, 'labels') } };
    default:
      return isRouting(object.apiVersion) ? { ...named, ...pick(object, 'spec') } : named;
  }
}

function isRouting(apiVersion: string): boolean {
  return apiVersion.startsWith('gateway.networking.') || apiVersion.startsWith('networking.istio.io/');
}

function viewService(object: KubernetesObject, named: KubernetesObject): KubernetesObject {
  const status = object['status'];
  const seen = isObject(status) ? { status: pick(status, 'loadBalancer') } : {};
  return { ...named, ...pick(object, 'spec'), ...seen, metadata: { ...named.metadata, ...pick(object.metadata, 'annotations', 'labels') } };
}

function viewNodeStatus(status: JsonValue | undefined): JsonObject {
  return isObject(status) ? pick(status, 'addresses') : {};
}

function viewWorkload(object: KubernetesObject, { path, metadata, spec }: PodTemplate): KubernetesObject {
  const named = nameOnly(object);
  const own = { ...named.metadata, ...pick(object.metadata, 'ownerReferences') };
  const pod = viewPodSpec(spec);
  if (path.length === 0) {
    const status = object['status'];
    const seen = isObject(status) ? { status: pick(status, 'phase', 'podIP', 'podIPs') } : {};
    return { ...named, metadata: { ...own, ...pick(metadata, 'labels') }, spec: pod, ...seen };
  }
  const template: JsonObject = { metadata: pick(metadata, 'labels'), spec: pod };
  const nested = path.toReversed().reduce<JsonObject>((inner, step) => ({ [String(step)]: inner }), template);
  const isNone = getNumber(object, 'spec', 'replicas') === 0;
  const scaled = isNone && isObject(nested['spec']) ? { spec: { ...nested['spec'], replicas: 0 } } : {};
  return { ...named, ...nested, ...scaled, metadata: own };
}

function viewPodSpec(spec: JsonObject): JsonObject {
  const seen: Record<string, JsonValue[]> = {};
  const isHost = spec['hostNetwork'] === true;
  for (const { container, path } of containersOf(spec)) {
    const isSeen = (port: JsonValue): boolean =>
      isHost || getString(port, 'name') !== undefined || getNumber(port, 'hostPort') !== undefined;
    const ports = getArray(container, 'ports').filter(isSeen);
    const list = String(path[0]);
    if (ports.length > 0) (seen[list] ??= []).push({ ...pick(container, 'restartPolicy'), ports });
  }
  return { ...pick(spec, 'serviceAccountName'), ...(isHost ? pick(spec, 'hostNetwork', 'nodeName') : {}), ...seen };
}

function pick(object: JsonObject, ...fields: readonly string[]): JsonObject {
  const picked: Record<string, JsonValue> = {};
  for (const field of fields) {
    const value = object[field];
    if (value !== undefined) picked[field] = value;
  }
  return picked;
}
