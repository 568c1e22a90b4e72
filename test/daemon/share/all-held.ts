import { aborted } from '../../../src/std/index.ts';
import type { UnitShare } from '../../../src/daemon/index.ts';

/** A share of a single instance: it holds every unit at once. */
export function toAllHeld(): UnitShare {
  let report: (unit: string) => void = () => undefined;
  let wanted: readonly string[] = [];
  const tell = (): void => wanted.forEach((unit) => report(unit));
  return {
    want: (units) => {
      wanted = [...units.keys()];
      tell();
    },
    keep: async (told, signal) => {
      report = (unit) => told(unit, { holds: true });
      tell();
      await aborted(signal);
    },
  };
}
