import {
  refKeyOf,
  refOf,
  World,
  type Finding,
  type KubernetesObject,
  type Lens,
  type Manifest,
  type SchemaCatalog,
} from '../model/index.ts';
import { getArray, getNumber, getOrAdd, getString, groupBy, isSameList, type JsonValue } from '../std/index.ts';
import { judgeObject, toJson } from './digest.ts';
import { compareFindings, toPlacedFinding, type JudgedProblem } from './findings.ts';
import { listDuplicates, placeManifests, readProblems, toVerdictFindings } from './verdicts.ts';
import type { PlacedManifest } from './object/duplicates.ts';
import { applyEdits } from './practices/fixes.ts';
import { listPracticeProblems, type PracticeChoice } from './practices/judge.ts';
import type { Edit } from './practices/practice.ts';
import { listReferenceProblems } from './references.ts';

/** What is asked, and what is known besides the manifests. */
export interface ValidateOptions {
  /** One for each Kubernetes minor version asked. */
  readonly catalogs: readonly SchemaCatalog[];
  /** Objects that exist but are not in the repository: of the live cluster, of `--context-objects`. */
  readonly context?: World;
  /** True when `context` is a whole cluster, so that what is missing is truly missing. */
  readonly knowsCluster: boolean;
  readonly defaultNamespace: string;
  /** Shared by calls that judge mostly the same manifests again. */
  readonly lens?: Lens | undefined;
  /** What an earlier call has kept of the same objects: the same digests in the same order, all else being equal too. `none`: no reference is looked up. */
  readonly references?: ReferenceMemory | 'none';
  /** The practices that the configuration asks for: then the manifests must be whole, not digests. */
  readonly practices?: PracticeChoice | undefined;
}

/** What mends findings of practices: the whole object as it should be. */
export interface Fix {
  readonly manifest: Manifest;
  readonly findings: readonly Finding[];
  readonly object: JsonValue;
}

/** Remembers the references that lead nowhere, as JSON, for the very same objects. */
export interface ReferenceMemory {
  recall(): readonly JsonValue[] | undefined;
  keep(problems: readonly JsonValue[]): void;
}

/**
 * What the API server would say of these manifests, in its words, and what no schema sees: references that lead nowhere.
 * Custom resources are judged by the definitions among the manifests and in `context`. Findings of several versions are
 * merged: `versions` stands only where a finding does not hold for all. Ordered by place. Pure: nothing outside is asked.
 */
export function validateManifests(manifests: readonly Manifest[], options: ValidateOptions): readonly Finding[] {
  return validateTogether([{ manifests, defaultNamespace: options.defaultNamespace }], options)[0] ?? [];
}

/** What is known besides the manifests, whatever namespace they are in by default. */
type Known = Omit<ValidateOptions, 'defaultNamespace'>;

/** The manifests of one unit, and where those of its objects are that name no namespace. */
export interface UnitManifests extends Pick<ValidateOptions, 'defaultNamespace'> {
  readonly manifests: readonly Manifest[];
}

/**
 * As `validateManifests`, of several units that are there side by side: what one of them refers to may be another's. The findings of
 * each unit's own manifests, in the order of the units.
 */
export function validateTogether(units: readonly UnitManifests[], options: Known): readonly (readonly Finding[])[] {
  const catalogs = withDefinitions(
    units.flatMap(({ manifests }) => manifests),
    options,
  );
  const placed = units.map(({ manifests, defaultNamespace }) => placeManifests(manifests, catalogs, defaultNamespace));
  const all = placed.flat();
  const laterUnits = new Map(placed.slice(1).flatMap((own, index) => own.map(({ manifest }) => [manifest, index + 1] as const)));
  const found = [...listReferences(all, options), ...judgePractices(all, options)];
  const across = groupBy(found, ({ manifest }) => laterUnits.get(manifest) ?? 0);
  return placed.map((own, unit) => {
    const findings: Finding[] = [];
    for (const item of own) findings.push(...judgeManifest(item, catalogs, options));
    findings.push(...listDuplicates(own), ...(across.get(unit) ?? []).map(({ finding }) => finding));
    return findings.toSorted(compareFindings);
  });
}

/** What would mend the findings of practices that `isWanted` takes, object by object, in the order of the manifests. */
export function listFixes(
  manifests: readonly Manifest[],
  options: ValidateOptions,
  isWanted: (finding: Finding) => boolean,
): readonly Fix[] {
  const catalogs = withDefinitions(manifests, options);
  const placed = placeManifests(manifests, catalogs, options.defaultNamespace);
  const wanted = new Map<Manifest, { readonly findings: Finding[]; readonly edits: Edit[] }>();
  for (const { manifest, finding, fix } of judgePractices(placed, options)) {
    if (fix === undefined || !isWanted(finding)) continue;
    const { findings, edits } = getOrAdd(wanted, manifest, () => ({ findings: [], edits: [] }));
    findings.push(finding);
    edits.push(...fix);
  }
  return manifests.flatMap((manifest) => {
    const found = wanted.get(manifest);
    return found === undefined ? [] : [{ manifest, findings: found.findings, object: applyEdits(manifest.object, found.edits) }];
  });
}

/** What only all manifests together tell of one of them. */
interface PlacedFinding {
  readonly manifest: Manifest;
  readonly finding: Finding;
}

interface PlacedPractice extends PlacedFinding {
  readonly fix: readonly Edit[] | undefined;
}

