import { compareStrings, getArray, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { makeConfiguration, SECOND_SCHEDULER } from './configuration.ts';
import { makeDevices, withDevices } from './devices.ts';
import { NAMESPACES } from './fields.ts';
import { makeNode } from './node.ts';
import { evicted, makeWaiting, nominate, toContenders } from './nominations.ts';
import { makeClaims, makeNamespace, makeOthers } from './others.ts';
import { makePlaced, makePod, type Pod } from './pod.ts';
import { makeEphemeralClaims, makeStorage, withVolumes } from './storage.ts';

/** What a case is about: most are about few rules, so that each decides often. */
interface Theme {
  /** Objects beside nodes and pods. */
  readonly objects: (random: Random, nodes: readonly string[], pods: readonly Pod[]) => readonly JsonValue[];
  /** A pod as the theme has it. */
  readonly change: (pod: Pod, random: Random) => Pod;
  /** How often a pod is changed: once in so many. */
  readonly often: number;
}

const PLAIN: Theme = {
  objects: (random, _, pods) => (pods.some(({ spec }) => getArray(spec, 'volumes').length > 0) ? makeClaims(random) : []),
  change: (pod) => pod,
  often: 1,
};

const STORAGE: Theme = {
  objects: (random, nodes, pods) => [...makeStorage(random, nodes, pods), ...pods.flatMap((pod) => makeEphemeralClaims(pod, random))],
  change: (pod, random) => withVolumes(withoutRules(pod), random),
  often: 2,
};

const DEVICES: Theme = {
  objects: makeDevices,
  change: (pod, random) => withDevices(withoutRules(pod), random),
  often: 8,
};

/** A pod without most of what makes nodes refuse it for other reasons. */
function withoutRules(pod: Pod): Pod {
  const { affinity: _a, topologySpreadConstraints: _t, nodeSelector: _n, hostNetwork: _h, ...spec } = pod.spec;
  return { ...pod, spec };
}

/** A few nodes with pods on them, and one pod or some, one after the other, that need a place. */
export function makeSchedulerCase(random: Random): JsonValue {
  const theme = random.pick([PLAIN, PLAIN, STORAGE, DEVICES]);
  const isLarge = random.once(40);
  const isSmall = !isLarge && random.once(2);
  const most = isLarge ? 20 : isSmall ? 2 : 7;
  const names = random.list(random.once(60) ? 0 : 1 + random.below(most), (i) => `n${i}`).toSorted(compareStrings);
  const isCrowded = random.once(3);
  const nodes = names.map((name) => makeNode(name, random, isCrowded));
  const placed = random.list(names.length === 0 ? 0 : random.below(isSmall ? 3 : 14), (i) => {
    const pod = makePlaced(i, random, names);
    return random.once(theme.often) ? theme.change(pod, random) : pod;
  });
  const incoming = [theme.change(makePod('new', random, { isPlaced: false, mayClaim: true }), random)];
  const more = random.once(theme === DEVICES ? 3 : 5) ? random.below(isLarge ? 40 : 5) : 0;
  incoming.push(...random.list(more, (i) => theme.change(makePod(`next${i}`, random, { isPlaced: false, mayClaim: false }), random)));
  const pods = [...placed, ...incoming];
  const others = [...(isSmall && random.once(2) ? [] : makeOthers(random)), ...theme.objects(random, names, pods)];
  const background = [...nodes, ...NAMESPACES.map(makeNamespace)];
  const hasDevices = stringifyJson(others).includes('extendedResourceName');
  const configuration = random.once(theme === STORAGE ? 2 : 4)
    ? makeConfiguration(random, { hasDevices, hasVolumes: theme === STORAGE })
    : undefined;
  const scheduler = configuration === undefined || random.once(2) ? (pod: Pod): Pod => pod : withScheduler;
  const settings = configuration === undefined ? {} : { configuration };
  const pending = incoming.map(scheduler);
  const isContended = names.length > 0 && random.once(4);
  const asked = isContended ? askContended(placed, pending, random, names) : ask(placed, pending);
  return { ...settings, objects: [...background, ...asked.placed, ...others], ...asked.question };
}

interface Asked {
  readonly placed: readonly Pod[];
  readonly question: JsonObject;
}

function ask(placed: readonly Pod[], pending: readonly Pod[]): Asked {
  const [pod = null] = pending;
  if (pending.length === 1) return { placed, question: { pod } };
  const [first = null, ...next] = pending.map(withoutPriority).map(withAge);
  return { placed: placed.map(withoutPriority), question: { pod: first, next } };
}

/** Where nodes keep room for some pods. */
function askContended(placed: readonly Pod[], pending: readonly Pod[], random: Random, nodes: readonly string[]): Asked {
  if (pending.length > 1) {
    const [first = null, ...next] = toContenders(pending, random, nodes).map(withAge);
    return { placed, question: { pod: first, next } };
  }
  const [pod] = pending.map(withAge);
  if (pod === undefined) return ask(placed, pending);
  const question = { pod: random.once(2) ? nominate(pod, random, nodes) : pod, waiting: makeWaiting(random, nodes, pod) };
  return { placed: placed.map((other) => evicted(other, random)), question };
}

function withScheduler(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, schedulerName: SECOND_SCHEDULER } };
}

/** Of pods that come one after the other none makes room for itself: whom its controller makes in the place of a victim is another matter. */
function withoutPriority(pod: Pod): Pod {
  const { priority: _, ...spec } = pod.spec;
  return { ...pod, spec };
}

function withAge(pod: Pod, index: number): Pod {
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: `2026-03-01T00:00:${10 + index}Z` } };
}
