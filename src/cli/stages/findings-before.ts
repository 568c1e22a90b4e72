import { fingerprint, gvkOf, refKeyOf, stepsOf, toRefKey, type Finding, type Plan } from '../../model/index.ts';
import { withNamespace } from '../../planner/index.ts';
import { validateManifests } from '../../validate/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Before } from './before.ts';
import { chooseVersions, loadCatalogs, type Desired } from './desired.ts';

/** What a change is told of a repository that was not without faults. */
export interface OwnFindings {
  readonly findings: readonly Finding[];
  /** How many were there before, and are left out. */
  readonly known: number;
}

/**
 * The findings of a plan between revisions that the earlier one had not: the others are not of this change. Errors of an object that the
 * change writes stay, since the API server would refuse it. Of any other plan all findings.
 */
export function findOwn(
  { findings, ...plan }: Plan,
  { manifests, findings: loaded = [], source }: Before,
  desired: Desired,
  args: Arguments,
): OwnFindings {
  if (source.kind !== 'revision' || findings.length === 0) return { findings, known: 0 };
  const before = listBefore(findings, { manifests, findings: loaded }, desired, args);
  const written = new Set(stepsOf({ ...plan, findings }).map(({ ref }) => toRefKey(ref)));
  const own = findings.filter((finding) => {
    const isWritten = finding.severity === 'error' && finding.ref !== undefined && written.has(toRefKey(finding.ref));
    return isWritten || !before.has(fingerprint(finding));
  });
  return { findings: own, known: findings.length - own.length };
}

interface Judged {
  readonly asked: string;
  readonly context: Desired['context'];
  readonly found: ReadonlySet<string>;
}

/** What was asked last of a revision: a plan is looked at more than once. */
const judgedOf = new WeakMap<Before['manifests'], Judged>();

/** The fingerprints of what was found in a revision, as far as these findings could be among it. */
function listBefore(
  findings: readonly Finding[],
  { manifests, findings: loaded }: Required<Pick<Before, 'findings' | 'manifests'>>,
  desired: Desired,
  args: Arguments,
): ReadonlySet<string> {
  const asked = new Set(findings.flatMap(({ ref }) => (ref === undefined ? [] : [toRefKey(ref)])));
  const id = [...asked].toSorted().join('\n');
  const known = judgedOf.get(manifests);
  if (known?.asked === id && known.context === desired.context) return known.found;
  const catalogs = loadCatalogs(chooseVersions(args, desired.config, undefined));
  const { defaultNamespace } = desired;
  const objects = manifests.map(({ object }) => withNamespace(object, catalogs[0]?.find(gvkOf(object)), defaultNamespace));
  const context = desired.context.with(objects);
  const judged = validateManifests(
    manifests.filter((manifest, index) => asked.has(refKeyOf(objects[index] ?? manifest.object))),
    { catalogs, context, knowsCluster: false, defaultNamespace },
  );
  const found = new Set([...loaded, ...judged].map(fingerprint));
  judgedOf.set(manifests, { asked: id, context: desired.context, found });
  return found;
}

/** A note of what is left out; none where nothing is. */
export function describeKnown(known: number, { description }: Before['source']): readonly string[] {
  if (known === 0) return [];
  return [
    `${known} ${known === 1 ? 'finding was' : 'findings were'} there before (${description}) and ${known === 1 ? 'is' : 'are'} not shown: \`kplan validate\` lists all`,
  ];
}
