import { gvkOf, type FieldChange, type KubernetesObject } from '../model/index.ts';
import { fromPointer, getAt, isEqualJson, toFieldPath } from '../std/index.ts';
import { IMMUTABLE_RULES, type ImmutableRule } from './immutable-rules.ts';

/** A field whose change the API server would refuse. */
export interface ImmutableField {
  /** JSON pointer of the field that changes. */
  readonly path: string;
  /** The field that is immutable, as people write it: `.spec.template`. */
  readonly field: string;
}

const byKind = new Map<string, ImmutableRule[]>();
for (const rule of IMMUTABLE_RULES) for (const kind of rule.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), rule]);

/** The first changed field that is proven to be immutable; undefined if every change is allowed. */
export function findImmutable(
  before: KubernetesObject,
  after: KubernetesObject,
  fields: readonly FieldChange[],
): ImmutableField | undefined {
  const { group, kind } = gvkOf(after);
  const rules = byKind.get(`${group}/${kind}`) ?? [];
  for (const { path } of fields) {
    const steps = fromPointer(path);
    const rule = rules.find(
      (candidate) =>
        isMeant(candidate, steps) && isChanged(candidate, before, after) && candidate.when?.({ before, after, path }) !== false,
    );
    if (rule !== undefined) return { path, field: `.${toFieldPath(fieldOf(rule, steps))}` };
  }
  return undefined;
}

/** Where a whole parent comes or goes, the field itself may be in neither object. */
function isChanged({ path }: ImmutableRule, before: KubernetesObject, after: KubernetesObject): boolean {
  const steps = path.map((step) => (/^\d+$/.test(String(step)) ? Number(step) : step));
  return !isEqualJson(getAt(before, ...steps) ?? null, getAt(after, ...steps) ?? null);
}

function isMeant(rule: ImmutableRule, steps: readonly string[]): boolean {
  const reaches = rule.path.slice(0, steps.length).every((step, index) => step === steps[index]);
  const below = steps[rule.path.length];
  return reaches && (below === undefined || rule.except?.includes(below) !== true);
}

/** Where all of a spec but some fields is immutable, the field is named; else the rule is. */
function fieldOf(rule: ImmutableRule, steps: readonly string[]): readonly string[] {
  const length = rule.except === undefined ? rule.path.length : rule.path.length + 1;
  return steps.slice(0, Math.max(1, Math.min(length, steps.length)));
}
