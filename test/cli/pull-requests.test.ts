import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/main.ts';
import { parseDocuments } from '../../src/loader/index.ts';
import { findProgram } from '../../src/loader/process.ts';
import { getArray, getString, type JsonValue } from '../../src/std/index.ts';
import { bufferIo } from './buffer-io.ts';
import { commitAll, git } from './program.ts';

const STORIES = fileURLToPath(new URL('../../fixtures/pr', import.meta.url));
const CAN_BUILD = ['kubectl', 'kustomize'].some((program) => findProgram(program) !== undefined);
const scratch = mkdtempSync(join(tmpdir(), 'kplan-pr-'));

function readStory(name: string): JsonValue {
  const file = join(STORIES, name, 'story.yaml');
  return parseDocuments(readFileSync(file, 'utf8'), file).documents[0]?.value ?? assert.fail(`${file} is empty`);
}

function textsOf(value: JsonValue, key: string): readonly string[] {
  return getArray(value, key).filter((item) => typeof item === 'string');
}

/** What a workflow without rights prints: each annotation as `error KS0001 web.yaml:31`, and references to lines that do not change as `see web.yaml:4`. */
function listAnnotations(commands: string): readonly string[] {
  const annotation = /^::(error|warning|notice) (?:file=([^,]+),line=(\d+),[^:]*?)?title=([A-Z]{2}\d{4}|On lines) /gm;
  return [...commands.matchAll(annotation)]
    .map(([, level = '', file, line, code = '']) => {
      const place = file === undefined ? 'nowhere' : `${file}:${line}`;
      if (code === 'On lines') return `see ${place}`;
      return `${level === 'notice' ? 'info' : level} ${code} ${place}`;
    })
    .toSorted();
}

/** Makes a repository of a story, with a commit before and one after. */
function makeRepository(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  git(folder, 'init', '-q', '-b', 'main');
  for (const side of ['base', 'head']) {
    const tree = join(STORIES, name, side);
    for (const entry of readdirSync(folder)) if (entry !== '.git') rmSync(join(folder, entry), { recursive: true });
    cpSync(tree, folder, { recursive: true });
    commitAll(folder, side);
  }
  return folder;
}

// One story each under fixtures/pr: the trees before and after a pull request, and every annotation that it gets, no other.
describe('pull requests', () => {
  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const name of readdirSync(STORIES).filter((entry) => !entry.endsWith('.md'))) {
    const story = readStory(name);
    it(`${name}: ${getString(story, 'story') ?? ''}`, async (t) => {
      if (existsSync(join(STORIES, name, 'head/prod/kustomization.yaml')) && !CAN_BUILD) {
        t.diagnostic('install kubectl or kustomize to try this');
        return;
      }
      const io = bufferIo(makeRepository(name));
      const words = ['plan', '--base', 'HEAD~1', '-o', 'github', '-q', '--fail-on', 'never', ...textsOf(story, 'args')];
      const code = await runProgram('kplan', words, io);
      assert.equal(code, 0, io.errors());
      assert.deepEqual(listAnnotations(io.output()), textsOf(story, 'annotations').toSorted(), io.output());
    });
  }
});
