import type { CatalogTable } from './entry.ts';

/** Codes of the family KS. */
export const SCHEDULE_CODES: CatalogTable = {};
