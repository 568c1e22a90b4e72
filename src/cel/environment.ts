import type { Declarations } from './checker.ts';
import type { CostRule } from './cost.ts';
import { mergeFunctions } from './declaration.ts';
import { MacroTable } from './macro.ts';
import { LIBRARIES, type VersionedLibrary } from './library/index.ts';
import type { Library } from './library/library.ts';
import { DURATION, nameOfType, TIMESTAMP, type CelType } from './type.ts';

/** What expressions may use: variables with their types, and functions and macros of libraries. */
export interface Environment {
  readonly declarations: Declarations;
  readonly macros: MacroTable;
  readonly costs: ReadonlyMap<string, CostRule>;
}

export interface EnvironmentOptions {
  /** The minor version of Kubernetes whose libraries there are: `1.34`. */
  readonly version: string;
  readonly variables: Readonly<Record<string, CelType>>;
  /** What one use of CEL has beyond all others, such as `cel.bind`. */
  readonly libraries?: readonly Library[];
}

/** The environment of a version of Kubernetes (`k8s.io/apiserver/pkg/cel/environment.MustBaseEnvSet`), with variables of one's own. */
export function createEnvironment({ version, variables, libraries = [] }: EnvironmentOptions): Environment {
  const base = libraries.length === 0 ? baseOf(version) : assemble([...librariesOf(version), ...libraries]);
  const declared = new Map<string, CelType>();
  for (const type of Object.values(variables)) collectDeclared(type, '', declared);
  const scalars = declared.size === 0 ? [] : [['duration', DURATION] as const, ['timestamp', TIMESTAMP] as const];
  return {
    ...base,
    declarations: { ...base.declarations, variables: new Map(Object.entries(variables)), declared: new Map([...scalars, ...declared]) },
  };
}

/** The names under which the types of objects, and of maps and lists in them, are declared (`apiservercel.FieldTypeMap`). */
function collectDeclared(type: CelType, path: string, found: Map<string, CelType>): void {
  if (type.kind !== 'struct') {
    if (path !== '' && (type.kind === 'map' || type.kind === 'list')) found.set(path, type);
    if (type.kind === 'map') collectDeclared(type.value, `${path}.@elem`, found);
    if (type.kind === 'list') collectDeclared(type.element, `${path}.@idx`, found);
    return;
  }
  if (type.fields === undefined || found.has(type.name)) return;
  found.set(type.name, type);
  for (const [name, field] of type.fields) collectDeclared(field.type, `${type.name}.${name}`, found);
}

const bases = new Map<string, Environment>();

function baseOf(version: string): Environment {
  const known = bases.get(version);
  if (known !== undefined) return known;
  const base = assemble(librariesOf(version));
  bases.set(version, base);
  return base;
}

function librariesOf(version: string): readonly Library[] {
  const minor = Number(version.split('.')[1] ?? '0');
  return LIBRARIES.filter(({ since }: VersionedLibrary) => since <= minor).map(({ library }) => library);
}

function assemble(libraries: readonly Library[]): Environment {
  const types = libraries.flatMap((library) => library.types ?? []);
  return {
    declarations: {
      variables: new Map(),
      functions: mergeFunctions(libraries.flatMap((library) => library.functions ?? [])),
      declared: new Map(),
      findMade: (name) => {
        for (const { findMade } of libraries) {
          const made = findMade?.(name);
          if (made !== undefined) return made;
        }
        return undefined;
      },
      types: new Map([...types.map((type) => [nameOfType(type), type] as const), ['type', { kind: 'type', of: undefined }]]),
    },
    macros: new MacroTable(libraries.flatMap((library) => library.macros ?? [])),
    costs: new Map(libraries.flatMap((library) => Object.entries(library.costs ?? {}))),
  };
}
