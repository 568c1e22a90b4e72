import type { Schema } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';
import { toFieldElement, type FieldPath, type PathElement } from './path-element.ts';
import { elementOf, fieldSchemaOf, fieldsOf, itemsOf, shapeOf } from './shape.ts';

/** The items of sets and list-maps that have the key of one before them, each by its path. Server-side apply takes no such object (structured-merge-diff `typed/validate.go`). */
export function listDuplicates(value: JsonValue, schema: Schema | undefined, path: FieldPath = []): readonly FieldPath[] {
  const shape = shapeOf(schema, value);
  switch (shape.kind) {
    case 'leaf':
      return [];
    case 'map':
      return Object.entries(fieldsOf(value)).flatMap(([name, field]) =>
        listDuplicates(field, fieldSchemaOf(shape.schema, name), [...path, toFieldElement(name)]),
      );
    case 'list': {
      const seen = new Set<PathElement>();
      return itemsOf(value).flatMap((item) => {
        const element = elementOf(shape.schema, item);
        if (element === undefined) return [];
        const at = [...path, element];
        const own = seen.has(element) ? [at] : [];
        seen.add(element);
        return [...own, ...listDuplicates(item, shape.schema.items, at)];
      });
    }
  }
}
