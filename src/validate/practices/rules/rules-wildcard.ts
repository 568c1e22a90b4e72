import { getArray } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** A wildcard grants also what does not exist yet. */
export const rulesWildcard: Practice = practiceOfKinds(
  'KB0407',
  'security',
  ['rbac.authorization.k8s.io/ClusterRole', 'rbac.authorization.k8s.io/Role'],
  (object) =>
    getArray(object, 'rules').flatMap((rule, index) =>
      ['apiGroups', 'resources', 'verbs'].flatMap((field) => lapseIf(getArray(rule, field).includes('*'), 'rules', index, field)),
    ),
);
