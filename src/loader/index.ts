export { FileMemo } from './file-memo.ts';
export type { IncompletePlace } from './incomplete.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { LoadedFile, LoadNotes } from './load-files.ts';
export { parseDocuments, type ParsedDocument } from './parse-documents.ts';
export { readRepository, type LoadOptions, type LoadResult } from './read-repository.ts';
export { readRevisionId } from './read-revision-id.ts';
