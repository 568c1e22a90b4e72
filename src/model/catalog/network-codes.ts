import type { CatalogTable } from './entry.ts';

/** Codes of the family KN. */
export const NETWORK_CODES: CatalogTable = {};
