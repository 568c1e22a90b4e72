import type { KubernetesObject, Manifest, Plan, SourceChanges, SourceRange } from '../../model/index.ts';
import type { PlanDraft } from '../../planner/index.ts';
import { validateManifests } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import { asOfApply } from './as-of-apply.ts';
import { chooseVersions, loadCatalogs, type Desired } from './desired.ts';

/** What is told of a plan between revisions, at the changed lines that bring it about. */
export function pointOut(
  draft: PlanDraft,
  told: Pick<Plan, 'effects' | 'findings'>,
  changes: SourceChanges,
  desired: Pick<Desired, 'config' | 'defaultNamespace'>,
  args: Arguments,
): Pick<Plan, 'effects' | 'findings'> {
  const catalogs = loadCatalogs(chooseVersions(args, desired.config, undefined));
  return draft.pointOut(told, changes, (world, refs) => {
    const manifests = refs.flatMap((ref) => world.get(ref) ?? []).map(toManifest);
    const found = validateManifests(manifests, {
      catalogs,
      context: world,
      knowsCluster: false,
      defaultNamespace: desired.defaultNamespace,
    });
    return found.map(asOfApply);
  });
}

const NOWHERE: SourceRange = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

function toManifest(object: KubernetesObject): Manifest {
  return { object, origin: { file: '', document: 0, line: 1, locate: () => NOWHERE } };
}
