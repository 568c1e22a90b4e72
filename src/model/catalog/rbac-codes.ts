import type { CatalogTable } from './entry.ts';

/** Codes of the family KA. */
export const RBAC_CODES: CatalogTable = {};
