import type { Engine } from '../model/index.ts';

/** The engines whose facts make effects, in the order in which reports show them. */
export const ENGINES: readonly Engine[] = [];
