import { pathOfFact, type Fact, type Finding } from '../../model/index.ts';
import type { Locate } from './locate.ts';

/** A fact as a finding, at the first place in the manifests that it was derived from. */
export function toFinding(fact: Fact, locate: Locate): Finding {
  const { code, severity, subject, data, objects } = fact;
  const placed = objects.map(({ ref, path = '' }) => ({ ref, path, source: locate(ref, path) }));
  const at = placed.find(({ source }) => source !== undefined) ?? placed[0];
  const ref = subject ?? at?.ref;
  const source = at?.source;
  const path = subject === undefined ? at?.path : pathOfFact(fact);
  return {
    code,
    severity,
    data,
    ...(ref === undefined ? {} : { ref }),
    ...(path === undefined ? {} : { path }),
    ...(source === undefined ? {} : { source }),
  };
}
