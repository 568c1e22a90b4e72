import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { passDoors } from './doors.mjs';
import { isJsYaml, patchJsYaml } from './js-yaml-patch.mjs';
import { isStringWidth, patchStringWidth } from './string-width-patch.mjs';

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

const patches = {
  name: 'patches',
  setup(plugin) {
    plugin.onLoad({ filter: /[\\/](?:js-yaml|string-width)[\\/]/ }, async ({ path }) => {
      const patch = isJsYaml(path) ? patchJsYaml : isStringWidth(path) ? patchStringWidth : undefined;
      return patch === undefined ? undefined : { contents: patch(await readFile(path, 'utf8')), loader: 'js' };
    });
  },
};

const throughDoors = {
  name: 'through doors',
  setup(plugin) {
    plugin.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) =>
      path.includes('node_modules') ? undefined : { contents: passDoors(await readFile(path, 'utf8'), path), loader: 'ts' },
    );
  },
};

const options = {
  absWorkingDir: new URL('..', import.meta.url).pathname,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Node 20.19 has them; made by constructors, as esbuild else does, they are compiled in every run.
  supported: { 'regexp-set-notation': true, 'regexp-unicode-property-escapes': true },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  metafile: true,
  define: { KPLAN_VERSION: JSON.stringify(version) },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  plugins: [patches, throughDoors],
  logLevel: 'warning',
};

/** Bundles programs as they are shipped; the files that it has written, with their sizes. */
export async function bundle(entryPoints, outdir) {
  const chunks = { splitting: true, chunkNames: 'chunks/[name]-[hash]' };
  return (await build({ ...options, ...chunks, entryPoints, outdir })).metafile.outputs;
}

/** Bundles a program as one file that needs no other, the schema pack within; what it has written, with its sizes. */
export async function bundleWhole(entryPoint, outfile) {
  const pack = (await readFile(new URL('../schemas/kubernetes.json.br', import.meta.url))).toString('base64');
  const define = { ...options.define, KPLAN_SCHEMA_PACK: JSON.stringify(pack) };
  return (await build({ ...options, define, legalComments: 'eof', entryPoints: [entryPoint], outfile })).metafile.outputs;
}
