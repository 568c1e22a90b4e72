import type { CatalogTable } from './entry.ts';

/** Codes of the family KP. */
export const PLAN_CODES: CatalogTable = {};
