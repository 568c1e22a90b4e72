import { specOf, withMetadata, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, getString } from '../../../std/index.ts';
import { timeOf, type Admitted, type Write } from '../context.ts';

export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Accepts the names of a definition and establishes it, as the controllers soon would; its resources are served from then on. */
export function admitDefinition({ context, live }: Write, object: KubernetesObject): Admitted {
  const names = getObject(specOf(object), 'names') ?? {};
  const kind = getString(names, 'kind') ?? '';
  const acceptedNames = {
    ...names,
    singular: getString(names, 'singular') ?? kind.toLowerCase(),
    listKind: getString(names, 'listKind') ?? `${kind}List`,
  };
  const spec = { ...specOf(object), names: acceptedNames, conversion: getObject(specOf(object), 'conversion') ?? { strategy: 'None' } };
  if (live !== undefined) return { object: { ...object, spec, status: { ...getObject(live, 'status'), acceptedNames } } };
  const condition = { status: 'True', lastTransitionTime: timeOf(context) };
  const conditions = [
    { ...condition, type: 'NamesAccepted', reason: 'NoConflicts', message: 'no conflicts found' },
    { ...condition, type: 'Established', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
  ];
  const storedVersions = getArray(spec, 'versions').flatMap((version) => {
    const name = getString(version, 'name');
    return name !== undefined && getObject(version)?.['storage'] === true ? [name] : [];
  });
  const finalizers = [...getArray(object.metadata, 'finalizers').filter((item) => item !== CLEANUP), CLEANUP];
  return { object: { ...withMetadata(object, { finalizers }), spec, status: { conditions, acceptedNames, storedVersions } } };
}
