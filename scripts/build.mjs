// Bundles the two programs into dist/: everything that starts them in one chunk, the heavy parts in chunks that load when needed.
import { chmod, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { isJsYaml, patchJsYaml } from './js-yaml-patch.mjs';
import { isStringWidth, patchStringWidth } from './string-width-patch.mjs';

const out = new URL('../dist/', import.meta.url);
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

await rm(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: new URL('..', import.meta.url).pathname,
  entryPoints: ['src/cli/kplan.ts', 'src/cli/kapply.ts'],
  outdir: 'dist',
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
await Promise.all(['kplan', 'kapply'].map((name) => chmod(new URL(`${name}.js`, out), 0o755)));
const bytes = Object.values(result.metafile.outputs).reduce((sum, file) => sum + file.bytes, 0);
if (process.argv.includes('--verbose'))
  console.log(`dist: ${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1024).toFixed(0)} KiB`);
