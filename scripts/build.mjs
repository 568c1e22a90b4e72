// Bundles the two programs into dist/: everything that starts them in one chunk, the heavy parts in chunks that load when needed;
// and the action (action.yml) into one file.
import { chmod, copyFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle, bundleWhole } from './bundle.mjs';

const out = new URL('../dist/', import.meta.url);

await rm(out, { recursive: true, force: true });
const outputs = await bundle(['src/cli/kplan.ts', 'src/cli/kapply.ts'], 'dist');
await copyFile(fileURLToPath(import.meta.resolve('highs/runtime')), new URL('highs.wasm', out));
await copyFile(fileURLToPath(new URL('../LICENSE', import.meta.resolve('highs/runtime'))), new URL('highs.LICENSE.txt', out));
await copyFile(fileURLToPath(new URL('../LICENSE.md', import.meta.resolve('elkjs'))), new URL('elk.LICENSE.txt', out));
await copyFile(fileURLToPath(new URL('../../LICENSE', import.meta.resolve('openpgp'))), new URL('openpgp.LICENSE.txt', out));
await Promise.all(['kplan', 'kapply'].map((name) => chmod(new URL(`${name}.js`, out), 0o755)));
await bundleWhole('src/cli/action.ts', 'dist/action.mjs');
const bytes = Object.values(outputs).reduce((sum, file) => sum + file.bytes, 0);
if (process.argv.includes('--verbose')) console.log(`dist: ${Object.keys(outputs).length} files, ${(bytes / 1024).toFixed(0)} KiB`);
