import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { deployment } from '../objects.ts';
import { BASE, istio, testPolicies, type Case } from './policy-cases.ts';

const OTHER: KubernetesObject = deployment('lab/in', { app: 'in', 'sidecar.istio.io/inject': 'true' });
const when = (key: string, ...values: readonly string[]): JsonObject => ({ rules: [{ when: [{ key, values }] }] });
const from = (source: JsonObject): JsonObject => ({ rules: [{ from: [{ source }] }] });
const ports = (operation: JsonObject): JsonObject => ({ rules: [{ to: [{ operation }] }] });

const CASES: readonly Case[] = [
  {
    name: 'conditions of connections say what sources and operations do',
    objects: [istio('shop/db', when('source.namespace', 'l*')), OTHER],
    yes: ['lab/in > shop/db TCP 80'],
    no: ['lab/tool > shop/db TCP 80', 'shop/web > shop/db TCP 80'],
  },
  {
    name: 'a condition of ports',
    objects: [istio('shop/db', when('destination.port', '80', '81'))],
    yes: ['lab/tool > shop/db TCP 81'],
    no: ['lab/tool > shop/db TCP 82'],
  },
  {
    name: 'a condition of addresses',
    objects: [istio('shop/db', when('source.ip', '1.2.3.0/24'))],
    yes: ['1.2.3.4 > shop/db TCP 80'],
    no: ['1.2.4.4 > shop/db TCP 80'],
  },
  {
    name: 'a condition that every object of JavaScript has a field for is none that is known',
    objects: [istio('shop/db', when('toString', 'a'))],
    unknown: ['shop/web > shop/db TCP 80'],
    problems: ['KN0306 /spec/rules/0/when/0 the condition toString is not judged'],
  },
  {
    name: 'values that are excluded',
    objects: [istio('shop/db', { rules: [{ when: [{ key: 'source.namespace', notValues: ['lab'] }] }] }), OTHER],
    yes: ['shop/web > shop/db TCP 80', 'lab/tool > shop/db TCP 80'],
    no: ['lab/in > shop/db TCP 80'],
  },
  {
    name: 'a pattern may have its star in front; a star alone is whoever proves who it is',
    objects: [istio('shop/db', from({ principals: ['*/sa/default'] })), istio('lab/in', from({ namespaces: ['*'] })), OTHER],
    yes: ['shop/web > shop/db TCP 80', 'shop/web > lab/in TCP 80'],
    no: ['lab/tool > shop/db TCP 80', 'lab/tool > lab/in TCP 80'],
  },
  {
    name: 'service accounts are of the namespace of the policy unless they say another',
    objects: [
      istio('shop/db', from({ serviceAccounts: ['default'] })),
      istio('lab/in', from({ serviceAccounts: ['shop/default'] })),
      OTHER,
    ],
    yes: ['shop/web > shop/db TCP 80', 'shop/web > lab/in TCP 80'],
    no: ['lab/in > shop/db TCP 80'],
  },
  {
    name: 'ports that are excluded, what is no port and what is no address',
    objects: [
      istio('shop/db', ports({ notPorts: ['80'] })),
      istio('lab/in', {
        rules: [{ from: [{ source: { ipBlocks: ['here', '1.2.3.4'] } }], to: [{ operation: { ports: ['http', '81'] } }] }],
      }),
      OTHER,
    ],
    yes: ['lab/tool > shop/db TCP 81', '1.2.3.4 > lab/in TCP 81'],
    no: ['lab/tool > shop/db TCP 80', '1.2.3.4 > lab/in TCP 80', '1.2.3.5 > lab/in TCP 81'],
    problems: [
      'KN0307 /spec/rules/0/from/0/source/ipBlocks/0 here: no address and no CIDR',
      'KN0307 /spec/rules/0/to/0/operation/ports/0 http: no port',
    ],
  },
];

testPolicies(BASE, CASES);
