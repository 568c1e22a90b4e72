/** One command: what it answers, its arguments, flags and three examples that work. */
export interface Command {
  readonly program: ProgramName;
  /** The word after the program; the empty string for the program's main job. */
  readonly name: CommandName;
  readonly summary: string;
  /** The arguments in the usage line: `[PATH]`. */
  readonly usage: string;
  /** How many positional arguments it takes. */
  readonly positionals: readonly [least: number, most: number];
  readonly flags: readonly string[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

export type ProgramName = 'kplan' | 'kapply';
export type CommandName =
  | 'plan'
  | 'show'
  | 'validate'
  | 'explain'
  | 'snapshot'
  | 'completion'
  | 'init'
  | 'apply'
  | 'status'
  | 'delete'
  | 'adopt'
  | 'approve'
  | 'drain'
  | 'rbac'
  | 'reach'
  | 'schedule'
  | 'capacity'
  | 'can-i'
  | 'who-can';
