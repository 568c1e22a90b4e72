import type { Fact, Finding } from '../../model/index.ts';
import type { Locate } from './locate.ts';

/** A fact as a finding, at the first place in the manifests that it was derived from. */
export function toFinding({ code, severity, subject, data, objects }: Fact, locate: Locate): Finding {
  const placed = objects.map(({ ref, path = '' }) => ({ ref, path, source: locate(ref, path) }));
  const at = placed.find(({ source }) => source !== undefined) ?? placed[0];
  const ref = subject ?? at?.ref;
  const source = at?.source;
  return {
    code,
    severity,
    data,
    ...(ref === undefined ? {} : { ref }),
    ...(at === undefined || ref !== at.ref ? {} : { path: at.path }),
    ...(source === undefined ? {} : { source }),
  };
}
