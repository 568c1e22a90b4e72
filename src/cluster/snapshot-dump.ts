import { getString, isArray, isObject, type JsonObject, type JsonValue } from '../std/index.ts';

/**
 * The objects of a dump: of `List`s and typed lists (`PodList`, whose items need not name their kind), of arrays, and
 * those that stand alone. In the order in which they stand.
 */
export function flattenDump(documents: Iterable<JsonValue>): readonly JsonObject[] {
  const objects: JsonObject[] = [];
  for (const document of documents) {
    if (isArray(document)) objects.push(...flattenDump(document));
    else if (isObject(document)) objects.push(...flattenDocument(document));
  }
  return objects;
}

function flattenDocument(document: JsonObject): readonly JsonObject[] {
  const kind = getString(document, 'kind') ?? '';
  const items = document['items'];
  if (!kind.endsWith('List') || !isArray(items)) return [document];
  const itemKind = kind.slice(0, -'List'.length);
  const apiVersion = getString(document, 'apiVersion') ?? '';
  return flattenDump(items).map((item) => (itemKind === '' || item['kind'] !== undefined ? item : { apiVersion, kind: itemKind, ...item }));
}
