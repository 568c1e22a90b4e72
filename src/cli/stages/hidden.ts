import { gvkOf, refKeyOf, type KubernetesObject, type Plan, type SchemaCatalog, type SourceChanges } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { withNamespace } from '../../planner/index.ts';
import type { Before } from './before.ts';
import type { Desired } from './desired.ts';

/** What a revision holds that may still be asked for, where the files as they are now cannot be wholly understood: it is taken to be there. */
export function listHidden(
  { manifests, hidden: { incomplete }, defaultNamespace }: Pick<Desired, 'defaultNamespace' | 'hidden' | 'manifests'>,
  before: Pick<Before, 'manifests'>,
  [catalog]: readonly SchemaCatalog[],
): readonly KubernetesObject[] {
  if (incomplete.length === 0) return [];
  const complete = (object: KubernetesObject): KubernetesObject => withNamespace(object, catalog?.find(gvkOf(object)), defaultNamespace);
  const files = new Set(incomplete.map(({ file }) => file));
  const reachesFurther = incomplete.some((place) => place.reachesFurther);
  const asked = new Set(manifests.map(({ object }) => refKeyOf(complete(object))));
  return before.manifests
    .filter(({ origin }) => reachesFurther || files.has(origin.file))
    .map(({ object }) => complete(object))
    .filter((object) => !asked.has(refKeyOf(object)));
}

/** What is told of a plan without what may be missing only since a file that names it cannot be understood. */
export function withoutHidden(
  { effects, findings }: Pick<Plan, 'effects' | 'findings'>,
  { hidden: { incomplete } }: Pick<Desired, 'hidden'>,
  changes: SourceChanges,
): Pick<Plan, 'effects' | 'findings'> {
  const mayBeThere = ({ data }: Pick<Plan['findings'][number], 'data'>): boolean => {
    const name = getString(data, 'target')?.replace(/^.*[ /]/, '');
    return name !== undefined && name !== '' && incomplete.some(({ file }) => changes.mentions(file, name));
  };
  if (incomplete.length === 0) return { effects, findings };
  return { effects: effects.filter((item) => !mayBeThere(item)), findings: findings.filter((item) => !mayBeThere(item)) };
}
