import type { CatalogTable } from './entry.ts';

/** Codes of the family KR. */
export const REFERENCE_CODES: CatalogTable = {};
