import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseJson, type JsonValue } from '../../../src/std/index.ts';
import { commitAll, git, temporaryFolder } from '../program.ts';

/** A request that was taken. */
export interface Taken {
  readonly path: string;
  readonly signature: string | undefined;
  readonly authorization: string | undefined;
  readonly text: string;
  readonly body: JsonValue;
}

/** A server on loopback that takes what is sent to it; the first of each path is refused for a moment. */
export async function listen(context: TestContext): Promise<{ readonly url: string; readonly taken: Taken[] }> {
  const taken: Taken[] = [];
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const isFirst = !seen.has(path);
      seen.add(path);
      if (isFirst) return response.writeHead(503).end();
      const { authorization, 'x-kapply-signature-256': signature } = request.headers;
      taken.push({ path, signature: signature?.toString(), authorization, text, body: parseJson(text) });
      return response.end();
    });
  });
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, taken };
}

/** A repository with one unit, beside which an embedded cluster may stand. */
export function makeRepository(context: TestContext): string {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(repository, 'kplan.yaml'), 'apiVersion: kplan.dev/v1\nkind: Config\nunits: [{name: web, path: web}]\n');
  mkdirSync(join(repository, 'web'));
  writeFileSync(join(repository, 'web/all.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {password: hunter2}\n');
  commitAll(repository, 'First');
  return folder;
}
