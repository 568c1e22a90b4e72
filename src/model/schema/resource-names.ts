import type { Kind } from './schema.ts';

/** Kinds by the lower-case names that kubectl users know them by: plural, singular, kind and short names. */
export function indexNames(kinds: readonly Kind[]): ReadonlyMap<string, readonly Kind[]> {
  const names = new Map<string, Kind[]>();
  const ordered = kinds.toSorted((a, b) => priority(a) - priority(b));
  const add = (name: string, kind: Kind): void => {
    const known = names.get(name);
    if (known === undefined) names.set(name, [kind]);
    else if (!known.includes(kind)) known.push(kind);
  };
  for (const kind of ordered) for (const name of [kind.plural, kind.singular, kind.kind.toLowerCase()]) add(name, kind);
  for (const kind of ordered) for (const name of kind.shortNames) add(name, kind);
  return names;
}

/** The kind that a name means: `deploy`, `deployments.apps` or `deployments.v1.apps`; the core group is preferred, then built-in kinds. */
export function findByName(names: ReadonlyMap<string, readonly Kind[]>, name: string): Kind | undefined {
  const text = name.toLowerCase();
  const dot = text.indexOf('.');
  if (dot < 0) return names.get(text)?.[0];
  const candidates = names.get(text.slice(0, dot)) ?? [];
  const rest = text.slice(dot + 1);
  return (
    candidates.find((kind) => rest === `${kind.version}.${kind.group}`) ??
    candidates.find((kind) => rest === kind.group && kind.group !== '')
  );
}

function priority(kind: Kind): number {
  if (!kind.servedByDefault) return 3;
  if (kind.custom) return 2;
  return kind.group === '' ? 0 : 1;
}
