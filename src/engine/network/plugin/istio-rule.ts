import {
  EMPTY_INTERVALS,
  getArray,
  getAt,
  getObject,
  getString,
  intersect,
  subtract,
  toInterval,
  uniteAll,
  type JsonValue,
} from '../../../std/index.ts';
import { parseAddress, parseCidr, type AddressSet } from '../address.ts';
import type { Peer, PodFacts, PodTest, Rule } from '../policy.ts';
import { NO_PORTS, toPortSet, type PortSet } from '../port-set.ts';
import { isInMesh, MESH_KEYS } from './istio-mesh.ts';
import { readRange } from './ports.ts';
import type { Problems } from './problem.ts';
import { toText } from './text.ts';

const TCP: PortSet = toPortSet('TCP');

/** Who asks the rules, and what it can see. */
export interface Asker {
  /** What it knows of senders: who they are where they are of the mesh, nothing, or what no manifest tells (who comes through a waypoint). */
  readonly senders: 'known' | 'hidden' | 'nameless';
  /** Whether it sees requests: the proxies of nodes see connections alone, and take rules of requests for none or, denying, for all. */
  readonly seesRequests: boolean;
}

/** Reads one rule of an AuthorizationPolicy: some source, some operation and all conditions must match. */
export function readIstioRule(
  rule: JsonValue,
  action: Rule['action'],
  path: string,
  home: string,
  asker: Asker,
  problems: Problems,
): readonly Rule[] {
  const reader = new RuleReader(home, asker, problems);
  const conditions = getArray(rule, 'when').map((item, index) => reader.readCondition(item, `${path}/when/${index}`));
  const sources = getArray(rule, 'from').map((item, index) =>
    reader.readSource(getObject(item, 'source') ?? {}, `${path}/from/${index}/source`),
  );
  const operations = getArray(rule, 'to').map((item, index) =>
    reader.readOperation(getObject(item, 'operation') ?? {}, `${path}/to/${index}/operation`),
  );
  if (!asker.seesRequests && action === 'pass' && reader.isOfRequests) return [];
  return (sources.length === 0 ? [EVERYTHING] : sources).flatMap((source) =>
    (operations.length === 0 ? [EVERYTHING] : operations).map((operation): Rule => {
      const all = [...conditions, source, operation];
      const doubt = all.find((item) => item.doubt !== undefined)?.doubt;
      const said = all.flatMap(({ peer }) => peer ?? []);
      const peers =
        said.length === 0 ? undefined : [said.length === 1 && said[0] !== undefined ? said[0] : ({ kind: 'every', of: said } as const)];
      const ports = all.reduce((some, item) => intersect(some, item.ports), TCP);
      return { path, name: '', action, peers, ports, namedPorts: [], ...(doubt === undefined ? {} : { doubt }) };
    }),
  );
}

/** What must match of a connection. */
interface Match {
  readonly peer: Peer | undefined;
  readonly ports: PortSet;
  readonly doubt: string | undefined;
}

const EVERYTHING: Match = { peer: undefined, ports: TCP, doubt: undefined };
const HIDDEN = 'what comes through a waypoint has its identity, not that of the client';
const NOBODY: Peer = { kind: 'either', of: [] };

const SOURCES_OF_REQUESTS = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'];
const OPERATIONS_OF_REQUESTS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'];

/** What a condition of a connection looks at, by its key. */
const CONDITIONS: ReadonlyMap<string, 'ipBlocks' | 'namespaces' | 'ports' | 'principals'> = new Map(
  Object.entries<'ipBlocks' | 'namespaces' | 'ports' | 'principals'>({
    'destination.port': 'ports',
    'source.ip': 'ipBlocks',
    'source.namespace': 'namespaces',
    'source.principal': 'principals',
  }),
);

class RuleReader {
  readonly #home: string;
  readonly #asker: Asker;
  readonly #problems: Problems;
  /** Whether something that was read speaks of requests. */
  isOfRequests = false;

  constructor(home: string, asker: Asker, problems: Problems) {
    this.#home = home;
    this.#asker = asker;
    this.#problems = problems;
  }

  /** All fields of a source must match; who has no proxy of the mesh has no identity. */
  readSource(source: JsonValue, path: string): Match {
    const said = (['principals', 'namespaces', 'serviceAccounts', 'ipBlocks'] as const).map((field) =>
      this.#readPeers(field, getArray(source, field), getArray(source, toNot(field)), `${path}/${field}`, `${path}/${toNot(field)}`),
    );
    return this.#toMatch(said, this.#doubtRequests(source, SOURCES_OF_REQUESTS, path));
  }

