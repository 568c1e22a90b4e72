import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { gvkOf, isKubernetesObject, withMetadata, type Kind, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
import { getObject, isJson } from '../../src/std/index.ts';
import { writeCorpus } from '../bench/corpus.ts';
import { listServerCases } from '../validate/server-cases.ts';
import type { Random } from './random.ts';
import { toMinimal } from './value.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** An object that the server takes, or nearly, and its kind. */
export interface Base {
  readonly kind: Kind;
  readonly object: KubernetesObject;
}

/**
 * Objects to start from: the shop, the objects whose defaults are recorded, those whose verdicts are, some of the corpus of the
 * benchmarks, and of each other kind that can be created the least that its schema asks for. Each in `namespace`.
 */
export function listBases(catalog: SchemaCatalog, namespace: string, random: Random): readonly Base[] {
  const given = [
    ...readYaml(join(ROOT, 'fixtures/shop')),
    ...readYaml(join(ROOT, 'fixtures/schema/defaults')),
    ...readYaml(join(ROOT, 'fixtures/judges/bases')),
    ...ofVerdicts(),
    ...ofCorpus(),
  ];
  const bases = given.flatMap((object) => {
    const kind = catalog.find(gvkOf(object));
    return kind !== undefined && isCreatable(kind)
      ? [{ kind, object: withMetadata(object, { namespace: kind.namespaced ? namespace : undefined }) }]
      : [];
  });
  const covered = new Set(bases.map(({ kind }) => kind));
  const others = catalog.list().filter((kind) => isCreatable(kind) && !covered.has(kind));
  return [...bases, ...others.map((kind) => toLeast(kind, namespace, random))];
}

/** The bases, by kind, so that each kind can be picked as often as any other. */
export function groupByKind(bases: readonly Base[]): readonly (readonly Base[])[] {
  const groups = new Map<Kind, Base[]>();
  for (const base of bases) groups.set(base.kind, [...(groups.get(base.kind) ?? []), base]);
  return [...groups.values()];
}

function isCreatable(kind: Kind): boolean {
  return (kind.servedByDefault || kind.custom) && kind.verbs.includes('create') && kind.verbs.includes('list');
}

function toLeast(kind: Kind, namespace: string, random: Random): Base {
  const least = toMinimal({ ...kind.schema, properties: { ...kind.schema.properties, metadata: {} } }, random);
  const metadata = { name: 'least', ...(kind.namespaced ? { namespace } : {}) };
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { kind, object: { ...getObject(least), apiVersion, kind: kind.kind, metadata } };
}

function ofVerdicts(): readonly KubernetesObject[] {
  return listServerCases().flatMap(({ name, object }) => (name.endsWith(' as it is') && isKubernetesObject(object) ? [object] : []));
}

function ofCorpus(): readonly KubernetesObject[] {
  const directory = mkdtempSync(join(tmpdir(), 'kplan-judges-'));
  try {
    writeCorpus(directory, 200);
    return readYaml(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Every object in the YAML files of a folder. */
export function readYaml(folder: string): readonly KubernetesObject[] {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.yaml'));
  return files
    .toSorted()
    .flatMap((file) =>
      loadAll(readFileSync(join(folder, file), 'utf8')).flatMap((document: unknown) =>
        isJson(document) && isKubernetesObject(document) ? [document] : [],
      ),
    );
}
