import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import { makeObject, MADE_KINDS, type MadeKind } from './objects.ts';
import type { Random } from './random.ts';

const MANAGERS = ['kapply', 'hpa'];
const NAMES = ['x', 'y'];
const VERSIONS = ['none', 'none', 'live', 'live', 'stale'];
const PROPAGATIONS = [null, null, 'Background', 'Foreground', 'Orphan'];
const SELECTORS = [null, 'a=1', 'a!=1', 'b', '!c', 'a in (1,2),b', 'c notin (3)'];

/** A few requests to one kind of object in one namespace. */
export function makeSteps(random: Random): readonly JsonValue[] {
  const kind = random.pick(MADE_KINDS);
  const first = { op: 'create', manager: 'kapply', object: makeObject(kind, 'x', random) };
  return [first, ...random.list(3 + random.below(8), () => makeStep(kind, random)), ...(random.once(8) ? makeEnd(kind, random) : [])];
}

/** The namespace goes, and somebody goes on applying. */
function makeEnd(kind: MadeKind, random: Random): readonly JsonValue[] {
  const late = random.list(2, () => makeObject(kind, random.pick(['y', 'z']), random));
  return [{ op: 'delete namespace' }, ...late.map((object) => ({ op: 'apply', manager: random.pick(MANAGERS), force: true, object }))];
}

function makeStep(kind: MadeKind, random: Random): JsonValue {
  const name = random.once(4) ? 'y' : 'x';
  const write = (op: string): JsonObject => ({
    op,
    manager: random.pick(MANAGERS),
    dry: random.once(8),
    object: makeObject(kind, name, random),
  });
  switch (random.below(17)) {
    case 0:
      return { ...write('create'), dry: false, version: random.once(4) ? 'stale' : 'none' };
    case 1:
      return { ...write('create'), elsewhere: random.once(3) };
    case 2:
      return { ...write('create'), generated: true };
    case 3:
    case 4:
    case 5:
      return { ...write('update'), version: random.pick(VERSIONS), uid: random.pick(['none', 'none', 'live', 'wrong']) };
    case 6:
    case 7:
    case 8:
      return { ...write('apply'), force: random.once(2), version: random.pick(['none', 'none', 'none', 'live', 'stale']) };
    case 9:
    case 10:
      return { ...write('status'), version: random.pick(VERSIONS), status: statusOf(kind, random) };
    case 11:
      return { op: 'list', object: makeObject(kind, name, random), selector: random.pick(SELECTORS), limit: random.pick([null, 1, 2]) };
    case 12:
      return random.once(3) ? { op: 'delete namespace' } : { ...write('release'), version: 'live' };
    case 13:
      return { ...write('release'), version: 'live' };
    default:
      return {
        op: 'delete',
        dry: random.once(8),
        object: makeObject(kind, random.pick(NAMES), random),
        propagation: random.pick(PROPAGATIONS),
        version: random.pick(['none', 'none', 'none', 'live', 'stale']),
        uid: random.pick(['none', 'none', 'none', 'live', 'wrong']),
      };
  }
}

function statusOf(kind: MadeKind, random: Random): JsonValue {
  if (kind === 'Deployment') return random.maybe<JsonValue>({ observedGeneration: () => random.below(3), replicas: () => random.below(3) });
  if (kind === 'Gadget') return random.maybe<JsonValue>({ ready: () => random.once(2), seen: () => random.below(3) });
  return random.pick<JsonValue>([{}, { loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } }]);
}
