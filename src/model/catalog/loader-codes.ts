import type { CatalogTable } from './entry.ts';

/** Codes of the family KL. */
export const LOADER_CODES: CatalogTable = {};
