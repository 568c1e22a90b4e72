// Builds schemas/kubernetes.json.br from running servers, or checks that it is what they serve.
//
//   node scripts/schemas/build.mjs --version 1.36|all [--check]
//
// The servers come from scripts/judges/build.sh, which this runs for the versions asked for. With one version the others
// are kept as they are in the pack.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dumpRelease } from './dump.mjs';
import { decodePack, encodePack, toPack, toViews } from './pack.mjs';
import { releases } from './releases.mjs';
import { toView } from './view.mjs';

const root = join(import.meta.dirname, '../..');
const file = join(root, 'schemas/kubernetes.json.br');
const { values } = parseArgs({ options: { version: { type: 'string', default: 'all' }, check: { type: 'boolean', default: false } } });
const minors = values.version === 'all' ? Object.keys(releases) : [values.version];
const judge = (...args) => execFileSync('bash', [join(root, 'scripts/judges/build.sh'), ...args], { stdio: 'inherit' });

const committed = existsSync(file) ? readFileSync(file) : undefined;
const views = committed === undefined ? {} : toViews(decodePack(committed));
judge('etcd');
for (const minor of minors) {
  const release = releases[minor];
  if (release === undefined) throw new Error(`no release for ${minor}: one of ${Object.keys(releases).join(', ')}`);
  judge(release);
  views[minor] = toView(await dumpRelease(release));
  const { kinds, definitions } = views[minor];
  console.log(`${minor} (${release}): ${kinds.length} resources, ${Object.keys(definitions).length} definitions`);
}
const pack = toPack(views);
const bytes = encodePack(pack);
const summary = `${Object.keys(pack.versions).join(' ')}: ${pack.definitions.length} definitions, ${bytes.length} bytes`;
if (!values.check) {
  writeFileSync(file, bytes);
  console.log(`wrote ${summary}`);
} else if (committed !== undefined && JSON.stringify(decodePack(committed)) === JSON.stringify(pack)) {
  console.log(`the pack is what the servers serve (${summary}; bytes ${bytes.equals(committed) ? 'equal' : 'compressed differently'})`);
} else {
  console.error('the pack differs from what the servers serve: run without --check and look at the change');
  process.exitCode = 1;
}
