import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Browser, findChromium } from '../../scripts/pictures/browser.ts';
import { breakShop, commitAll, run, shopRepository, temporaryFolder } from '../cli/program.ts';
import { Running } from '../daemon/running.ts';
import { checkContrast, checkKeyboard, checkScreenReader, checkWidth } from './reading.ts';

// The pages that kplan and kapply make, in a headless Chromium: `npm run test:browser`; KPLAN_PICTURES=DIR keeps pictures of them.
const PICTURES = process.env['KPLAN_PICTURES'];

async function keepPicture(browser: Browser, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await browser.resize(1200, 900);
  for (const scheme of ['light', 'dark'] as const) writeFileSync(join(PICTURES, `${name}-${scheme}.png`), await browser.picture(scheme));
}

/** Tries again what a page that changes by itself may have come between. */
async function whileItMoves(check: () => Promise<void>): Promise<void> {
  for (let left = 3; ; left--) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

describe('pages in a browser', () => {
  const ends: (() => unknown)[] = [];
  const context = { after: (end: () => unknown) => void ends.push(end) };
  let browser: Browser;

  before(async () => {
    const program = findChromium();
    assert.ok(program !== undefined, 'there is no Chromium: install it, or name it in CHROMIUM');
    browser = await Browser.open(program, { width: 1200, height: 900 });
  });
  after(async () => {
    await browser.close();
    for (const end of ends.toReversed()) end();
  });

  it('the page of a plan asks for nothing else, is read with keyboard and screen reader, in light and dark, narrow and wide', async () => {
    const shop = shopRepository(context);
    breakShop(shop);
    commitAll(shop, 'Break things');
    const page = join(temporaryFolder(context), 'plan.html');
    const words = ['.', '--base', 'HEAD~1', '--nodes', '3 x m5.xlarge-like,zones=3', '-o', `html=${page}`, '--fail-on', 'never'];
    const { code, stderr } = await run('kplan', shop, words);
    assert.equal(code, 0, stderr);
    assert.ok(statSync(page).size < 500_000);
    await browser.show(pathToFileURL(page).href);
    assert.equal(await browser.evaluate(`performance.getEntriesByType('resource').length`), 0);
    await checkScreenReader(browser);
    await checkKeyboard(browser);
    await checkContrast(browser);
    await checkWidth(browser);
    await keepPicture(browser, 'plan');
  });

  it('the page of a daemon asks for its own files alone, and is read the same ways', async () => {
    const shop = shopRepository(context);
    const daemon = new Running(context, join(shop, '..'), ['shop', '--watch', '--embedded', 'cluster', '--listen', '127.0.0.1:0']);
    const [, address = ''] = await daemon.says(/listening on (http:\S+?)[,\n]/);
    await daemon.says(/synced|held|unhealthy|failed/);
    await browser.resize(1200, 900);
    await browser.show(`${address}/`);
    const foreign = `performance.getEntriesByType('resource').filter(({ name }) => new URL(name).origin !== location.origin).length`;
    assert.equal(await browser.evaluate(foreign), 0);
    await checkScreenReader(browser);
    await whileItMoves(() => checkKeyboard(browser));
    await checkContrast(browser);
    await checkWidth(browser);
    await keepPicture(browser, 'daemon');
  });
});
