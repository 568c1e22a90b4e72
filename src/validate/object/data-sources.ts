import type { Kind, KubernetesObject } from '../../model/index.ts';
import { getObject, getString } from '../../std/index.ts';
import type { Problem } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';

const TWINS: Readonly<Record<string, string>> = { dataSource: 'dataSourceRef', dataSourceRef: 'dataSource' };

/**
 * What the server says for a problem that a claim's own fields have. It drops a dataSource that is neither a claim nor a snapshot
 * (`EnforceDataSourceBackwardsCompatibility`) and copies the one of dataSource and dataSourceRef that is given to the other
 * (`NormalizeDataSources`) before it looks at either.
 */
export function ofSources(problem: Problem, object: KubernetesObject, kind: Kind): readonly Problem[] {
  const [spec, field = '', ...rest] = problem.path;
  const twin = TWINS[field];
  const isOfClaim = kind.group === '' && kind.kind === 'PersistentVolumeClaim' && spec === 'spec' && problem.code === 'KV0043';
  if (!isOfClaim || twin === undefined || getObject(object, 'spec', twin) !== undefined) return [problem];
  if (field === 'dataSource' && !isKept(object)) return [];
  if ((getString(object, 'spec', field, 'namespace') ?? '') !== '') return [problem];
  const path = [spec, twin, ...rest];
  return [problem, { ...problem, path, data: { ...problem.data, field: toDottedPath(path) } }];
}

function isKept(object: KubernetesObject): boolean {
  const source = getObject(object, 'spec', 'dataSource');
  const type = `${getString(source, 'apiGroup') ?? ''}/${getString(source, 'kind') ?? ''}`;
  return type === '/PersistentVolumeClaim' || type === 'snapshot.storage.k8s.io/VolumeSnapshot';
}
