import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequestInfo } from '../../src/cluster/index.ts';

/** `VERB GROUP/RESOURCE[/SUBRESOURCE] NAMESPACE/NAME`, or `VERB PATH`. */
function read(request: string): string {
  const [method = '', target = ''] = request.split(' ');
  const info = readRequestInfo(method, target);
  if ('problem' in info) return info.problem;
  if (info.kind === 'path') return `${info.verb} ${info.path}`;
  const { verb, group, resource, subresource, namespace, name, fieldSelector } = info;
  const selector = fieldSelector === undefined ? '' : ` of ${fieldSelector}`;
  return `${verb} ${group}/${resource}${subresource === '' ? '' : `/${subresource}`} ${namespace}/${name}${selector}`;
}

const cases: readonly (readonly [request: string, want: string])[] = [
  ['GET /api/v1/namespaces/shop/pods?watch=true', 'watch /pods shop/'],
  ['GET /api/v1/namespaces/shop/pods?watch=false', 'list /pods shop/'],
  ['GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb', 'list /pods shop/web of metadata.name=web'],
  ['GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb&limit=x', 'list /pods shop/ of metadata.name=web'],
  ['DELETE /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dn1', 'deletecollection /pods shop/ of spec.nodeName=n1'],
  ['GET /api/v1/namespaces/shop/pods/web?fieldSelector=spec.nodeName%3Dn1', 'get /pods shop/web'],
  ['GET /api/v1/watch/pods?fieldSelector=spec.nodeName%3Dn1', 'watch /pods /'],
  ['HEAD /api/v1/namespaces/shop/pods/web', 'get /pods shop/web'],
  ['POST /api/v1/namespaces/shop/pods/web/exec?command=sh', 'create /pods/exec shop/web'],
  ['GET /api/v1/namespaces/shop', 'get /namespaces shop/shop'],
  ['PUT /api/v1/namespaces/shop/finalize', 'update /namespaces/finalize shop/shop'],
  ['DELETE /apis/apps/v1/namespaces/shop/deployments', 'deletecollection apps/deployments shop/'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale', 'patch apps/deployments/scale shop/web'],
  ['GET /api/v1/watch/namespaces/shop/pods', 'watch /pods shop/'],
  ['GET /api/v1/proxy/nodes/n1/logs', 'proxy /nodes /n1'],
  ['GET /apis/apps/v1', 'get /apis/apps/v1'],
  ['OPTIONS /healthz', 'options /healthz'],
  ['GET /api/v1/watch', 'unable to determine kind and namespace from url, /api/v1/watch'],
  ['GET /api/v1/%zz', '/api/v1/%zz: a path has percent signs only where they escape'],
];

for (const [request, want] of cases) test(`what a raw request asks for: ${request}`, () => assert.equal(read(request), want));
