import { checkLabels } from '../object/metadata.ts';
import type { Report } from '../problem.ts';
import type { Place } from './place.ts';

const ALLOWED = new Set(['annotations', 'labels', 'creationTimestamp']);

/** `ValidateTemplateObjectMeta`: what is made of a template of a claim takes labels and annotations from it, and nothing else. */
export function checkTemplateMetadata(metadata: Place, report: Report): void {
  checkLabels(metadata.object, metadata.path, metadata.field, report);
  for (const field of metadata.keys()) {
    const place = metadata.at(field);
    const isZero = !place.isSet || place.value === '' || place.value === 0;
    if (!ALLOWED.has(field) && !isZero) place.forbidden('cannot be set');
  }
}
