import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { getString } from '../../../src/std/index.ts';
import { run } from '../../cli/program.ts';
import { Running } from '../../daemon/running.ts';
import { kubectl, kubectlGet } from './kubectl.ts';

// The daemon against a real API server with its controllers.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-daemon-'));
const UNITS = ['daemon-base', 'daemon-web', 'daemon-limited'];
after(async () => {
  for (const unit of UNITS) await run('kapply', folder, ['delete', '--unit', unit, '--yes'], { KUBECONFIG });
  kubectl(['delete', 'namespace', 'daemon', '--ignore-not-found', '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

const CONFIG = `apiVersion: kplan.dev/v1
kind: Config
defaultNamespace: daemon
units:
- {name: daemon-web, path: apps/web, force: true, dependsOn: [daemon-base]}
- {name: daemon-base, path: apps/base}
- {name: daemon-limited, path: apps/limited, serviceAccount: daemon/limited, dependsOn: [daemon-base]}
`;

const config = (name: string, colour: string): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {colour: ${colour}}\n`;

const BASE = `apiVersion: v1
kind: ServiceAccount
metadata: {name: limited}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: limited}
rules:
- {apiGroups: [""], resources: [configmaps], resourceNames: [mine], verbs: [get, patch]}
- {apiGroups: [""], resources: [configmaps], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: limited}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: limited}
subjects: [{kind: ServiceAccount, name: limited, namespace: daemon}]
`;

function write(unit: string, text: string): void {
  mkdirSync(join(folder, 'apps', unit), { recursive: true });
  writeFileSync(join(folder, 'apps', unit, 'all.yaml'), text);
}

function colourOf(name: string): string | undefined {
  return getString(kubectlGet('configmap', name, '-n', 'daemon'), 'data', 'colour');
}

describe('kapply --watch on a real API server', { concurrency: 1 }, () => {
  test('follows a folder of units, heals what others change and delete, and writes as the ServiceAccount of a unit', async (context) => {
    kubectl(['create', 'namespace', 'daemon']);
    writeFileSync(join(folder, 'kplan.yaml'), CONFIG);
    write('base', `${BASE}${config('base', 'red')}`);
    write('web', config('web', 'red'));
    write('limited', config('theirs', 'red'));
    const daemon = new Running(context, folder, ['--watch', '.'], { KUBECONFIG });
    await daemon.says(/daemon-base: synced: 4 changes/);
    await daemon.says(/daemon-web: synced: 1 change\n/);
    assert.equal(colourOf('web'), 'red');

    write('web', config('web', 'blue'));
    await daemon.says(/daemon-web: synced: 1 change\n/);
    assert.equal(colourOf('web'), 'blue');

    kubectl(['patch', 'configmap', 'web', '-n', 'daemon', '--type=merge', '-p', '{"data":{"colour":"mud"}}']);
    await daemon.says(/daemon-web: synced: 1 change\n/);
    assert.equal(colourOf('web'), 'blue');

    kubectl(['delete', 'configmap', 'web', '-n', 'daemon']);
    await daemon.says(/daemon-web: synced: 1 change\n/);
    assert.equal(colourOf('web'), 'blue');

    assert.match(
      daemon.text,
      /daemon-limited: held: KA0301 .*theirs.*User "system:serviceaccount:daemon:limited" cannot patch resource "configmaps"/,
    );
    write('limited', config('mine', 'red'));
    await daemon.says(/daemon-limited: synced: 1 change\n/);
    assert.equal(colourOf('mine'), 'red');
    assert.equal(await daemon.stop('SIGTERM'), 143);
  });
});
