import type { Kind, KubernetesObject } from '../../model/index.ts';
import { isClaimOrSnapshot } from '../../model/schema/index.ts';
import { getObject, getString } from '../../std/index.ts';
import type { Problem } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';

const TWINS: Readonly<Record<string, string>> = { dataSource: 'dataSourceRef', dataSourceRef: 'dataSource' };

/**
 * What the server says for a problem that an object's own fields have. It forgets the configSource of a Node and sources elsewhere. Of a claim it drops a
 * dataSource that is neither a claim nor a snapshot (`EnforceDataSourceBackwardsCompatibility`) and copies the one of dataSource and
 * dataSourceRef that is given to the other (`NormalizeDataSources`) before it looks at either.
 */
export function ofSources(problem: Problem, object: KubernetesObject, kind: Kind): readonly Problem[] {
  const [spec, field = '', ...rest] = problem.path;
  if (isForgotten(problem, kind)) return [];
  const twin = TWINS[field];
  const isOfClaim = kind.group === '' && kind.kind === 'PersistentVolumeClaim' && spec === 'spec' && problem.code === 'KV0043';
  if (isOfClaim && field === 'dataSourceRef' && isElsewhere(object)) return [];
  if (!isOfClaim || twin === undefined || getObject(object, 'spec', twin) !== undefined) return [problem];
  if (field === 'dataSource' && !isClaimOrSnapshot(getObject(object, 'spec', 'dataSource') ?? {})) return [];
  const path = [spec, twin, ...rest];
  return [problem, { ...problem, path, data: { ...problem.data, field: toDottedPath(path) } }];
}

/** A source of another namespace is for a feature that is off. */
function isElsewhere(object: KubernetesObject): boolean {
  return (getString(object, 'spec', 'dataSourceRef', 'namespace') ?? '') !== '';
}

/** What must be given of what is forgotten. */
function isForgotten({ code, path }: Problem, { group, kind }: Kind): boolean {
  return code === 'KV0043' && group === '' && kind === 'Node' && path[0] === 'spec' && path[1] === 'configSource';
}
