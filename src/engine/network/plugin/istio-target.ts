import { getArray, getAt, getObject, getString, getStringMap, type JsonValue } from '../../../std/index.ts';
import { namespaceOf, specOf, type KubernetesObject } from '../../../model/index.ts';
import type { Peer } from '../policy.ts';
import { isWaypoint, ROOT_NAMESPACE, toBehindWaypoint, toPodsOf, waypointOf, AMBIENT, type Mesh } from './istio-mesh.ts';
import type { Problems } from './problem.ts';

/** Pods that a target of a policy means. */
export interface Target {
  readonly subject: Peer;
  /** Why nobody can say whether the policy is asked of what reaches them. */
  readonly doubt?: string;
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/**
 * The pods that `targetRefs` of an AuthorizationPolicy mean (GEP-2648), undefined where it has none: those of a Gateway, or those
 * behind a waypoint, which stands before some Services or pods and is asked only by who comes through it.
 */
export function findTargets(object: KubernetesObject, mesh: Mesh, problems: Problems): readonly Target[] | undefined {
  const spec = specOf(object);
  const single = getObject(spec, 'targetRef');
  const refs = getArray(spec, 'targetRefs');
  if (single === undefined && refs.length === 0) return undefined;
  if (getStringMap(spec, 'selector', 'matchLabels').size > 0)
    problems.refuse('/spec/selector', 'only one of targetRefs and selector can be set');
  const home = namespaceOf(object) ?? '';
  return single === undefined
    ? refs.flatMap((ref, index) => findTarget(ref, `/spec/targetRefs/${index}`, home, mesh, problems))
    : findTarget(single, '/spec/targetRef', home, mesh, problems);
}

function findTarget(ref: JsonValue, path: string, home: string, mesh: Mesh, problems: Problems): readonly Target[] {
  const [kind, name] = [getString(ref, 'kind') ?? '', getString(ref, 'name') ?? ''];
  const other = getAt(ref, 'namespace');
  if (other !== undefined && other !== '' && other !== home) {
    problems.refuse(`${path}/namespace`, 'a target must be in the namespace of its policy');
    return [];
  }
  switch (kind) {
    case 'Gateway':
      return toGatewayTarget(name, path, home, mesh, problems);
    case 'GatewayClass':
      if (home !== ROOT_NAMESPACE) {
        problems.refuse(path, `a GatewayClass can be the target of policies of ${ROOT_NAMESPACE} alone`);
        return [];
      }
      return [{ subject: toBehindWaypoint(mesh), doubt: problems.doubt(path, 'it is asked only of what comes through a waypoint') }];
    case 'Service':
      return toServiceTarget(name, path, home, mesh, problems);
    case 'ServiceEntry':
      problems.doubt(path, `what stands behind ServiceEntry ${name} is not among the workloads`);
      return [];
    default:
      problems.refuse(path, `kind ${kind}: must be Gateway, GatewayClass, Service or ServiceEntry`);
      return [];
  }
}

function toGatewayTarget(name: string, path: string, home: string, mesh: Mesh, problems: Problems): readonly Target[] {
  const gateway = mesh.gateways.get(`${home}/${name}`);
  const behind = (reason: string): Target => ({ subject: toBehindWaypoint(mesh, `${home}/${name}`), doubt: problems.doubt(path, reason) });
  if (gateway !== undefined && isWaypoint(mesh, gateway))
    return [behind(`it is asked only of what comes through waypoint ${home}/${name}`)];
  const pods = { requirements: [{ key: GATEWAY_NAME, operator: 'In' as const, values: [name] }] };
  const own: Target = { subject: { kind: 'pods', namespaces: undefined, pods } };
  if (gateway !== undefined) return [own];
  return [own, behind(`Gateway ${home}/${name} is not among the objects: whether it is a waypoint is not known`)];
}

function toServiceTarget(name: string, path: string, home: string, mesh: Mesh, problems: Problems): readonly Target[] {
  const service = mesh.services.get(`${home}/${name}`);
  if (service === undefined) {
    problems.doubt(path, `Service ${home}/${name} is not among the objects`);
    return [];
  }
  const waypoint = waypointOf(service, mesh.namespaces.get(home) ?? new Map());
  if (waypoint === undefined) {
    problems.refuse(path, `Service ${home}/${name} has no waypoint (istio.io/use-waypoint): nobody asks the policy`);
    return [];
  }
  return [
    {
      subject: { kind: 'every', of: [AMBIENT, toPodsOf(service)] },
      doubt: problems.doubt(path, `it is asked only of what comes to Service ${home}/${name} through waypoint ${waypoint}`),
    },
  ];
}
