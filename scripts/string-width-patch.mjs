// string-width, which yargs brings, makes a segmenter as soon as it is loaded: 8 ms of every run, though none of these programs
// asks it for a width. This makes it when it is asked for.
const EAGER = 'const segmenter = new Intl.Segmenter();';
const LAZY = `let made;
const segmenter = { segment: text => (made ??= new Intl.Segmenter()).segment(text) };`;

/** The source of a string-width `index.js` with that change; throws if the place is not found exactly once. */
export function patchStringWidth(source) {
  if (source.split(EAGER).length !== 2) {
    throw new Error('string-width has changed: look for its segmenter and mend scripts/string-width-patch.mjs');
  }
  return source.replace(EAGER, () => LAZY);
}

/** True for the files that `patchStringWidth` is for. */
export function isStringWidth(path) {
  return /[\\/]string-width[\\/]index\.js$/.test(path);
}
