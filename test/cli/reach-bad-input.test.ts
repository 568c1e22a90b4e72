import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getString, parseJson } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';

const MANIFESTS = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: bad, namespace: shop}
spec:
  podSelector:
    matchExpressions:
    - {key: app, operator: In}
  ingress:
  - from:
    - ipBlock: {cidr: 10.0.0.0/40}
    - ipBlock:
        cidr: 10.0.0.0/8
        except: [11.0.0.0/8]
    - {}
    ports:
    - {port: web, endPort: 90}
    - {port: 90, endPort: 80}
    - {port: 70000}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: a}
spec:
  priority: 5
  subject: {namespaces: {}}
  ingress:
  - action: Deny
    from: [{namespaces: {}}]
    ports:
    - portRange: {start: 90, end: 80}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: b}
spec:
  priority: 5
  subject: {namespaces: {}}
  ingress: [{action: Allow, from: [{namespaces: {}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: one, namespace: shop}
spec:
  type: ExternalName
  externalName: two.shop.svc.cluster.local
---
apiVersion: v1
kind: Service
metadata: {name: two, namespace: shop}
spec:
  type: ExternalName
  externalName: one.shop.svc.cluster.local
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: shop}
spec:
  selector: {matchLabels: {app: x}}
  template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: i}]}}
`;

/** Each line that is wrong, with what is said of it. */
const WANT: readonly (readonly [line: number, code: string, words: string])[] = [
  [7, 'KV0101', "must be specified when `operator` is 'In' or 'NotIn'"],
  [10, 'KV0110', 'must be a valid CIDR value'],
  [13, 'KV0110', 'must be a strict subset of `cidr`'],
  [14, 'KV0110', 'must specify a peer'],
  [16, 'KV0110', 'may not be specified when `port` is non-numeric'],
  [17, 'KV0110', 'must be greater than or equal to `port`'],
  [18, 'KV0110', 'must be between 1 and 65535, inclusive'],
  [30, 'KN0310', 'the range ends at 80, before it starts at 90'],
  [36, 'KN0309', 'has priority 5, as AdminNetworkPolicy a has'],
  [45, 'KR0047', 'which leads back to it: the name has no address'],
  [52, 'KR0047', 'which leads back to it: the name has no address'],
];

test('what is wrong with policies, priorities and names is told in the words of the API server, at its line', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'all.yaml'), MANIFESTS);
  const listOf = async (words: readonly string[]): Promise<readonly string[]> => {
    const ran = await run('kplan', folder, [...words, '-o', 'json']);
    return getArray(parseJson(ran.stdout), 'findings').map(
      (finding) =>
        `${String(getNumber(finding, 'source', 'line'))} ${getString(finding, 'code') ?? ''} ${getString(finding, 'message') ?? ''}`,
    );
  };
  const told = [...(await listOf(['validate', '.'])), ...(await listOf(['reach', '.', '--base', 'none']))];
  for (const [line, code, words] of WANT)
    assert.ok(
      told.some((text) => text.startsWith(`${line} ${code} `) && text.includes(words)),
      `${line} ${code} ${words}\n${told.join('\n')}`,
    );
});
