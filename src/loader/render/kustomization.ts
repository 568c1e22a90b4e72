import { posix } from 'node:path';
import type { Origin, SourceRange } from '../../model/index.ts';
import { getArray, getString, isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { RawDocument } from '../yaml/parse-file.ts';

/** The names that kustomize looks for, in its order. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** A path or address that a kustomization names, and where it does. */
export interface Reference {
  readonly text: string;
  readonly source: SourceRange;
  /** True for what must be there: resources, bases and components. */
  readonly isResource: boolean;
}

/** What one kustomization file says, as far as reading it safely needs to know. */
export interface Kustomization {
  readonly directory: string;
  readonly value: JsonObject;
  readonly origin: Origin;
  readonly isComponent: boolean;
  readonly references: readonly Reference[];
  /** Features that run programs or fetch: `helmCharts`. */
  readonly forbidden: readonly { readonly what: string; readonly source: SourceRange }[];
  readonly buildMetadata: readonly string[];
}

const RESOURCE_FIELDS: ReadonlySet<string> = new Set(['resources', 'bases', 'components']);
const FORBIDDEN_FIELDS = ['helmCharts', 'helmChartInflationGenerator'];

/** True for a file that kustomize would take as the root of a directory, and not for another tool's of that name. */
export function isKustomizationName(path: string): boolean {
  const name = posix.basename(path);
  return KUSTOMIZATION_NAMES.some((known) => known === name);
}

/** Reads a kustomization; undefined if the document is of another kind (Flux has a Kustomization too) or no object. */
export function readKustomization(directory: string, document: RawDocument | undefined, origin: Origin): Kustomization | undefined {
  const value = document?.value;
  if (!isObject(value)) return undefined;
  const apiVersion = getString(value, 'apiVersion') ?? 'kustomize.config.k8s.io/v1beta1';
  if (!apiVersion.startsWith('kustomize.config.k8s.io/')) return undefined;
  return {
    directory,
    value,
    origin,
    isComponent: getString(value, 'kind') === 'Component',
    references: findReferences(value, origin),
    forbidden: FORBIDDEN_FIELDS.filter((field) => field in value).map((what) => ({ what, source: origin.locate([what]) })),
    buildMetadata: getArray(value, 'buildMetadata').filter((item) => typeof item === 'string'),
  };
}

function findReferences(value: JsonObject, origin: Origin): readonly Reference[] {
  const references: Reference[] = [];
  for (const [field, part] of Object.entries(value)) {
    const isResource = RESOURCE_FIELDS.has(field);
    visitStrings(part, [field], (text, path) => {
      // Inline patches and generators are YAML themselves.
      if (text === '' || text.length > 1000 || text.includes('\n')) return;
      for (const candidate of isResource ? [text] : [text, text.slice(text.indexOf('=') + 1)]) {
        references.push({ text: candidate, isResource, source: origin.locate(path) });
      }
    });
  }
  return references;
}

function visitStrings(value: JsonValue, path: Path, visit: (text: string, path: Path) => void): void {
  if (typeof value === 'string') visit(value, path);
  else if (isArray(value)) for (const [index, item] of value.entries()) visitStrings(item, [...path, index], visit);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) visitStrings(item, [...path, key], visit);
}

/** True for what kustomize would fetch: URLs, `git@host:org/repo`, `github.com/org/repo`, anything with `?ref=`. */
export function isRemote(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*::?\/\/|^[a-z0-9]+::|^[\w.-]+@[\w.-]+[:/]/i.test(text) ||
    /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:]/i.test(text) ||
    /[?&](?:ref|version|timeout|submodules)=/.test(text)
  );
}
