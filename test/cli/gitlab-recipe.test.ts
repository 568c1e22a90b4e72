import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getString, parseJson } from '../../src/std/index.ts';

/** The script of the recipe for GitLab, as the page has it. */
function readScript(): string {
  const page = readFileSync(fileURLToPath(new URL('../../docs/ci.md', import.meta.url)), 'utf8');
  return /node --input-type=module -e '\n([^']*)'/.exec(page)?.[1] ?? assert.fail('docs/ci.md has no script for GitLab');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('the recipe for GitLab writes one note and keeps it up to date, whatever others write', async (t) => {
  const notes = Array.from({ length: 130 }, (_, index) => ({ id: index + 1, body: `talk ${index}` }));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const url = new URL(request.url ?? '', 'http://gitlab.example');
      asked.push(`${request.method} ${url.pathname}`);
      if (request.headers['private-token'] !== 'secret') return response.writeHead(401).end('{}');
      const page = Number(url.searchParams.get('page') ?? 1);
      if (request.method === 'GET') return response.end(JSON.stringify(notes.slice((page - 1) * 100, page * 100)));
      const body = getString(parseJson(text), 'body') ?? '';
      const known = notes.find(({ id }) => String(id) === url.pathname.split('/').at(-1));
      if (request.method === 'PUT' && known !== undefined) known.body = body;
      else notes.push({ id: 1000, body });
      return response.writeHead(request.method === 'PUT' ? 200 : 201).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'kplan-gitlab-'));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const env = { CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`, CI_PROJECT_ID: '7', CI_MERGE_REQUEST_IID: '3', KPLAN_TOKEN: 'secret' };
  for (const text of ['# first', '# second']) {
    writeFileSync(join(folder, 'note.md'), text);
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', readScript()], { cwd: folder, env });
  }
  assert.deepEqual(
    notes.filter(({ body }) => !body.startsWith('talk')),
    [{ id: 1000, body: '<!-- kplan -->\n# second' }],
  );
  const path = '/api/v4/projects/7/merge_requests/3/notes';
  assert.deepEqual(asked, [`GET ${path}`, `GET ${path}`, `POST ${path}`, `GET ${path}`, `GET ${path}`, `PUT ${path}/1000`]);
});
