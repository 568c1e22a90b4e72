import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { annotationPage, readAnnotations } from './annotation-page.ts';
import { Browser, findChromium } from './browser.ts';

// npm run pictures: draws the pictures of README.md anew, of a plan that is made here: the shop of fixtures/shop with the change of
// fixtures/shop-change, as a pull request. Needs the built programs and Chromium.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = join(ROOT, 'docs/pictures');
const SHOWN = ['KR0001', 'KN0101', 'KA0103'];
const NODES = '3 x m5.xlarge-like,zones=3';

const program = findChromium();
if (program === undefined) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
const scratch = mkdtempSync(join(tmpdir(), 'kplan-pictures-'));
const browser = await Browser.open(program, { width: 900, height: 700 });
try {
  const repository = join(scratch, 'shop');
  makeRepository(repository);
  plan(repository, 'html=../report.html');
  await draw('report', join(scratch, 'report.html'), 1150);
  const annotations = readAnnotations(plan(repository, 'github')).filter(({ title }) => SHOWN.some((code) => title.startsWith(code)));
  const diffOf = (file: string): string => git(repository, 'diff', '-U3', 'HEAD~1', 'HEAD', '--', file);
  const page = join(scratch, 'annotations.html');
  writeFileSync(page, annotationPage(annotations, { diffOf, linesOf: (file) => readFileSync(join(repository, file), 'utf8').split('\n') }));
  await draw('annotations', page);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}

async function draw(name: string, page: string, height?: number): Promise<void> {
  await browser.show(pathToFileURL(page).href);
  writeFileSync(join(PICTURES, `${name}.png`), await browser.picture('light', height));
}

function makeRepository(folder: string): void {
  cpSync(join(ROOT, 'fixtures/shop'), folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  commit(folder, 'The shop');
  cpSync(join(ROOT, 'fixtures/shop-change'), folder, { recursive: true });
  commit(folder, 'Bigger web pods, a busier pipeline');
}

function commit(folder: string, message: string): void {
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=kplan', '-c', 'user.email=kplan@example.com', 'commit', '-q', '-m', message);
}

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
}

function plan(folder: string, output: string): string {
  const words = ['plan', '--base', 'HEAD~1', '--nodes', NODES, '-o', output, '-q', '--fail-on', 'never'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/kplan.js'), ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
