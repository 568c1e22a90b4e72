import type { Declarations } from './checker.ts';
import type { CostRule } from './cost.ts';
import { mergeFunctions } from './declaration.ts';
import { MacroTable } from './macro.ts';
import { LIBRARIES, type VersionedLibrary } from './library/index.ts';
import type { Library } from './library/library.ts';
import { nameOfType, type CelType } from './type.ts';

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
  return { ...base, declarations: { ...base.declarations, variables: new Map(Object.entries(variables)) } };
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
      types: new Map([...types.map((type) => [nameOfType(type), type] as const), ['type', { kind: 'type', of: undefined }]]),
    },
    macros: new MacroTable(libraries.flatMap((library) => library.macros ?? [])),
    costs: new Map(libraries.flatMap((library) => Object.entries(library.costs ?? {}))),
  };
}
