import { getBoolean, getString } from '../../../std/index.ts';
import type { Pair } from './pair.ts';

/**
 * `ValidateCustomResourceDefinitionUpdate`: a definition keeps its names and its scope, and every version that objects may
 * still be stored in. One that nobody has given a status, as in a repository, counts as established.
 */
export function checkDefinitionUpdate(definition: Pair): void {
  const spec = definition.at('spec');
  if (isEstablished(definition)) {
    spec.at('scope').fixedText(true);
    spec.at('names', 'kind').fixedText();
  }
  spec.at('group').fixedText();
  spec.at('names', 'plural').fixedText();
  checkStored(definition);
}

function isEstablished(definition: Pair): boolean {
  const conditions = definition.at('status', 'conditions');
  if (!conditions.wasSet) return true;
  return conditions.itemsBefore.some((item) => getString(item, 'type') === 'Established' && getString(item, 'status') === 'True');
}

function checkStored(definition: Pair): void {
  const versions = definition.at('spec', 'versions');
  const served = new Set(versions.is.items().map((version) => version.at('name').text));
  for (const [index, name] of listStored(definition).entries()) {
    if (served.has(name)) continue;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    versions.is.failBelow([], `Invalid value: ${JSON.stringify(name)}: ${why}`, `status.storedVersions[${index}]`, true);
  }
}

/** What is stored by its status, or else, of what a repository holds, the version that is to be stored. */
function listStored(definition: Pair): readonly string[] {
  const known = definition.at('status', 'storedVersions').itemsBefore.map((name) => getString(name) ?? '');
  if (known.length > 0) return known;
  const stored = definition.at('spec', 'versions').itemsBefore.filter((version) => getBoolean(version, 'storage') === true);
  return stored.map((version) => getString(version, 'name') ?? '');
}
