import type { KubernetesObject, SourceRange } from '../../model/index.ts';
import type { JsonValue, Path } from '../../std/index.ts';

/** A field of a rendered object, and the object of the sources that it was made from, if it stands in one. */
export interface RenderedField {
  readonly rendered: KubernetesObject;
  readonly base: KubernetesObject | undefined;
  readonly path: Path;
  /** Undefined for a field that is gone. */
  readonly value: JsonValue | undefined;
}

/** The place in the sources that gave a field its value. */
export interface Written {
  readonly range: SourceRange;
  /** Of a replacement what it copies from: its `source`. */
  readonly copied?: JsonValue;
}

/** What may have given a field its value; undefined if it was not this one. */
export type FieldWriter = (field: RenderedField) => Written | undefined;

/** A place, if there is one, as what gave a value. */
export function toWritten(range: SourceRange | undefined): Written | undefined {
  return range === undefined ? undefined : { range };
}
