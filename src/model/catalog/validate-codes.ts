import type { CatalogTable } from './entry.ts';

/** Codes of the family KV. */
export const VALIDATE_CODES: CatalogTable = {};
