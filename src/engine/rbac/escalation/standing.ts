import { getOrAdd, sortedUnique, type Bitset } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { buildGraph } from './build.ts';
import { listEntries, type Entries } from './entries.ts';
import type { EscalationGraph } from './graph.ts';
import { namespaceOfPlace, toPlaceKey, type Place } from './place.ts';
import { findPath, findWays, follow, type Ways } from './reach.ts';
import { isSystemKey } from './system.ts';

/** What paths lead to, the worst first: the rights of others before what only may lead to them. */
export const GOALS = ['admin', 'nodes', 'namespaces', 'cloud', 'secrets', 'guards', 'traffic', 'certificates', 'logs'] as const;

/** What a path leads to. */
export type Goal = (typeof GOALS)[number];

/** A goal that is places of a kind; the others are what is had of namespaces. */
type EndGoal = Exclude<Goal, 'namespaces' | 'secrets'>;

/** The places that a goal is. */
const ENDS: Readonly<Record<EndGoal, readonly Place['kind'][]>> = {
  admin: ['admin'],
  nodes: ['nodes', 'node'],
  cloud: ['cloud'],
  guards: ['guards'],
  traffic: ['traffic'],
  certificates: ['certificates'],
  logs: ['logs'],
};

/** What is less than a namespace, where there are no Secrets to be had. */
const LEAST = ['guards', 'traffic', 'certificates', 'logs'] as const;

/** Whether a goal is one of namespaces, of which there may be several. */
export function isOfNamespaces(goal: Goal): goal is 'namespaces' | 'secrets' {
  return goal === 'namespaces' || goal === 'secrets';
}

/** What somebody reaches by a path. */
export interface Standing {
  readonly place: Place;
  /** The worst goal that is reached; absent if none is. */
  readonly goal?: Goal;
  /** For `namespaces` those that the source was granted nothing in; for `secrets` those where it may do something else. */
  readonly namespaces: readonly string[];
  /** What it needs no path for; absent where it reaches a worse goal. */
  readonly given?: Given;
  /** Whether it is cluster admin without any step in between. */
  readonly isAdmin: boolean;
}

