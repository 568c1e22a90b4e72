// js-yaml 5.5 builds its parser's state by spreading two option objects into a literal. On V8 11.3 (Node 20) every call
// then gets a hidden class of its own and all reads of the state are slow: parsing costs two to four times as much.
// Naming the two options instead costs nothing elsewhere. `node --import ./scripts/js-yaml-hook.mjs` does the same for
// runs from source.
const SLOW = `	const state = {
		...DEFAULT_PARSER_OPTIONS,
		...options,
		input: `;
const FAST = `	const state = {
		filename: options?.filename ?? DEFAULT_PARSER_OPTIONS.filename,
		maxDepth: options?.maxDepth ?? DEFAULT_PARSER_OPTIONS.maxDepth,
		input: `;

/** The source of js-yaml's `dist/js-yaml.mjs` with that change; throws if the place is not found exactly once. */
export function patchJsYaml(source) {
  if (source.split(SLOW).length !== 2) {
    throw new Error('js-yaml has changed: look at parseEvents and mend scripts/js-yaml-patch.mjs');
  }
  return source.replace(SLOW, () => FAST);
}

/** True for the file that `patchJsYaml` is for. */
export function isJsYaml(path) {
  return /[\\/]js-yaml[\\/]dist[\\/]js-yaml\.mjs$/.test(path);
}
