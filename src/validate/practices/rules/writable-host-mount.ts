import { containersOf } from '../../../model/index.ts';
import { getArray, getAt, getString } from '../../../std/index.ts';
import { lapseIf, practiceOfPods, type Practice } from '../practice.ts';

/** What is written to the node's disk outlives the pod. */
export const writableHostMount: Practice = practiceOfPods('KB0119', 'strict', ({ spec }) => {
  const ofHost = new Set(
    getArray(spec, 'volumes').flatMap((volume) => (getAt(volume, 'hostPath') === undefined ? [] : (getString(volume, 'name') ?? []))),
  );
  return containersOf(spec).flatMap(({ container, path }) =>
    getArray(container, 'volumeMounts').flatMap((mount, index) =>
      lapseIf(ofHost.has(getString(mount, 'name') ?? '') && getAt(mount, 'readOnly') !== true, ...path, 'volumeMounts', index),
    ),
  );
});
