import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgePodSecurity, readPodSecuritySettings, type PodSecuritySite } from '../../../src/model/pod-security/index.ts';
import { toPointer, type JsonObject } from '../../../src/std/index.ts';

const SAFE: JsonObject = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'web', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
};
const site = (level: string, settings: JsonObject = {}): PodSecuritySite => ({
  namespace: 'shop',
  labels: new Map([['pod-security.kubernetes.io/enforce', level]]),
  settings: readPodSecuritySettings(settings),
});

const CASES: readonly { name: string; level: string; spec: JsonObject; settings?: JsonObject; want: string; at: readonly string[] }[] = [
  { name: 'a hardened pod', level: 'restricted', spec: SAFE, want: '', at: [] },
  {
    name: 'a privileged container, at its field',
    level: 'baseline',
    spec: { containers: [{ name: 'web', securityContext: { privileged: true } }] },
    want: 'violates PodSecurity "baseline:latest": privileged (container "web" must not set securityContext.privileged=true)',
    at: ['/spec/containers/0/securityContext/privileged'],
  },
  {
    name: 'what is missing, at the container',
    level: 'restricted',
    spec: { ...SAFE, containers: [{ name: 'web', securityContext: { allowPrivilegeEscalation: false } }] },
    want: 'violates PodSecurity "restricted:latest": unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"])',
    at: ['/spec/containers/0'],
  },
  {
    name: 'the ports of a pod on the network of its node',
    level: 'baseline',
    spec: { hostNetwork: true, containers: [{ name: 'web', ports: [{ containerPort: 80 }] }] },
    want: 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPort (container "web" uses hostPort 80)',
    at: ['/spec/hostNetwork', '/spec/containers/0/ports/0/hostPort'],
  },
  {
    name: 'a user of its own in a user namespace',
    level: 'restricted',
    spec: { ...SAFE, hostUsers: false, securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } },
    want: '',
    at: [],
  },
  {
    name: 'the same before user namespaces counted',
    level: 'restricted',
    spec: { ...SAFE, hostUsers: false, securityContext: { runAsNonRoot: true, runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } },
    settings: { server: 34 },
    want: 'violates PodSecurity "restricted:latest": runAsUser=0 (pod must not set runAsUser=0)',
    at: ['/spec/securityContext/runAsUser'],
  },
  {
    name: 'a namespace that is exempt',
    level: 'restricted',
    spec: { hostPID: true, containers: [] },
    settings: { exemptions: { namespaces: ['shop'] } },
    want: '',
    at: [],
  },
  {
    name: 'a class of runtime that is exempt',
    level: 'restricted',
    spec: { hostPID: true, runtimeClassName: 'kata', containers: [] },
    settings: { exemptions: { runtimeClasses: ['kata'] } },
    want: '',
    at: [],
  },
];
for (const { name, level, spec, settings, want, at } of CASES)
  test(`Pod Security enforces: ${name}`, () => {
    const { enforce } = judgePodSecurity({ metadata: {}, spec }, site(level, settings), { isTemplate: false });
    assert.equal(enforce?.message ?? '', want);
    assert.deepEqual((enforce?.paths ?? []).map(toPointer), at);
  });

test('of a template the server only warns, and its ports are those that are written', () => {
  const spec = { hostNetwork: true, containers: [{ name: 'web', ports: [{ containerPort: 80 }] }] };
  const verdicts = judgePodSecurity({ metadata: {}, spec }, site('baseline'), { isTemplate: true });
  assert.equal(verdicts.enforce, undefined);
  assert.equal(verdicts.warn?.message, 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)');
});