  readOperation(operation: JsonValue, path: string): Match {
    const ports = this.#readPorts(getArray(operation, 'ports'), getArray(operation, 'notPorts'), `${path}/ports`, `${path}/notPorts`);
    return { ...EVERYTHING, ports, doubt: this.#doubtRequests(operation, OPERATIONS_OF_REQUESTS, path) };
  }

  readCondition(condition: JsonValue, path: string): Match {
    const key = getString(condition, 'key') ?? '';
    const [values, others] = [getArray(condition, 'values'), getArray(condition, 'notValues')];
    const field = CONDITIONS.get(key);
    if (field === undefined) {
      this.isOfRequests = true;
      return { ...EVERYTHING, doubt: this.#doubt(path, `the condition ${key} is not judged`) };
    }
    if (field === 'ports') return { ...EVERYTHING, ports: this.#readPorts(values, others, `${path}/values`, `${path}/notValues`) };
    return this.#toMatch([this.#readPeers(field, values, others, `${path}/values`, `${path}/notValues`)], undefined);
  }

  #toMatch(said: readonly (readonly Peer[] | 'hidden')[], doubt: string | undefined): Match {
    const known = said.flatMap((some) => (some === 'hidden' ? [] : some));
    return { ...EVERYTHING, peer: joinPeers(known), doubt: doubt ?? (said.includes('hidden') ? HIDDEN : undefined) };
  }

  #readPeers(
    field: 'ipBlocks' | keyof typeof IDENTITIES,
    only: readonly JsonValue[],
    others: readonly JsonValue[],
    path: string,
    otherPath: string,
  ): readonly Peer[] | 'hidden' {
    if (only.length + others.length > 0 && this.#asker.senders === 'hidden') return 'hidden';
    const toPeer = (list: readonly JsonValue[], at: string): Peer => {
      if (field === 'ipBlocks')
        return {
          kind: 'addresses',
          addresses: uniteAll(list.map((block, index) => this.#readBlock(toText(block), `${at}/${index}`))),
          meaning: 'known',
        };
      if (this.#asker.senders === 'nameless') return NOBODY;
      return { kind: 'either', of: list.map((item) => IDENTITIES[field](toText(item), this.#home)) };
    };
    return [
      ...(only.length === 0 ? [] : [toPeer(only, path)]),
      ...(others.length === 0 ? [] : [{ kind: 'not', of: toPeer(others, otherPath) } as const]),
    ];
  }

  #readBlock(text: string, path: string): AddressSet {
    const point = parseAddress(text);
    const read = point === undefined ? parseCidr(text) : toInterval(point, point + 1n);
    if (read === undefined) this.#problems.refuse(path, `${text}: no address and no CIDR`);
    return read ?? EMPTY_INTERVALS;
  }

  #readPorts(only: readonly JsonValue[], others: readonly JsonValue[], path: string, otherPath: string): PortSet {
    const read = (list: readonly JsonValue[], at: string): PortSet =>
      uniteAll(
        list.map((item, index) => {
          const range = readRange(toText(item), '-');
          if (range === undefined || range[0] !== range[1]) this.#problems.refuse(`${at}/${index}`, `${toText(item)}: no port`);
          return range === undefined ? NO_PORTS : toPortSet('TCP', ...range);
        }),
      );
    return subtract(only.length === 0 ? TCP : read(only, path), read(others, otherPath));
  }

  #doubtRequests(value: JsonValue, fields: readonly string[], path: string): string | undefined {
    const asked = fields.find((field) => (getAt(value, field) ?? undefined) !== undefined);
    if (asked === undefined) return undefined;
    this.isOfRequests = true;
    return this.#doubt(`${path}/${asked}`, `it depends on each request (${asked})`);
  }

  /** What is asked of requests is in doubt where they are seen. */
  #doubt(path: string, reason: string): string | undefined {
    return this.#asker.seesRequests ? this.#problems.doubt(path, reason) : undefined;
  }
}

function toNot(field: string): string {
  return `not${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
}

function joinPeers(said: readonly Peer[]): Peer | undefined {
  return said.length === 0 ? undefined : { kind: 'every', of: said };
}

const IDENTITIES = {
  principals: (text: string): Peer =>
    toIdentity(
      `principal ${text}`,
      ({ namespace, serviceAccount }) => isText(text, `cluster.local/ns/${namespace}/sa/${serviceAccount}`),
      true,
    ),
  namespaces: (text: string): Peer => toIdentity(`namespace ${text}`, ({ namespace }) => isText(text, namespace), false),
  serviceAccounts: (text: string, home: string): Peer => {
    const [namespace = '', account = ''] = text.includes('/') ? text.split('/') : [home, text];
    return toIdentity(`account ${namespace}/${account}`, (pod) => pod.namespace === namespace && pod.serviceAccount === account, true);
  },
} as const;

function toIdentity(text: string, isMatch: (pod: PodFacts) => boolean, isAccountAsked: boolean): PodTest {
  return { kind: 'test', text: `istio ${text}`, labelKeys: MESH_KEYS, isAccountAsked, isMatch: (pod) => isInMesh(pod) && isMatch(pod) };
}

/** Exact, `prefix*`, `*suffix`, or `*` for whatever there is. */
function isText(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : text === pattern;
}
