// Loads js-yaml patched (see js-yaml-patch.mjs) in runs from source: `node --import ./scripts/js-yaml-hook.mjs ...`.
import { register } from 'node:module';
import { isJsYaml, patchJsYaml } from './js-yaml-patch.mjs';

if (import.meta.url.endsWith('?hook')) {
  // This is the copy within the hooks thread.
} else register(`${import.meta.url}?hook`);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!isJsYaml(url) || loaded.source === undefined || loaded.source === null) return loaded;
  return { ...loaded, source: patchJsYaml(Buffer.from(loaded.source).toString()) };
}
