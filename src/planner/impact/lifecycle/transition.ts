import { formatRef, refOf, type Fact, type KubernetesObject, type Severity, type World } from '../../../model/index.ts';

/** An object that changes, before and after; one that comes or goes has no other side. */
export interface Transition {
  readonly was: KubernetesObject | undefined;
  readonly is: KubernetesObject | undefined;
  /** The object that it takes the place of, under another name or in another namespace. */
  readonly former: KubernetesObject | undefined;
  readonly before: World;
  readonly after: World;
}

/** What the change of an object does to what runs or is stored, as far as the object itself says it. */
export type Judge = (transition: Transition) => readonly Fact[];

/** What is said of an object, with the field that it follows from, and what the sentence of its code is filled in with. */
export interface Said {
  readonly severity: Severity;
  readonly path?: string;
  readonly data: Fact['data'];
  /** Tells apart what is said of one object by one code. */
  readonly detail?: string;
}

/** A fact about a changed object, which is the cause itself: `data.object` names it. */
export function toFact(code: string, object: KubernetesObject, { severity, path, data, detail = '' }: Said): Fact {
  const ref = refOf(object);
  return {
    engine: 'lifecycle',
    code,
    severity,
    key: `${code} ${formatRef(ref)} ${detail}`,
    subject: ref,
    data: { object: formatRef(ref), ...data },
    objects: [{ ref, ...(path === undefined ? {} : { path }), decides: true }],
  };
}

/** `1 pod`, `3 pods`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
