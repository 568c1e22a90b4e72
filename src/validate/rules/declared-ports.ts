import { containersOf } from '../../model/index.ts';
import { getArray, getNumber, getString, type JsonObject } from '../../std/index.ts';

const known = new WeakMap<JsonObject, ReadonlySet<string>>();

/**
 * The ports that the containers of a pod spec declare, as `8080/TCP`. Empty where a container declares none: nothing
 * makes it, so what it listens on is not known.
 */
export function listDeclaredPorts(spec: JsonObject): ReadonlySet<string> {
  let ports = known.get(spec);
  if (ports === undefined) known.set(spec, (ports = readPorts(spec)));
  return ports;
}

function readPorts(spec: JsonObject): ReadonlySet<string> {
  const serving = containersOf(spec).filter(({ type, container }) => type === 'container' || container['restartPolicy'] === 'Always');
  const lists = serving.map(({ container }) => getArray(container, 'ports'));
  if (lists.some((ports) => ports.length === 0)) return new Set();
  return new Set(
    lists.flat().flatMap((port) => {
      const number = getNumber(port, 'containerPort');
      return number === undefined ? [] : [`${number}/${getString(port, 'protocol') ?? 'TCP'}`];
    }),
  );
}
