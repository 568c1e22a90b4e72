/** One column of a covering program: what it costs, and how much of each row one unit of it covers. */
export interface CoveringColumn {
  readonly cost: number;
  /** Rows in rising order, with what is covered of each. */
  readonly entries: readonly (readonly [row: number, amount: number])[];
}

/** The optimum of a covering program, as floating point finds it. */
export interface CoveringSolution {
  readonly cost: number;
  /** How much of each column is taken. */
  readonly columns: Float64Array;
  /** What one more unit of each row's demand would cost. */
  readonly rows: Float64Array;
}

/** A linear program that grows: the least cost of non-negative amounts of columns that cover every row's demand. */
export interface CoveringProgram {
  add(columns: readonly CoveringColumn[]): void;
  /** Undefined where the solver gives up. */
  solve(): CoveringSolution | undefined;
  /** Gives back what the solver holds. */
  close(): void;
}

/** Begins a covering program with the demand of each row: the port to a linear programming solver. */
export type OpenCoveringProgram = (demands: readonly number[]) => CoveringProgram;
