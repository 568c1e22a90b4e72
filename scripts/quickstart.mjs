// The tour: a small shop is validated, planned, applied to an embedded cluster, changed for the worse and planned again.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const keep = process.argv.includes('--keep');
const work = mkdtempSync(join(tmpdir(), 'kplan-quickstart-'));
const repository = join(work, 'shop');
const colored = process.stdout.isTTY && !process.env.NO_COLOR;

try {
  tour();
} finally {
  if (!keep) rmSync(work, { recursive: true, force: true });
}

function tour() {
  say('A shop of four namespaces and some sixty objects becomes a Git repository.');
  cpSync(join(root, 'fixtures/shop'), repository, { recursive: true });
  git('init', '-q', '-b', 'main');
  commit('The shop');

  say('Every manifest is checked as the API server would check it.');
  run('kplan', [0], 'validate', '.');

  say('Planned against an embedded cluster: three nodes, nothing on them yet.');
  run('kplan', [0], '.');

  say('Applied, wave by wave; each wave must be healthy before the next begins.');
  run('kapply', [0], '.', '--yes');

  say('Planned again: nothing is left to do.');
  run('kplan', [0], '.', '-q');

  say('Now a commit that breaks things: more memory, wider rights, an opened policy, a ConfigMap too few.');
  cpSync(join(root, 'fixtures/shop-change'), repository, { recursive: true });
  commit('Bigger web pods, a busier pipeline');

  say('What it would do, before anything is touched. The plan fails, as it should.');
  run('kplan', [1], '.');

  say(`That was the whole loop. The same with your own repository:

    npm run build
    node ${relative('dist/kplan.js')} validate PATH            # is it valid?
    node ${relative('dist/kplan.js')} PATH --base main         # what does my branch change?
    node ${relative('dist/kplan.js')} PATH                     # against the cluster of your kubeconfig
    node ${relative('dist/kplan.js')} PATH --embedded .kplan/cluster    # or an embedded one
    node ${relative('dist/kapply.js')} PATH --embedded .kplan/cluster   # apply it there
    node ${relative('dist/kapply.js')} --watch PATH --embedded .kplan/cluster`);
}

function say(text) {
  console.log(`\n${colored ? styleText('bold', `# ${text}`) : `# ${text}`}\n`);
}

function run(program, codes, ...args) {
  console.log(colored ? styleText('dim', `$ ${program} ${args.join(' ')}`) : `$ ${program} ${args.join(' ')}`);
  // Whatever cluster a kubeconfig names is none of this tour's business.
  const env = { ...process.env, ...(colored ? { FORCE_COLOR: '1' } : {}), KUBECONFIG: join(work, 'no-kubeconfig') };
  delete env.GITHUB_EVENT_NAME;
  delete env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME;
  const { status, error } = spawnSync(process.execPath, [join(root, 'dist', `${program}.js`), ...args], {
    cwd: repository,
    stdio: 'inherit',
    env,
  });
  if (error !== undefined) throw error;
  if (codes.includes(status)) return;
  console.error(`quickstart: ${program} ${args.join(' ')} ended with ${status}, not with ${codes.join(' or ')}`);
  process.exitCode = 1;
}

function commit(message) {
  git('add', '-A');
  git('-c', 'user.name=kplan', '-c', 'user.email=kplan@example.com', '-c', 'commit.gpgsign=false', 'commit', '-q', '-m', message);
}

function git(...args) {
  const { status, stderr, error } = spawnSync('git', args, { cwd: repository, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`the quickstart needs git: ${error.message}`);
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
}

function relative(path) {
  return join(root, path).replace(`${process.cwd()}/`, '');
}
