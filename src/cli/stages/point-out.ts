import type { KubernetesObject, Manifest, Plan, SourceChanges, SourceRange } from '../../model/index.ts';
import type { PlanDraft } from '../../planner/index.ts';
import { validateManifests } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import { asOfApply } from './as-of-apply.ts';
import type { Before } from './before.ts';
import { chooseVersions, loadCatalogs, type Desired } from './desired.ts';
import { findOwn } from './findings-before.ts';

/** What is told of a plan between revisions, at the changed lines that bring it about; what was found there before stays where it is. */
export function pointOut(
  draft: PlanDraft,
  told: Pick<Plan, 'effects' | 'findings'>,
  changes: SourceChanges,
  { desired, before }: { readonly desired: Desired; readonly before: Before },
  args: Arguments,
): Pick<Plan, 'effects' | 'findings'> {
  const own = new Set(findOwn({ ...draft.plan, findings: told.findings }, before, desired, args).findings);
  const catalogs = loadCatalogs(chooseVersions(args, desired.config, undefined));
  const mine = { effects: told.effects, findings: told.findings.filter((finding) => own.has(finding)) };
  const { effects, findings } = draft.pointOut(mine, changes, (world, refs) => {
    const manifests = refs.flatMap((ref) => world.get(ref) ?? []).map(toManifest);
    const found = validateManifests(manifests, {
      catalogs,
      context: world,
      knowsCluster: false,
      defaultNamespace: desired.defaultNamespace,
    });
    return found.map(asOfApply);
  });
  const pointed = new Map(mine.findings.map((finding, index) => [finding, findings[index] ?? finding]));
  return { effects, findings: told.findings.map((finding) => pointed.get(finding) ?? finding) };
}

const NOWHERE: SourceRange = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

function toManifest(object: KubernetesObject): Manifest {
  return { object, origin: { file: '', document: 0, line: 1, locate: () => NOWHERE } };
}
