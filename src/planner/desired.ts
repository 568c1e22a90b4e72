import {
  gvkOf,
  namespaceOf,
  nameOf,
  refKeyOf,
  refOf,
  toFinding,
  withMetadata,
  type Finding,
  type Kind,
  type KubernetesObject,
  type Manifest,
  type RefKey,
} from '../model/index.ts';
import { getObject } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';
import { hashSecret } from './secret.ts';

/** The desired objects by identity, and what is wrong with them. */
export interface DesiredSet {
  readonly byKey: ReadonlyMap<RefKey, Desired>;
  readonly findings: readonly Finding[];
}

type Settings = Pick<PlanInput, 'catalog' | 'defaultNamespace' | 'labels' | 'salt'>;

/** Manifests with namespaces filled in and Secrets hashed, by identity. Of several with one identity the last counts. */
export function toDesired(manifests: readonly Manifest[], settings: Settings): DesiredSet {
  const byKey = new Map<RefKey, Desired>();
  const findings: Finding[] = [];
  for (const manifest of manifests) {
    if (nameOf(manifest.object) === '') {
      findings.push(toFinding('KP0109', { source: manifest.origin.locate(['metadata']), data: { kind: manifest.object.kind } }));
      continue;
    }
    const desired = toOne(manifest, settings);
    byKey.set(desired.key, desired);
  }
  return { byKey, findings };
}

interface Memo extends Omit<Desired, 'manifest'> {
  readonly manifest: Manifest;
  readonly kind: Kind | undefined;
  readonly settings: Settings;
}

const memo = new WeakMap<KubernetesObject, Memo>();

function toOne(manifest: Manifest, settings: Settings): Desired {
  const known = memo.get(manifest.object);
  if (known?.manifest === manifest && isKnown(known, settings)) return known;
  const kind = settings.catalog.find(gvkOf(manifest.object));
  const scope = kind ?? otherVersionOf(manifest.object, settings);
  const object = withLabels(withNamespace(hashSecret(manifest.object, settings.salt), scope, settings.defaultNamespace), settings.labels);
  const desired = { manifest, key: refKeyOf(object), ref: refOf(object), object, kind, settings: pickSettings(settings) };
  memo.set(manifest.object, desired);
  return desired;
}

/** What is given may be a whole plan's input: what is remembered keeps neither its worlds nor its manifests alive. */
function pickSettings({ catalog, defaultNamespace, labels, salt }: Settings): Settings {
  return { catalog, defaultNamespace, salt, ...(labels === undefined ? {} : { labels }) };
}

/** A kind in another version of it: of one that is not served, what scope it is of. */
function otherVersionOf(object: KubernetesObject, { catalog }: Settings): Kind | undefined {
  const { group, kind } = gvkOf(object);
  return catalog.findVersions(group, kind)[0];
}

function isKnown(known: Memo, settings: Settings): boolean {
  if (!isSame(known.settings, settings)) return false;
  return known.settings.catalog === settings.catalog || known.kind === settings.catalog.find(gvkOf(known.manifest.object));
}

function isSame(a: Settings, b: Settings): boolean {
  return a.defaultNamespace === b.defaultNamespace && a.salt === b.salt && sameLabels(a.labels ?? {}, b.labels ?? {});
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The object with the namespace that its kind asks for: the default one, or none for what is cluster-scoped. */
export function withNamespace(object: KubernetesObject, kind: Kind | undefined, defaultNamespace: string): KubernetesObject {
  const namespace = namespaceOf(object);
  if (kind === undefined) return object;
  if (!kind.namespaced) return object.metadata['namespace'] === undefined ? object : withMetadata(object, { namespace: undefined });
  return namespace === undefined ? withMetadata(object, { namespace: defaultNamespace }) : object;
}

function withLabels(object: KubernetesObject, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  if (Object.keys(labels).length === 0) return object;
  return withMetadata(object, { labels: { ...getObject(object.metadata, 'labels'), ...labels } });
}
