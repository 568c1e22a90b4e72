// npm run release:action -- OWNER/REPOSITORY TAG: commits what `uses: OWNER/REPOSITORY@TAG` needs, and nothing else, and tags that: action.yml
// with its bundle, and the workflow for others to call, which then names this very release. The branch and the work tree stay as they are.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIMIT = 5_000_000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORKFLOW = '.github/workflows/plan.yml';

const [repository, tag] = process.argv.slice(2);
if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? '') || !/^v[\w.]+$/.test(tag ?? ''))
  throw new Error('usage: release:action OWNER/REPOSITORY vTAG');

execFileSync(process.execPath, [`${ROOT}scripts/build.mjs`], { stdio: 'inherit' });
const { size } = statSync(`${ROOT}dist/action.mjs`);
if (size > LIMIT) throw new Error(`dist/action.mjs has ${size} bytes, more than ${LIMIT}`);

const workflow = readFileSync(`${ROOT}${WORKFLOW}`, 'utf8').replace('uses: ./', `uses: ${repository}@${tag}`);
const plan = writeTree({ 'plan.yml': writeBlob(workflow) });
const tree = writeTree({
  '.github': writeTree({ workflows: plan }),
  dist: writeTree({ 'action.mjs': writeBlob(readFileSync(`${ROOT}dist/action.mjs`)) }),
  ...Object.fromEntries(['action.yml', 'LICENSE', 'README.md'].map((name) => [name, writeBlob(readFileSync(`${ROOT}${name}`))])),
});
const commit = git(['commit-tree', tree, '-p', 'HEAD', '-m', `Release ${tag} of the action`]);
git(['tag', tag, commit]);
console.log(`${tag}: ${commit}, ${size} bytes; git push origin ${tag} publishes it`);

/** Writes a file; its entry without the name. */
function writeBlob(contents) {
  return `100644 blob ${git(['hash-object', '-w', '--stdin'], contents)}`;
}

/** Writes a folder of entries, which are given without names; a folder may be given by its id alone. */
function writeTree(entries) {
  const lines = Object.entries(entries).map(([name, entry]) => `${entry.includes(' ') ? entry : `040000 tree ${entry}`}\t${name}\n`);
  return git(['mktree'], lines.join(''));
}

function git(words, input = '') {
  return execFileSync('git', words, { cwd: ROOT, input, encoding: 'utf8' }).trim();
}
