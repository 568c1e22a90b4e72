import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

// A program: the floor of applying, `bare-apply FOLDER PORT TOKEN CERTIFICATE`. Sends each file of a folder as it stands as a patch of the
// ConfigMap that it is named after, 16 at a time over connections that are kept, and looks at nothing but the status.

const [folder = '', port = '', token = '', certificate = ''] = process.argv.slice(2);
const namespace = folder.slice(folder.lastIndexOf('/') + 1);
const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: readFileSync(certificate) });

function patch(file: string): Promise<void> {
  const body = readFileSync(join(folder, file));
  const path = `/api/v1/namespaces/${namespace}/configmaps/${file.replace('.yaml', '')}?fieldManager=bare&force=true`;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/apply-patch+yaml',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, host: '127.0.0.1', port, path, method: 'PATCH', headers }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => (incoming.statusCode === 201 ? resolve() : reject(new Error(`${path}: ${incoming.statusCode}`))));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

await Promise.all(
  readdirSync(folder)
    .filter((file) => file.startsWith('c'))
    .map(patch),
);
agent.destroy();
