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

/** What may have given a field its value: the place in the sources that did; undefined if it was not this one. */
export type FieldWriter = (field: RenderedField) => SourceRange | undefined;