/** What a source was granted itself, by namespace; `*` is all of them. */
export interface Given {
  readonly entered: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

/** The paths of one world. */
export interface Standings {
  readonly graph: EscalationGraph;
  /** Principals and workloads by key, without those of the system. */
  readonly sources: ReadonlyMap<string, Place>;
  /** What the place of a key reaches; nothing where there is no such place. */
  of(key: string): Standing | undefined;
  /** The shortest path from a source to its goal, or to one of its namespaces, as edges. */
  pathTo(key: string, goal: Goal, namespace?: string): readonly number[] | undefined;
  /** The shortest ways to a goal, of a namespace where it is of one. */
  waysTo(goal: Goal, namespace?: string): Ways;
}

/** What every principal and every workload of a world reaches. Cached by world. */
export function readStandings(world: World): Standings {
  return world.derive(computeStandings);
}

function computeStandings(world: World): Standings {
  const { graph, around } = buildGraph(world);
  const known = new Map<string, Standing | undefined>();
  const ways = new Map<string, Ways>();
  const waysTo: Standings['waysTo'] = (goal, namespace = '') => {
    const isGoal = isOfNamespaces(goal) ? isGoalPlace(goal, namespace) : (place: Place) => ENDS[goal].includes(place.kind);
    const list = (): readonly number[] => graph.places.flatMap((place, number) => (isGoal(place) ? [number] : []));
    return getOrAdd(ways, `${goal} ${isOfNamespaces(goal) ? namespace : ''}`, () => findWays(graph, list()));
  };
  const [admin, nodes] = [waysTo('admin'), waysTo('nodes')];
  const isLesser = (place: number): boolean => admin.length[place] === -1 && nodes.length[place] === -1;
  const entries = listEntries(graph, around.namespaces, isLesser);
  const sources = new Map<string, Place>();
  for (const key of sortedUnique(around.policy.grants.keys())) if (!isSystemKey(key)) sources.set(key, { kind: 'identity', key });
  for (const workload of [...around.workloads.values()].flat()) {
    const place: Place = { kind: 'workload', ref: workload.ref };
    sources.set(toPlaceKey(place), place);
  }
  const facts = { graph, admin, nodes, entries, namespaces: around.namespaces, waysTo };
  return {
    graph,
    sources,
    of: (key) => {
      if (!known.has(key)) known.set(key, assess(facts, key));
      return known.get(key);
    },
    pathTo: (key, goal, namespace) => {
      const from = graph.find(key);
      if (from === undefined) return undefined;
      if (isOfNamespaces(goal)) {
        const isGoal = isGoalPlace(goal, namespace ?? '');
        return findPath(graph, from, (place) => isGoal(graph.places[place]));
      }
      const path = follow(graph, waysTo(goal), from);
      return path.length === 0 ? undefined : path;
    },
    waysTo,
  };
}

interface Facts {
  readonly graph: EscalationGraph;
  readonly admin: Ways;
  readonly nodes: Ways;
  readonly entries: Entries;
  readonly namespaces: readonly string[];
  readonly waysTo: Standings['waysTo'];
}

function isGoalPlace(goal: 'namespaces' | 'secrets', namespace: string): (place: Place | undefined) => boolean {
  return (place) => {
    if (place === undefined) return false;
    const reached = goal === 'secrets' ? secretsOf(place) : (namespaceOfPlace(place) ?? secretsOf(place));
    return reached === namespace;
  };
}

function secretsOf(place: Place): string | undefined {
  return place.kind === 'secrets' ? place.scope : place.kind === 'secret' ? place.namespace : undefined;
}

function assess(facts: Facts, key: string): Standing | undefined {
  const { graph, admin, nodes } = facts;
  const number = graph.find(key);
  const place = number === undefined ? undefined : graph.places[number];
  if (number === undefined || place === undefined) return undefined;
  const none = { place, namespaces: [], isAdmin: false };
  if ((admin.length[number] ?? -1) >= 0) {
    const first = graph.edges[admin.next[number] ?? -1];
    return { ...none, goal: 'admin', isAdmin: first?.step === 'admin' };
  }
  if ((nodes.length[number] ?? -1) >= 0) return { ...none, goal: 'nodes' };
  const lesser = listLesser(facts, number, place);
  const isReached = (goal: EndGoal): boolean => (facts.waysTo(goal).length[number] ?? -1) >= 0;
  if (lesser.goal !== 'namespaces' && isReached('cloud')) return { ...none, ...lesser, namespaces: [], goal: 'cloud' };
  if (lesser.goal !== undefined) return { ...none, ...lesser };
  const least = LEAST.find(isReached);
  return { ...none, ...lesser, ...(least === undefined ? {} : { goal: least }) };
}

function listLesser(facts: Facts, number: number, place: Place): Pick<Standing, 'given' | 'goal' | 'namespaces'> {
  const { graph, entries, namespaces } = facts;
  const reached = entries.of(number);
  const given = listGiven(graph, number, place);
  if (reached === undefined) return { given, namespaces: [] };
  const toNames = (set: Bitset): readonly string[] => set.members().flatMap((member) => namespaces[member] ?? []);
  const read = toNames(reached.secrets).filter((name) => !given.read.has('*') && !given.read.has(name));
  const isForeign = (name: string): boolean => !given.entered.has('*') && !given.entered.has(name);
  const entered = sortedUnique([...toNames(reached.namespaces), ...read].filter(isForeign));
  if (entered.length > 0) return { given, goal: 'namespaces', namespaces: entered };
  return read.length > 0 ? { given, goal: 'secrets', namespaces: read } : { given, namespaces: [] };
}

/** What a source was granted itself, and where it is at home: a single step leads there. */
function listGiven(graph: EscalationGraph, number: number, place: Place): Given {
  const given = { entered: new Set<string>(), read: new Set<string>() };
  const home = namespaceOfPlace(place);
  if (home !== undefined) given.entered.add(home);
  if (home !== undefined && place.kind === 'workload') given.read.add(home);
  const selves = [number];
  for (let i = 0; i < selves.length; i++) {
    for (const index of graph.outgoing[selves[i] ?? 0] ?? []) {
      const edge = graph.edges[index];
      const to = edge === undefined ? undefined : graph.places[edge.to];
      if (edge === undefined || to === undefined) continue;
      if (edge.step === 'member' || (edge.step === 'runs-as' && edge.from === number)) selves.push(edge.to);
      else addGiven(given, to);
    }
  }
  return given;
}

function addGiven(given: Readonly<Record<keyof Given, Set<string>>>, to: Place): void {
  const read = to.kind === 'control' ? to.scope : secretsOf(to);
  if (read !== undefined) given.read.add(read);
  const entered = 'scope' in to && to.kind !== 'bound' ? to.scope : (namespaceOfPlace(to) ?? read);
  if (entered !== undefined) given.entered.add(entered);
}
