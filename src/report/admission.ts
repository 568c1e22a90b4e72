import { formatRef, type Admission, type ObjectRef } from '../model/index.ts';

const KINDS: Readonly<Record<Admission['kind'], string>> = {
  MutatingAdmissionPolicy: 'mutating policy',
  MutatingWebhook: 'mutating webhook',
  ValidatingAdmissionPolicy: 'validating policy',
  ValidatingWebhook: 'validating webhook',
};

const MOST_NAMED = 3;

/** What a webhook or policy is, for people: `mutating webhook`. */
export function describeAdmissionKind({ kind }: Admission): string {
  return KINDS[kind];
}

/** The changes that it is asked about: `sees Deployment shop/web and 2 more, may see Job shop/seed`. */
export function describeSight({ sees, maySee }: Admission, all: boolean): string {
  const parts = [
    ...(sees.length === 0 ? [] : [`sees ${nameSome(sees, all)}`]),
    ...(maySee.length === 0 ? [] : [`may see ${nameSome(maySee, all)}`]),
  ];
  return parts.join(', ');
}

function nameSome(refs: readonly ObjectRef[], all: boolean): string {
  const named = all ? refs : refs.slice(0, MOST_NAMED);
  const names = named.map(formatRef).join(', ');
  return named.length === refs.length ? names : `${names} and ${refs.length - named.length} more`;
}
