import { gvkOf, nameOf, type KubernetesObject, type SourceRange } from '../../model/index.ts';
import { beginningOf } from '../tree/disk-fault.ts';
import { DocumentOrigin } from '../yaml/origin.ts';
import type { KustomizeUnit } from './kustomize-graph.ts';
import type { SourceFiles } from './source-files.ts';

/**
 * Where that stands which a build complains of: the object that it names as kustomize does (`Deployment.v1.apps/web.shop`), in the file
 * that comes last of those it was built from; the beginning of the kustomization where it names none.
 */
export function locateComplaint(reason: string, unit: KustomizeUnit, sources: SourceFiles): SourceRange {
  for (const { path } of unit.files.toReversed()) {
    const source = sources.get(path)?.source;
    const named = sources.parse(path)?.objects.find(({ object }) => reason.includes(identify(object)));
    if (source !== undefined && named !== undefined)
      return new DocumentOrigin(source, named.place, sources.memo).locate(['metadata', 'name']);
  }
  return beginningOf(unit.file);
}

/** As `ResId.String` of kustomize's `kyaml/resid` begins. */
function identify(object: KubernetesObject): string {
  const { group, version, kind } = gvkOf(object);
  return `${kind}.${version}.${group === '' ? '[noGrp]' : group}/${nameOf(object)}.`;
}
