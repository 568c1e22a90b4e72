import { getArray, getAt, getBoolean, getObject, getString, type JsonValue, type Path } from '../std/index.ts';
import {
  NETWORK_PLUGINS,
  NO_NETWORK_SETTINGS,
  POLICY_KINDS,
  type EndPattern,
  type NetworkSettings,
  type ReachRule,
} from '../engine/network/index.ts';
import { KplanError, readLabelSelector, type Selector } from '../model/index.ts';

/** What a configuration says of who must, and who must never, connect to whom. */
export interface ReachConfig {
  readonly rules: readonly ReachRule[];
  /** Whether what nobody wants broken is looked after: DNS, webhooks, backends of routes, scrapes. */
  readonly checksUsual: boolean;
  /** Which policies the cluster enforces. */
  readonly network: NetworkSettings;
}

/** The configuration of a repository that says nothing of it. */
export const NO_REACH_CONFIG: ReachConfig = { rules: [], checksUsual: true, network: NO_NETWORK_SETTINGS };

/** Where a field of the configuration stands: the file, and the file with its line. */
interface Place {
  readonly file: string;
  readonly place: string;
}

/** Decodes `reach` of a configuration that its JSON Schema has passed. Throws `INVALID_CONFIG` for ports that are none. */
export function decodeReach(value: JsonValue | undefined, placeOf: (path: Path) => Place): ReachConfig {
  const rules = (['allow', 'deny', 'onlyFrom'] as const).flatMap((kind) =>
    getArray(value, kind).map((rule, index): ReachRule => {
      const ports = getArray(rule, 'ports').map((port) => (typeof port === 'string' ? port : String(Number(port))));
      const { file, place } = placeOf(['reach', kind, index]);
      const fault = ports.find((text) => !isPortRange(text));
      if (fault !== undefined)
        throw new KplanError('INVALID_CONFIG', `${place}: reach.${kind}[${index}].ports: ${fault}: no port or range of 1 to 65535`);
      return {
        kind,
        from: getArray(rule, 'from').map(readEnd),
        to: getArray(rule, 'to').map(readEnd),
        ports,
        reason: getString(rule, 'reason'),
        label: `reach.${kind}[${index}] of ${file}`,
      };
    }),
  );
  return { rules, checksUsual: getBoolean(value, 'usual') !== false, network: readNetwork(value) };
}

function readNetwork(value: JsonValue | undefined): NetworkSettings {
  const [name, kinds] = [getString(value, 'cni'), getArray(value, 'enforces')];
  const plugin = NETWORK_PLUGINS.find((known) => known === name);
  const isSaid = Array.isArray(getAt(value, 'enforces'));
  if (plugin === undefined && !isSaid) return NO_NETWORK_SETTINGS;
  return {
    ...(plugin === undefined ? {} : { plugin }),
    ...(isSaid ? { enforces: POLICY_KINDS.filter((kind) => kinds.includes(kind)) } : {}),
  };
}

function isPortRange(text: string): boolean {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?/.exec(text) ?? [];
  return Number(first) >= 1 && Number(last) >= Number(first) && Number(last) <= 65_535;
}

function readEnd(value: JsonValue): EndPattern {
  if (typeof value === 'string') return value;
  const read = (field: 'namespaces' | 'pods'): Selector | undefined => {
    const selector = getObject(value, field);
    return selector === undefined ? undefined : readLabelSelector(selector);
  };
  return { namespaces: read('namespaces'), pods: read('pods') };
}
