import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getString, type JsonObject } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { isAllowed, listPolicyChecks, PROTOCOLS, walkPacket, type Flow } from '../../../../src/engine/network/index.ts';
import { deployment, namespace } from '../objects.ts';

/** Two namespaces, one of them of a mesh, with three workloads. */
export const BASE: readonly KubernetesObject[] = [
  namespace('shop', { team: 'a', 'istio-injection': 'enabled' }),
  namespace('lab', { team: 'b' }),
  deployment('shop/web', { app: 'web' }),
  deployment('shop/db', { app: 'db' }, { ports: [{ name: 'sql', protocol: 'TCP', containerPort: 5432 }] }),
  deployment('lab/tool', { app: 'tool' }),
];

/** A custom object, by `namespace/name` or name. */
export function custom(apiVersion: string, kind: string, name: string, spec: JsonObject): KubernetesObject {
  const [home, own] = name.includes('/') ? name.split('/') : [undefined, name];
  return { apiVersion, kind, metadata: { ...(home === undefined ? {} : { namespace: home }), name: own ?? '' }, spec };
}
export const cilium = (name: string, spec: JsonObject): KubernetesObject =>
  custom('cilium.io/v2', name.includes('/') ? 'CiliumNetworkPolicy' : 'CiliumClusterwideNetworkPolicy', name, spec);
export const calico = (name: string, spec: JsonObject): KubernetesObject =>
  custom('projectcalico.org/v3', name.includes('/') ? 'NetworkPolicy' : 'GlobalNetworkPolicy', name, spec);
export const istio = (name: string, spec: JsonObject): KubernetesObject =>
  custom('security.istio.io/v1', 'AuthorizationPolicy', name, spec);
export const db = { matchLabels: { app: 'db' } };

/** Policies, and what they let through. */
export interface Case {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly yes?: readonly string[];
  readonly no?: readonly string[];
  readonly unknown?: readonly string[];
  /** Code, path and reason of what is wrong or not judged. */
  readonly problems?: readonly string[];
}

function toFlow(text: string): Flow {
  const [from = '', , to = '', name, port] = text.split(' ');
  const protocol = PROTOCOLS.find((known) => known === name);
  assert.ok(protocol !== undefined, text);
  return { from, to, protocol, port: Number(port) };
}

/** Holds each case to its verdicts, by policies and by a packet, and to what is told of its policies. */
export function testPolicies(base: readonly KubernetesObject[], cases: readonly Case[]): void {
  for (const { name, objects, yes = [], no = [], unknown = [], problems = [] } of cases) {
    test(`policies of plugins: ${name}`, () => {
      const world = World.of([...base, ...objects]);
      const answer = (text: string): string => {
        const verdict = isAllowed(world, toFlow(text));
        assert.ok(verdict.kind === 'verdict', text);
        const walk = walkPacket(world, toFlow(text));
        assert.ok(walk.kind !== 'unknown-end');
        assert.equal(walk.allowed, verdict.allowed && !verdict.isUnknown, text);
        assert.equal(walk.isUnknown, verdict.isUnknown, text);
        return verdict.isUnknown ? 'unknown' : verdict.allowed ? 'yes' : 'no';
      };
      for (const text of yes) assert.equal(answer(text), 'yes', text);
      for (const text of no) assert.equal(answer(text), 'no', text);
      for (const text of unknown) assert.equal(answer(text), 'unknown', text);
      const told = listPolicyChecks(world)
        .filter(({ code }) => code === 'KN0306' || code === 'KN0307' || code === 'KN0309')
        .map(({ code, data, objects: [line] }) => `${code} ${line?.path ?? ''} ${getString(data, 'reason') ?? ''}`);
      assert.deepEqual(told.toSorted(), [...problems].toSorted());
    });
  }
}
