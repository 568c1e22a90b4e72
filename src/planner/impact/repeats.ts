import { formatRef, toRefKey, type Effect } from '../../model/index.ts';
import { getString, groupBy, stringifyJson } from '../../std/index.ts';

/** Pairs of codes that say the same of an object, of two engines. */
const TWINS: ReadonlyMap<string, string> = new Map([
  ['KA0201', 'KR0018'],
  ['KR0018', 'KA0201'],
]);

/** Codes that are not said of an object of which one of these others is: what follows from it, or is said less seriously. */
const SAID_BY: ReadonlyMap<string, readonly string[]> = new Map([
  // Who asks for a key that goes must not be restarted for the sake of its new value.
  ['KP0202', ['KR0002', 'KR0004']],
  // What would be refused is told once, by what refuses it.
  ['KQ0003', ['KQ0002']],
  // A budget that selects nobody.
  ['KP0404', ['KR0016']],
  ['KR0008', ['KQ0002']],
  ['KR0009', ['KQ0002']],
]);

/** That a binding gives rights to everybody, and the rights themselves. */
const EVERYBODY = 'KA0609';
const GAINS: readonly string[] = ['KA0101', 'KA0103', 'KA0105'];

const RANK: Readonly<Record<Effect['severity'], number>> = { error: 0, warning: 1, info: 2 };

/** What two engines say of the same object is said once, in the words of the one that takes it more seriously. */
export function withoutRepeated(effects: readonly Effect[]): readonly Effect[] {
  const said = new Map(effects.map((effect) => [nameOf(effect.code, effect), effect]));
  const isSaid = (code: string, effect: Effect): boolean => said.has(nameOf(code, { ...effect, change: 'gained' }));
  const everybody = groupBy(effects, ({ code, data }) => (code === EVERYBODY ? getString(data, 'subject') : undefined));
  const gains = groupBy(effects, ({ code, data }) => (GAINS.includes(code) ? getString(data, 'subject') : undefined));
  const unanswered = new Set(effects.flatMap(({ code, data }) => (code === 'KQ0013' ? [getString(data, 'service')] : [])));
  return effects.filter((effect) => {
    const { code, change, subject, data } = effect;
    if (SAID_BY.get(code)?.some((other) => isSaid(other, effect)) === true) return false;
    const twin = said.get(nameOf(TWINS.get(code) ?? '', effect));
    if (twin !== undefined && !isFirst(effect, twin)) return false;
    const subjectText = getString(data, 'subject') ?? '';
    if (GAINS.includes(code) && (everybody.get(subjectText) ?? []).some((all) => isOfSame(all, effect) && isNoLess(all, effect)))
      return false;
    if (code === EVERYBODY && (gains.get(subjectText) ?? []).some((gain) => isOfSame(gain, effect) && !isNoLess(effect, gain)))
      return false;
    // A warning that takes the place of another one: that the other is no more goes without saying.
    if (code === 'KQ0003' && change === 'lost' && isSaid('KQ0003', effect)) return false;
    if (code === 'KS0001' && isSaid('KR0006', effect)) return !/persistentvolumeclaim \\"[^"]*\\" not found/.test(stringifyJson(data));
    if (code === 'KR0015' && change === 'gained' && subject !== undefined) return !unanswered.has(formatRef(subject));
    return true;
  });
}

function nameOf(code: string, { change, subject }: Pick<Effect, 'change' | 'subject'>): string {
  return `${code} ${change} ${subject === undefined ? '' : toRefKey(subject)}`;
}

function isNoLess(effect: Effect, other: Effect): boolean {
  return RANK[effect.severity] <= RANK[other.severity];
}

/** Whether two effects follow from the same object. */
function isOfSame(effect: Effect, other: Effect): boolean {
  const keys = new Set(effect.causes.map(({ ref }) => toRefKey(ref)));
  return other.causes.some(({ ref }) => keys.has(toRefKey(ref)));
}

/** Whether of two that say the same this one is said. */
function isFirst(effect: Effect, twin: Effect): boolean {
  const [own, other] = [RANK[effect.severity], RANK[twin.severity]];
  return own < other || (own === other && effect.code < twin.code);
}
