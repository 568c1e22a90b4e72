import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { getArray, getBoolean, getObject, getString, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe', '--no-first-run'];

/** The Chromium of this machine: CHROMIUM, else one on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const own = process.env['CHROMIUM'];
  return [...(own === undefined ? [] : [own]), ...PROGRAMS].find((name) => spawnSync(name, ['--version']).status === 0);
}

export type Scheme = 'dark' | 'light';

/** A key by its name and number; `text` is what it types. */
export interface Key {
  readonly key: string;
  readonly code: number;
  readonly text?: string;
}

/** One thing as a screen reader is told of it. */
export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
}

/** A page of a headless Chromium, spoken to over a pipe (https://chromedevtools.github.io/devtools-protocol/). */
export class Browser {
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #profile: string;
  readonly #waiting = new Map<number, { readonly take: (answer: JsonObject) => void; readonly fail: (error: Error) => void }>();
  readonly #events = new Map<string, () => void>();
  #session = '';
  #last = 0;
  #rest = '';

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'kplan-browser-'));
    this.#child = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , input, output] = this.#child.stdio;
    if (!(input instanceof Writable) || !(output instanceof Readable)) throw new Error(`${program} has no pipe`);
    this.#input = input;
    output.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  /** Starts the program with an empty page of this size. */
  static async open(program: string, { width, height }: { readonly width: number; readonly height: number }): Promise<Browser> {
    const browser = new Browser(program);
    const { targetId = '' } = await browser.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.#ask('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = typeof sessionId === 'string' ? sessionId : '';
    await browser.#ask('Page.enable', {});
    await browser.#ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    return browser;
  }

  /** Shows a page, until it is loaded. */
  async show(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.#events.set('Page.loadEventFired', resolve));
    await this.#ask('Page.navigate', { url });
    await loaded;
  }

  /** What an expression of the page comes to. */
  async evaluate(expression: string): Promise<JsonValue | undefined> {
    const answer = await this.#ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer['exceptionDetails'] !== undefined) throw new Error(`the page does not answer: ${expression}`);
    return getObject(answer, 'result')?.['value'];
  }

  /** Gives the page another size. */
  async resize(width: number, height: number): Promise<void> {
    await this.#ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** Shows the page as to somebody who prefers light or dark. */
  async prefer(scheme: Scheme): Promise<void> {
    await this.#ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  /** Presses a key and lets it go. */
  async press({ key, code, text }: Key): Promise<void> {
    const pressed = { key, code: key, windowsVirtualKeyCode: code, ...(text === undefined ? {} : { text }) };
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyDown', ...pressed });
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyUp', ...pressed });
  }

  /** What a screen reader is told of the page: the role and name of everything that is not passed over. */
  async listAccessible(): Promise<readonly AccessibleNode[]> {
    const answer = await this.#ask('Accessibility.getFullAXTree', {});
    return getArray(answer, 'nodes').flatMap((node) => {
      const role = getString(node, 'role', 'value') ?? '';
      return getBoolean(node, 'ignored') === true ? [] : [{ role, name: getString(node, 'name', 'value') ?? '' }];
    });
  }

  /** A PNG of the page's upper part of this height, or of all of it, in light or dark. */
  async picture(scheme: Scheme, height?: number): Promise<Buffer> {
    await this.prefer(scheme);
    const [whole, width] = [await this.evaluate('document.documentElement.scrollHeight'), await this.evaluate('innerWidth')];
    const clip = { x: 0, y: 0, width: Number(width), height: height ?? Number(whole), scale: 1 };
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip });
    return Buffer.from(typeof data === 'string' ? data : '', 'base64');
  }

  /** Ends the program. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#session = '';
    void this.#ask('Browser.close', {});
    await ended;
    // Its processes may still be writing there.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  #ask(method: string, params: JsonObject): Promise<JsonObject> {
    const id = ++this.#last;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((take, fail) => this.#waiting.set(id, { take, fail }));
  }

  #read(text: string): void {
    const [...messages] = `${this.#rest}${text}`.split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const answer = getObject(parseJson(message)) ?? {};
      const waiting = this.#waiting.get(Number(answer['id']));
      const problem = getString(answer, 'error', 'message');
      if (problem !== undefined) waiting?.fail(new Error(problem));
      else waiting?.take(getObject(answer, 'result') ?? {});
      this.#events.get(getString(answer, 'method') ?? '')?.();
    }
  }
}
