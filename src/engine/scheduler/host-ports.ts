import { getArray, getBoolean, getNumber, getString, type JsonObject, type JsonValue } from '../../std/index.ts';

/** A port that a pod takes on its node. An empty address is every address. */
export interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY_ADDRESS = '0.0.0.0';

/** The host ports of containers and sidecars. With hostNetwork the API copies each containerPort to a missing hostPort. */
export function readHostPorts(spec: JsonObject): readonly HostPort[] {
  const sidecars = getArray(spec, 'initContainers').filter((container) => getString(container, 'restartPolicy') === 'Always');
  const onHost = getBoolean(spec, 'hostNetwork') === true;
  return [...getArray(spec, 'containers'), ...sidecars].flatMap((container) =>
    getArray(container, 'ports').flatMap((port) => readHostPort(port, onHost)),
  );
}

function readHostPort(port: JsonValue, onHost: boolean): HostPort[] {
  const number = getNumber(port, 'hostPort') ?? (onHost ? getNumber(port, 'containerPort') : undefined) ?? 0;
  if (number <= 0) return [];
  return [{ address: getString(port, 'hostIP') || ANY_ADDRESS, protocol: getString(port, 'protocol') ?? 'TCP', port: number }];
}

/** The ports that a node counts as taken once a pod is gone: a port is counted once, whoever has it (`HostPortInfo.Remove`). */
export function withoutPorts(taken: readonly HostPort[], freed: readonly HostPort[]): readonly HostPort[] {
  return taken.filter(
    ({ address, protocol, port }) => !freed.some((item) => item.address === address && item.protocol === protocol && item.port === port),
  );
}

/** Whether two host ports cannot be had on one node (`HostPortInfo.CheckConflict`). */
export function isPortConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.address === b.address || a.address === ANY_ADDRESS || b.address === ANY_ADDRESS;
}