function judgePractices(
  placed: readonly PlacedManifest[],
  { practices, context }: Pick<ValidateOptions, 'context' | 'practices'>,
): readonly PlacedPractice[] {
  if (practices === undefined) return [];
  const own = new Map(placed.map(({ manifest, object }) => [object, manifest]));
  const world = joinWorld(context ?? World.EMPTY, [...own.keys()]);
  return listPracticeProblems(world, practices).flatMap(({ object, problem, fix }) => {
    const manifest = own.get(object);
    return manifest === undefined ? [] : [{ manifest, finding: toPlacedFinding(problem, manifest, refOf(object)), fix }];
  });
}

function withDefinitions(
  manifests: readonly Manifest[],
  { catalogs, context }: Pick<ValidateOptions, 'catalogs' | 'context'>,
): readonly SchemaCatalog[] {
  const definitions = listDefinitions(manifests, context);
  return definitions.length === 0 ? catalogs : catalogs.map((catalog) => catalog.withCustomResources(definitions));
}

function listDefinitions(manifests: readonly Manifest[], context: World | undefined): readonly KubernetesObject[] {
  const known = context?.byKind('apiextensions.k8s.io', 'CustomResourceDefinition') ?? [];
  const own = manifests.map(({ object }) => object).filter((object) => object.kind === 'CustomResourceDefinition');
  return [...known, ...own];
}

function judgeManifest(
  placed: PlacedManifest,
  catalogs: readonly SchemaCatalog[],
  options: Pick<ValidateOptions, 'knowsCluster'>,
): readonly Finding[] {
  const { object, verdict } = placed.manifest;
  return toVerdictFindings(verdict === undefined ? judgeOnce(object, catalogs, options.knowsCluster) : readProblems(verdict), placed);
}

interface Judged {
  readonly catalogs: readonly SchemaCatalog[];
  readonly knowsCluster: boolean;
  readonly problems: readonly JudgedProblem[];
}

const judged = new WeakMap<KubernetesObject, Judged>();

/** As `judgeObject`; an object that is judged again by the same catalogs is not looked at again. */
function judgeOnce(object: KubernetesObject, catalogs: readonly SchemaCatalog[], knowsCluster: boolean): readonly JudgedProblem[] {
  const known = judged.get(object);
  if (known?.knowsCluster === knowsCluster && isSameList(known.catalogs, catalogs)) return known.problems;
  const problems = judgeObject(object, catalogs, knowsCluster);
  judged.set(object, { catalogs, knowsCluster, problems });
  return problems;
}

/**
 * Whether a CustomResourceDefinition among the manifests or in `context` takes the place of a built-in resource: then no
 * verdict on an object of that kind holds, and the manifests must be read without a digester.
 */
export function redefinesBuiltIn(
  manifests: readonly Manifest[],
  { catalogs, context }: Pick<ValidateOptions, 'catalogs' | 'context'>,
): boolean {
  const definitions = listDefinitions(manifests, context);
  const isBuiltIn = (definition: KubernetesObject): boolean => {
    const [group, plural] = [getString(definition, 'spec', 'group'), getString(definition, 'spec', 'names', 'plural')];
    return catalogs.some((catalog) => catalog.list().some((kind) => kind.group === group && kind.plural === plural));
  };
  return definitions.some(isBuiltIn);
}

function listReferences(placed: readonly PlacedManifest[], options: Known): readonly PlacedFinding[] {
  const { references: memory } = options;
  if (memory === 'none') return [];
  const known = memory?.recall();
  const problems = known ?? findReferences(placed, options);
  if (known === undefined) memory?.keep(problems);
  return problems.flatMap((item) => {
    const at = placed[getNumber(item, 'at') ?? -1];
    const [problem] = readProblems(getArray(item, 'problem'));
    if (at === undefined || problem === undefined) return [];
    return [{ manifest: at.manifest, finding: toPlacedFinding(problem.problem, at.manifest, refOf(at.object)) }];
  });
}

interface Joined {
  readonly context: World;
  readonly objects: readonly KubernetesObject[];
  readonly world: World;
}

let joined: Joined | undefined;

/** The objects over those of the context. Where only a few are others than in the last call, the indexes of all other kinds are shared. */
function joinWorld(context: World, objects: readonly KubernetesObject[]): World {
  const last = joined;
  const isLike = last !== undefined && last.context === context && last.objects.length === objects.length;
  const changed = isLike
    ? objects.flatMap((object, index) => (object === last.objects[index] ? [] : [{ object, was: last.objects[index] }]))
    : [];
  const isSmall = isLike && changed.every(({ object, was }) => was !== undefined && refKeyOf(was) === refKeyOf(object));
  // Of two with one identity the last counts: one that did not count before does not now.
  const counting = isSmall ? changed.filter(({ was }) => was !== undefined && last.world.get(refOf(was)) === was) : [];
  const world = isSmall ? last.world.with(counting.map(({ object }) => object)) : context.with(objects);
  joined = { context, objects, world };
  return world;
}

/** The references that lead nowhere, each with the number of its manifest. */
function findReferences(placed: readonly PlacedManifest[], options: Known): readonly JsonValue[] {
  const own = new Map(placed.map((item, index) => [item.object, index]));
  const world = joinWorld(options.context ?? World.EMPTY, [...own.keys()]);
  return listReferenceProblems(world, { knowsAll: options.knowsCluster, lens: options.lens }).flatMap(({ referrer, problem }) => {
    const at = own.get(options.lens === undefined ? referrer : (world.get(refOf(referrer)) ?? referrer));
    return at === undefined ? [] : [{ at, problem: [toJson({ problem })] }];
  });
}
