import type { Value } from './value.ts';

/** A list that a loop still adds to: what is added to it is added in place, since nobody else has it. */
export class Growing extends Array<Value> {}
