import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
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

/** Bundles programs as they are shipped; the files that it has written, with their sizes. */
export async function bundle(entryPoints, outdir) {
  const { metafile } = await build({
    absWorkingDir: new URL('..', import.meta.url).pathname,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    metafile: true,
    define: { KPLAN_VERSION: JSON.stringify(version) },
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: [patches],
    logLevel: 'warning',
  });
  return metafile.outputs;
}
