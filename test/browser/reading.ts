import assert from 'node:assert/strict';
import type { Browser, Key, Scheme } from '../../scripts/pictures/browser.ts';

const TAB: Key = { key: 'Tab', code: 9 };
const ENTER: Key = { key: 'Enter', code: 13, text: '\r' };
const SCHEMES: readonly Scheme[] = ['light', 'dark'];
/** Roles of which somebody who hears the page must be told what each is. */
const NAMED: ReadonlySet<string> = new Set([
  'button',
  'DisclosureTriangle',
  'heading',
  'image',
  'img',
  'link',
  'RootWebArea',
  'searchbox',
  'table',
  'textbox',
]);

/** Whether the keyboard alone reaches all that can be folded, shows where it is, and unfolds the first. */
export async function checkKeyboard(browser: Browser): Promise<void> {
  const count = Number(await browser.evaluate(`document.querySelectorAll('summary').length`));
  assert.ok(count > 0, 'nothing can be unfolded');
  const stops = Number(await browser.evaluate(`document.querySelectorAll('summary, input, [tabindex="0"]').length`));
  const reached = new Set<number>();
  for (let press = 0; press < stops; press++) {
    await browser.press(TAB);
    const at = Number(await browser.evaluate(`[...document.querySelectorAll('summary')].indexOf(document.activeElement)`));
    if (at < 0) continue;
    if (reached.size === 0) {
      const width = await browser.evaluate(`parseFloat(getComputedStyle(document.activeElement).outlineWidth)`);
      assert.ok(Number(width) > 0, 'nothing shows where the keyboard is');
      const isOpen = `document.activeElement.parentElement.open`;
      const was = await browser.evaluate(isOpen);
      await browser.press(ENTER);
      assert.notEqual(await browser.evaluate(isOpen), was, 'Enter does not unfold');
      await browser.press(ENTER);
    }
    reached.add(at);
  }
  const shown = Number(await browser.evaluate(`[...document.querySelectorAll('summary')].filter((item) => item.checkVisibility()).length`));
  assert.equal(reached.size, shown, 'the keyboard does not reach all that can be unfolded');
}

/** Whether a screen reader has a name for all that needs one, a language, a main part, and headings without gaps. */
export async function checkScreenReader(browser: Browser): Promise<void> {
  const nodes = await browser.listAccessible();
  const unnamed = nodes.filter(({ role, name }) => NAMED.has(role) && name.trim() === '');
  assert.deepEqual(unnamed, []);
  assert.ok(
    nodes.some(({ role }) => role === 'main'),
    'there is no main part',
  );
  assert.equal(await browser.evaluate('document.documentElement.lang'), 'en');
  const found = await browser.evaluate(`[...document.querySelectorAll('h1,h2,h3,h4')].map((item) => item.tagName).join(' ')`);
  const levels = typeof found === 'string' ? found : '';
  const depths = levels.split(' ').map((level) => Number(level.slice(1)));
  assert.equal(depths[0], 1);
  assert.ok(
    depths.every((depth, index) => index === 0 || depth <= (depths[index - 1] ?? 0) + 1),
    `headings leave out a level: ${levels}`,
  );
}

/** Whether all text that is shown is readable on what is behind it, in light and dark (WCAG 2.2, 1.4.3: 4.5 to 1). */
export async function checkContrast(browser: Browser): Promise<void> {
  for (const scheme of SCHEMES) {
    await browser.prefer(scheme);
    assert.equal(await browser.evaluate(`document.querySelectorAll('details').forEach((item) => { item.open = true; })`), undefined);
    assert.equal(await browser.evaluate(FAINT), '', scheme);
  }
}

/** Whether nothing but the part that holds it must be scrolled sideways, on a telephone too. */
export async function checkWidth(browser: Browser): Promise<void> {
  for (const width of [360, 1400]) {
    await browser.resize(width, 800);
    assert.ok(Number(await browser.evaluate('document.documentElement.scrollWidth')) <= width, `wider than ${width}`);
  }
}

const FAINT = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const read = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.backgroundColor = 'Canvas';
  const paper = [...read(getComputedStyle(probe).backgroundColor)].slice(0, 3);
  probe.remove();
  const over = ([r, g, b, a], under) => [r, g, b].map((part, index) => (part * a + under[index] * (255 - a)) / 255);
  const behind = (item) => {
    if (item === null) return paper;
    const own = read(getComputedStyle(item).backgroundColor);
    return own[3] === 255 ? [...own].slice(0, 3) : over(own, behind(item.parentElement));
  };
  const light = (parts) => {
    const [r, g, b] = parts.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const item = node.parentElement;
    if (node.data.trim() === '' || item === null || !item.checkVisibility() || ['STYLE', 'SCRIPT', 'TITLE'].includes(item.tagName.toUpperCase())) continue;
    const style = getComputedStyle(item);
    const ground = behind(item);
    const text = over(read(item instanceof SVGElement ? style.fill : style.color), ground);
    const [low, high] = [light(text), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.add(item.tagName + '.' + item.getAttribute('class') + ' ' + ratio.toFixed(1) + ': ' + node.data.trim().slice(0, 30));
  }
  return [...faint].slice(0, 5).join('; ');
})()`;
