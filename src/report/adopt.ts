import { compareBy, type JsonObject } from '../std/index.ts';
import { formatRef, type ObjectRef, type SourceRange, type WorldSource } from '../model/index.ts';

/** Who an object is taken over from. `manager` is empty where only marks tell of the tool. */
export interface FormerOwnerEntry {
  readonly tool: string;
  readonly manager: string;
  readonly operation: string;
  readonly fields: number;
}

/** How one object of the manifests stands to being taken over. `planned`: it would be; `absent`: it is not there. */
export type AdoptOutcome = 'planned' | 'adopted' | 'unchanged' | 'absent' | 'refused' | 'failed';

/** What taking over one object means, or what became of it. */
export interface AdoptEntry {
  readonly ref: ObjectRef;
  readonly source?: SourceRange;
  readonly outcome: AdoptOutcome;
  readonly from: readonly FormerOwnerEntry[];
  /** What the tools know it by. */
  readonly known: readonly string[];
  /** Labels and annotations of the tools that go: `annotations/NAME`. */
  readonly dropped: readonly string[];
  /** Fields that only the tools hold and the manifest does not name: the next apply removes them. */
  readonly left: readonly string[];
  /** Fields that the next apply changes. */
  readonly differs: readonly string[];
  readonly message?: string;
}

/** The answer of `kapply adopt`. */
export interface AdoptReport {
  readonly kind: 'AdoptReport';
  readonly unit: string;
  readonly cluster: WorldSource;
  readonly objects: readonly AdoptEntry[];
  readonly next: string;
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<AdoptOutcome, string>> = {
  planned: 'to change hands',
  adopted: 'adopted',
  unchanged: "already kapply's",
  absent: 'not in the cluster',
  refused: 'refused',
  failed: 'failed',
};

/** `12 to change hands, 1 not in the cluster`. */
export function countAdopted({ objects }: Pick<AdoptReport, 'objects'>): string {
  const counts = Object.entries(WORDS).flatMap(([outcome, word]) => {
    const n = objects.filter((entry) => entry.outcome === outcome).length;
    return n === 0 ? [] : [`${n} ${word}`];
  });
  return counts.join(', ') || 'nothing in the manifests';
}

/** One object in words: whom it comes from, and what is said of it. */
export function describeAdopted(entry: AdoptEntry): { readonly head: string; readonly details: readonly string[] } {
  const { ref, outcome, from, known, left, differs, message } = entry;
  const owners = from.map(({ tool, manager, operation, fields }) =>
    manager === '' ? tool : `${tool} (${manager}, ${operation}: ${fields} ${fields === 1 ? 'field' : 'fields'})`,
  );
  const whom = outcome !== 'planned' && outcome !== 'adopted' ? WORDS[outcome] : `from ${owners.join(' and ') || 'nobody known'}`;
  return {
    head: `${formatRef(ref)}  ${whom}`,
    details: [
      ...(message === undefined ? [] : [message]),
      ...(known.length === 0 ? [] : [`known to it as ${known.join(', ')}`]),
      ...(left.length === 0 ? [] : [`in no manifest; kept now, and the next kapply removes it: ${left.join(', ')}`]),
      ...(differs.length === 0 ? [] : [`the manifest wants it otherwise, and the next kapply changes it: ${differs.join(', ')}`]),
    ],
  };
}

/** What goes from the objects, each with the number of them. */
export function describeDropped({ objects }: Pick<AdoptReport, 'objects'>): readonly string[] {
  const counts = new Map<string, number>();
  const taken = objects.filter(({ outcome }) => outcome === 'planned' || outcome === 'adopted');
  for (const name of taken.flatMap(({ dropped }) => dropped)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .toSorted(compareBy(([name]) => name))
    .map(
      ([name, n]) =>
        `${name.replace('/', ' ').replace(/^(annotation|label)s/, 'the $1')} goes from ${n === 1 ? '1 object' : `${n} objects`}`,
    );
}

/** The objects of a report in the contract's shape. */
export function adoptFields({ objects }: AdoptReport, refFields: (ref: ObjectRef) => JsonObject): readonly JsonObject[] {
  return objects.toSorted(compareBy(({ ref }) => formatRef(ref))).map((entry) => ({
    ref: refFields(entry.ref),
    outcome: entry.outcome,
    from: entry.from.map((owner) => ({ ...owner })),
    known: entry.known,
    dropped: entry.dropped,
    left: entry.left,
    differs: entry.differs,
    ...(entry.message === undefined ? {} : { message: entry.message }),
    ...(entry.source === undefined ? {} : { source: { ...entry.source } }),
  }));
}
