import type { FindingData, Severity } from '../model/index.ts';
import type { Path } from '../std/index.ts';

/** Something wrong within one object, before it is known where the object stands. */
export interface Problem {
  readonly code: string;
  readonly path: Path;
  readonly data: FindingData;
  /** Where it is not the usual severity of the code. */
  readonly severity?: Severity;
}

/** Takes what a check has found. */
export type Report = (problem: Problem) => void;
