import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gvkOf, isKubernetesObject, nameOf, withMetadata, type Kind, type KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import {
  compareStrings,
  getArray,
  getBoolean,
  getObject,
  getString,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import { REAL_CLOCK } from '../sim/embedded.ts';
import { CLASSES, DEFAULTS, makeAdmissionCase } from './admission-specs.ts';
import { folderOf, sleep, type Client } from './client.ts';
import { compact, findDifference, withoutFields } from './compact.ts';
import { toPortSide, toServerSide, type Reply, type Side } from './embedded-sides.ts';
import type { Comparison, Difference, Judge, Setting, Trial } from './judge.ts';

/** Whose branch of admission a refusal is, by its words. */
const REFUSALS: readonly (readonly [branch: string, words: RegExp])[] = [
  ['a bound of a LimitRange', /usage per (Container|Pod|PersistentVolumeClaim) is/],
  ['the ratio of a LimitRange', /max limit to request ratio/],
  ['a quota that is used up', /exceeded quota/],
  ['a quota that wants to be told', /must specify/],
  ['Pod Security', /violates PodSecurity/],
  ['no such PriorityClass', /no PriorityClass with name/],
  ['another priority', /integer value of priority/],
  ['another preemption policy', /string value of PreemptionPolicy/],
  ['no such RuntimeClass', /RuntimeClass "\w+" not found/],
  ['another overhead', /Overhead (doesn't match|set without)/],
  ['another node selector', /conflict: runtimeClass/],
  ['no such ServiceAccount', /error looking up service account/],
  ['validation', / is invalid: /],
];

/** What a pod or claim may be given. */
const GIFTS: readonly (readonly [branch: string, isGiven: (asked: KubernetesObject, stored: KubernetesObject) => boolean])[] = [
  ['limits and requests', (asked, stored) => count(asked, 'resources') < count(stored, 'resources')],
  ['the default priority', (_, stored) => getString(stored, 'spec', 'priorityClassName') === 'everyday'],
  [
    'the overhead of its class',
    (asked, stored) => getObject(asked, 'spec', 'overhead') === undefined && getObject(stored, 'spec', 'overhead') !== undefined,
  ],
  ['tolerations', (asked, stored) => getArray(asked, 'spec', 'tolerations').length < getArray(stored, 'spec', 'tolerations').length],
  [
    'pull secrets',
    (asked, stored) => getArray(asked, 'spec', 'imagePullSecrets').length < getArray(stored, 'spec', 'imagePullSecrets').length,
  ],
  [
    'the default StorageClass',
    (asked, stored) =>
      asked.kind === 'PersistentVolumeClaim' &&
      getString(asked, 'spec', 'storageClassName') === undefined &&
      getString(stored, 'spec', 'storageClassName') !== undefined,
  ],
];

/** How much is written under a field of the containers. */
function count(pod: KubernetesObject, field: string): number {
  return stringifyJson(getArray(pod, 'spec', 'containers').map((container) => getObject(container, field) ?? {})).length;
}

const BRANCHES = ['taken', ...REFUSALS.map(([branch]) => `refused: ${branch}`), ...GIFTS.map(([branch]) => `given ${branch}`)];

/**
 * Whether the embedded cluster, and with it whatever asks the engines, admits what a real API server with its usual plugins admits:
 * LimitRanger, ServiceAccount, Priority, DefaultTolerationSeconds, RuntimeClass, DefaultStorageClass, PodSecurity and ResourceQuota.
 */
export const admissionJudge: Judge = { subject: 'admission', cases: 150, parallel: 1, branches: BRANCHES, shrinking: 20, prepare };

async function prepare({ client, catalog }: Setting): Promise<Trial> {
  const directory = mkdtempSync(join(tmpdir(), 'kplan-judges-'));
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog, sync: false });
  await cluster.delete({ group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass', name: 'standard' }, {});
  const kindOf = (object: KubernetesObject): Kind => {
    const kind = catalog.find(gvkOf(object));
    if (kind === undefined) throw new Error(`no kind ${object.kind}`);
    return kind;
  };
  const arena = new Arena([toPortSide(cluster), toServerSide(client)], client, kindOf);
  for (const object of CLASSES) await arena.make(object);
  let next = 0;
  return {
    generate: makeAdmissionCase,
    compare: (input) => arena.compare(input, `admission-${++next}`),
    close: async () => {
      await cluster.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** How long the server's caches may lag behind what was just made, and how often it is asked again until then. */
const PATIENCE = [50, 100, 200, 400, 800, 1600];

class Arena {
  readonly #sides: readonly [Side, Side];
  readonly #client: Client;
  readonly #kindOf: (object: KubernetesObject) => Kind;
  #hasDefaults = false;

  constructor(sides: readonly [Side, Side], client: Client, kindOf: (object: KubernetesObject) => Kind) {
    this.#sides = sides;
    this.#client = client;
    this.#kindOf = kindOf;
  }

  /** Makes an object on both sides; answers whether neither refuses it. */
  async #tryMake(object: KubernetesObject): Promise<boolean> {
    // The embedded cluster's controllers make the default ServiceAccount, too.
    const op = object.kind === 'ServiceAccount' ? 'apply' : 'create';
    const replies = await Promise.all(this.#sides.map((side) => side.write(op, this.#kindOf(object), object, { ...WRITING, force: true })));
    return replies.every(({ code }) => code === 200 || code === 201 || code === 409);
  }

  /** Makes an object on both sides, which must not refuse it. */
  async make(object: KubernetesObject): Promise<void> {
    if (!(await this.#tryMake(object))) throw new Error(`${object.kind} ${nameOf(object)} is refused`);
  }

  async compare(input: JsonValue, namespace: string): Promise<Comparison | undefined> {
    const rules = getArray(input, 'rules');
    const asks = getArray(input, 'asks');
    if (![...rules, ...asks.map((ask) => getObject(ask, 'object'))].every(isWhole)) return undefined;
    await this.#setDefaults(getBoolean(input, 'hasDefaults') === true);
    const labels = getObject(input, 'labels') ?? {};
    await this.make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
    for (const rule of rules) {
      if (!isKubernetesObject(rule) || !(await this.#enact(withMetadata(rule, { namespace })))) return undefined;
    }
    const coverage: string[] = [];
    for (const ask of asks) {
      const object = getObject(ask, 'object');
      if (!isKubernetesObject(object)) return undefined;
      const compared = await this.#ask(withMetadata(object, { namespace }), getBoolean(ask, 'keep') === true);
      coverage.push(...compared.coverage);
      if (compared.difference !== undefined) return { ...compared, coverage };
    }
    return { coverage };
  }

  /** The default classes come and go with the cases. */
  async #setDefaults(isWanted: boolean): Promise<void> {
    if (this.#hasDefaults === isWanted) return;
    for (const object of DEFAULTS) {
      if (isWanted) await this.make(object);
      else for (const side of this.#sides) await side.remove(this.#kindOf(object), object, {});
    }
    this.#hasDefaults = isWanted;
  }

  /** Makes a rule of a namespace; answers whether it is none that is refused. Nobody but its controller, which does not run, tells what a quota of the server counts. */
  async #enact(rule: KubernetesObject): Promise<boolean> {
    if (!(await this.#tryMake(rule))) return false;
    if (rule.kind !== 'ResourceQuota') return true;
    const hard = getObject(rule, 'spec', 'hard') ?? {};
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
    const path = `${folderOf(this.#kindOf(rule), getString(rule.metadata, 'namespace') ?? '')}/${nameOf(rule)}/status`;
    await this.#client.must('PATCH', path, { status: { hard, used } }, 'application/merge-patch+json');
    return true;
  }

  /** Asks as a dry run until both agree, or the server has had time to know all; then makes it on both sides, if it is to be kept. */
  async #ask(object: KubernetesObject, keep: boolean): Promise<Comparison> {
    const kind = this.#kindOf(object);
    const [own, server] = this.#sides;
    const ours = tell(await own.write('create', kind, object, { ...WRITING, dry: true }), kind);
    let servers: Told | undefined;
    for (const pause of [0, ...PATIENCE]) {
      if (pause > 0) await sleep(pause);
      servers = tell(await server.write('create', kind, object, { ...WRITING, dry: true }), kind);
      if (findDifference(ours.answer, servers.answer) === undefined) break;
    }
    const path = findDifference(ours.answer, servers?.answer);
    const coverage = servers === undefined ? [] : listBranches(object, servers);
    if (path !== undefined || servers === undefined) {
      const signature = `${object.kind} differs at ${path ?? ''}: ours ${ours.label}, server's ${servers?.label ?? ''}`;
      return { coverage, difference: { signature, ours: stringifyJson(ours.answer), servers: stringifyJson(servers?.answer ?? null) } };
    }
    const difference = keep && servers.stored !== undefined ? await this.#keep(object, kind) : undefined;
    return { coverage, ...(difference === undefined ? {} : { difference }) };
  }

  /** Makes on both sides what both would take; the server is asked again while it may not know all of what was made before. */
  async #keep(object: KubernetesObject, kind: Kind): Promise<Difference | undefined> {
    const [own, server] = this.#sides;
    const ours = tell(await own.write('create', kind, object, WRITING), kind);
    let servers = tell(await server.write('create', kind, object, WRITING), kind);
    for (const pause of PATIENCE) {
      if (servers.stored !== undefined) break;
      await sleep(pause);
      servers = tell(await server.write('create', kind, object, WRITING), kind);
    }
    if (ours.stored !== undefined && servers.stored !== undefined) return undefined;
    const signature = `${object.kind} differs once it is kept: ours ${ours.label}, server's ${servers.label}`;
    return { signature, ours: stringifyJson(ours.answer), servers: stringifyJson(servers.answer) };
  }
}

const WRITING = { manager: 'judge', dry: false, force: false };

function isWhole(object: JsonValue | undefined): boolean {
  return isKubernetesObject(object) && nameOf(object) !== '';
}

/** An answer without what differs from one cluster to the next. */
interface Told {
  readonly answer: JsonObject;
  readonly label: string;
  readonly message: string;
  readonly stored: KubernetesObject | undefined;
}

function tell({ code, object, refusal }: Reply, kind: Kind): Told {
  const message = getString(refusal, 'message') ?? '';
  const branch = REFUSALS.find(([, words]) => words.test(message))?.[0] ?? message;
  const label = refusal === undefined ? 'taken' : `refused: ${branch}`;
  if (object !== undefined) return { answer: { code, object: toLike(object, kind) }, label, message, stored: object };
  const causes = getArray(refusal, 'causes').map((cause) => stringifyJson(cause));
  // What is invalid is told by causes, which come in any order; so do the complaints of several bounds.
  const why = code === 422 ? causes.toSorted(compareStrings).join('; ') : sortComplaints(message);
  return { answer: { code, reason: getString(refusal, 'reason') ?? '', why }, label, message, stored: undefined };
}

function sortComplaints(message: string): string {
  const list = /^(.*?: )\[(.*)\]$/.exec(message);
  return list === null ? message : `${list[1]}${(list[2] ?? '').split(', ').toSorted(compareStrings).join('; ')}`;
}

const TOKEN_VOLUME = /^kube-api-access-/;
/** What a note of LimitRanger's own tells of what it has done. */
const LIMITER_NOTE = 'kubernetes.io/limit-ranger';

/** The tokens of ServiceAccounts, which the embedded cluster has not, and addresses and ports that a cluster chooses are left out. */
function toLike(object: KubernetesObject, kind: Kind): JsonValue {
  const annotations = withoutFields(getObject(object.metadata, 'annotations') ?? {}, LIMITER_NOTE);
  const metadata = {
    ...withoutFields(object.metadata, 'creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'uid'),
    annotations,
  };
  const spec = getObject(object, 'spec');
  const like = {
    ...object,
    metadata,
    ...(spec === undefined ? {} : { spec: kind.kind === 'Pod' ? withoutTokens(spec) : withoutChoices(spec) }),
  };
  return compact(like, (value) => value === '' || value === 0 || value === false) ?? null;
}

function withoutTokens(spec: JsonObject): JsonObject {
  const isOther = (item: JsonValue): boolean => !TOKEN_VOLUME.test(getString(item, 'name') ?? '');
  const unmounted = (field: string): readonly JsonValue[] =>
    getArray(spec, field).map((container) =>
      isObject(container) ? { ...container, volumeMounts: getArray(container, 'volumeMounts').filter(isOther) } : container,
    );
  return {
    ...spec,
    volumes: getArray(spec, 'volumes').filter(isOther),
    containers: unmounted('containers'),
    initContainers: unmounted('initContainers'),
  };
}

function withoutChoices(spec: JsonObject): JsonObject {
  const ports = getArray(spec, 'ports').map((port) => (isObject(port) ? withoutFields(port, 'nodePort') : port));
  return { ...withoutFields(spec, 'clusterIP', 'clusterIPs', 'healthCheckNodePort'), ports };
}

function listBranches(asked: KubernetesObject, { label, stored }: Told): readonly string[] {
  if (stored === undefined) return [label];
  return [label, ...GIFTS.filter(([, isGiven]) => isGiven(asked, stored)).map(([branch]) => `given ${branch}`)];
}
