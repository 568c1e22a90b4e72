import type { Path } from '../../std/index.ts';
import { Place } from '../native/place.ts';
import type { Report } from '../problem.ts';

/** The kinds of warnings, each with its code: what will go away, and what is taken and does not do what it seems to. */
const WARNING_CODES = { deprecated: 'KV0131', doubtful: 'KV0132' } as const;

type WarningKind = keyof typeof WARNING_CODES;

/** Says what the server would send as a warning with an object that it takes. */
export class Warner {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** The place of a value at a path, from which the server counts where others begin. */
  at(value: Parameters<typeof Place.of>[0], path: Path): Place {
    return Place.of(value, path, WARNING_CODES.doubtful, this.#report);
  }

  /** A warning that begins with the name of a field. */
  say(kind: WarningKind, place: Place, text: string): void {
    this.sayWhole(kind, place.path, `${place.field}: ${text}`);
  }

  /** A warning in the server's words. */
  sayWhole(kind: WarningKind, path: Path, warning: string): void {
    this.#report({ code: WARNING_CODES[kind], path, data: { warning } });
  }
}
