import type { JsonValue } from '../std/index.ts';

/** A number or a percentage of a total (`GetScaledValueFromIntOrPercent`); undefined if it is neither. */
export function toScaledValue(value: JsonValue | undefined, total: number, rounding: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(typeof value === 'string' ? value : '');
  if (match === null) return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
  const exact = (Number(match[1]) * total) / 100;
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
