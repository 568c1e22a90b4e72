export { readMergeRequest } from './merge-request.ts';
export { keepNote } from './note.ts';
