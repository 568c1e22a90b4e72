import { MINORS, NAMED, STRUCTS } from './layout.ts';

/** A field of a Go struct. */
export interface GoField {
  readonly name: string;
  /** Its name in JSON; undefined for a struct whose fields stand in JSON as if they were fields of the outer one. */
  readonly json: string | undefined;
  readonly type: string;
}

/** How one release of Kubernetes lays out a pod template. */
export interface GoLayout {
  /** The fields of structs, in their order. */
  readonly structs: ReadonlyMap<string, readonly GoField[]>;
  /** What other types with a name are. */
  readonly named: ReadonlyMap<string, string>;
}

const layouts = new Map<string, GoLayout>();

/** The layout of a minor version (`1.36`), of the newest that is known where that one is not. */
export function layoutOf(minor: string | undefined): GoLayout {
  const release = MINORS.findLast((known) => known === minor) ?? MINORS.at(-1) ?? '';
  const known = layouts.get(release);
  if (known !== undefined) return known;
  const lines = linesOf(STRUCTS);
  const layout: GoLayout = {
    structs: new Map(lines.map(([name = '', ...fields]) => [name, fields.flatMap((field) => toField(field, release))])),
    named: new Map(linesOf(NAMED).map(([name = '', type = '']) => [name, type])),
  };
  layouts.set(release, layout);
  return layout;
}

function linesOf(text: string): readonly (readonly string[])[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
}

function toField(text: string, release: string): readonly GoField[] {
  const match = /^(\w+)(?:=(\w*))?:([^@]+)(?:@(.*))?$/.exec(text);
  if (match === null) return [];
  const [, name = '', told, type = '', releases] = match;
  if (releases !== undefined && !releases.split(',').includes(release)) return [];
  const json = told === undefined ? name.slice(0, 1).toLowerCase() + name.slice(1) : told;
  return [{ name, json: json === '' ? undefined : json, type }];
}
