import type { Severity } from '../../src/model/index.ts';

/** A mistake between objects and the same objects without it, in namespace shop where none is written. */
export interface FactCase {
  readonly code: string;
  readonly name: string;
  readonly bad: string;
  readonly good: string;
  /** The field of the one finding, and its severity where all is known and where it is not. */
  readonly want: readonly [path: string, known: Severity, unknown: Severity];
}

const pods = (name: string, container: string, more = ''): string =>
  `metadata: {labels: {app: ${name}}}, spec: {${more}containers: [{name: main, image: nginx, ${container}}]}`;
const web = (container = '', spec = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {${spec}template: {${pods('web', container)}}}\n`;
const scaler = (name: string, metrics = ''): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: ${name}}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [${metrics}]}\n`;
const EXTERNAL = '{type: External, external: {metric: {name: queue}}}';
const CPU = '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}';
const vertical = (mode: string): string =>
  `apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: web}\nspec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, updatePolicy: {updateMode: "${mode}"}}\n`;
const budget = (name: string, selector: string): string =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: ${name}}\nspec: {selector: ${selector}}\n`;
const service = (name: string, spec: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const PORT_80 = service('web', 'ports: [{port: 80}]');
const ingress = (name: string, backend: string, type = 'Prefix'): string =>
  `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: ${name}}\nspec: {rules: [{host: a.example, http: {paths: [{path: /api${name === 'b' ? '/' : ''}, pathType: ${type}, backend: {service: {name: ${backend}, port: {number: 80}}}}]}}]}\n`;
const TWO = PORT_80 + '---\n' + service('other', 'ports: [{port: 80}]');
const gateway = (more: string, namespace = 'shop'): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: ${namespace}}\nspec: {listeners: [{name: http, port: 80, protocol: HTTP${more}}]}\n`;
const route = (parent: string, backend = ''): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {parentRefs: [{${parent}}], rules: [{backendRefs: [${backend}]}]}\n`;
const grant = (kind: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: a, namespace: infra}\nspec: {from: [{group: gateway.networking.k8s.io, kind: ${kind}, namespace: shop}], to: [{group: "", kind: Service}]}\n`;
const INFRA = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: infra}\n';
const ELSEWHERE = `apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: infra}\nspec: {ports: [{port: 80}]}\n---\n${INFRA}`;
const set = (service_: string): string =>
  `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: ${service_}, template: {${pods('db', '')}}}\n`;
const job = (spec: string, container: string): string =>
  `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: job}\nspec: {jobTemplate: {spec: {${spec}template: {${pods('job', container)}}}}}\n`;
const listenerSet = (parent: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: set}\nspec: {parentRef: {${parent}}, listeners: [{name: l, port: 80, protocol: HTTP}]}\n`;
const alias = (name: string, to: string): string => service(name, `type: ExternalName, externalName: ${to}`);
const claim = (name: string, source: string): string =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {${source === '' ? '' : `dataSource: {kind: PersistentVolumeClaim, name: ${source}}`}}\n`;
const join = (...documents: readonly string[]): string => documents.join('---\n');
const CONTAINER = '/spec/template/spec/containers/0';

/** Of every rule about objects that stand in each other's way, at least one. */
export const FACT_CASES: readonly FactCase[] = [
  {
    code: 'KR0051',
    name: 'claims that are filled from each other',
    bad: join(claim('a', 'b'), claim('b', 'b')),
    good: join(claim('a', 'b'), claim('b', '')),
    want: ['/spec/dataSource/name', 'error', 'error'],
  },
  {
    code: 'KR0052',
    name: 'a claim that is filled from one that is not there',
    bad: join(claim('a', 'b')),
    good: join(claim('a', 'b'), claim('b', '')),
    want: ['/spec/dataSource/name', 'error', 'warning'],
  },
  {
    code: 'KR0047',
    name: 'a name that stands for itself',
    bad: join(alias('a', 'db.shop.svc.cluster.local'), alias('db', 'db.shop.svc.cluster.local')),
    good: join(alias('a', 'db.shop.svc.cluster.local'), alias('db', 'db.example.com')),
    want: ['/spec/externalName', 'error', 'error'],
  },
  {
    code: 'KR0048',
    name: 'a set of listeners that hangs on itself',
    bad: join(gateway(''), listenerSet('kind: ListenerSet, name: set')),
    good: join(gateway(''), listenerSet('name: edge')),
    want: ['/spec/parentRef/kind', 'error', 'error'],
  },
  {
    code: 'KR0048',
    name: 'a set of listeners of a Gateway that is missing, where there are others',
    bad: join(gateway(''), listenerSet('name: edgy')),
    good: join(gateway(''), listenerSet('name: edge')),
    want: ['/spec/parentRef/name', 'error', 'warning'],
  },
  {
    code: 'KR0028',
    name: 'two budgets that select the same pods',
    bad: join(web(), budget('a', '{matchLabels: {app: web}}'), budget('b', '{}')),
    good: join(web(), budget('a', '{matchLabels: {app: web}}')),
    want: ['/spec/selector', 'warning', 'warning'],
  },
  {
    code: 'KR0030',
    name: 'an autoscaler by a utilization of nothing',
    bad: join(web(), scaler('web', CPU)),
    good: join(web('resources: {requests: {cpu: 100m}}'), scaler('web', CPU)),
    want: ['/spec/metrics/0/resource', 'error', 'error'],
  },
  {
    code: 'KR0030',
    name: 'an autoscaler without metrics, which scales by CPU',
    bad: join(web(), scaler('web')),
    good: join(web('resources: {limits: {cpu: 100m}}'), scaler('web')),
    want: ['/spec', 'error', 'error'],
  },
  {
    code: 'KR0030',
    name: 'an autoscaler of containers that no LimitRange gives requests',
    bad: join(web(), scaler('web', CPU)),
    good: join(
      web(),
      scaler('web', CPU),
      'apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, defaultRequest: {cpu: 100m}}]}\n',
    ),
    want: ['/spec/metrics/0/resource', 'error', 'error'],
  },
  {
    code: 'KR0031',
    name: 'two autoscalers of one workload',
    bad: join(web(), scaler('a', EXTERNAL), scaler('b', EXTERNAL)),
    good: join(web(), scaler('a', EXTERNAL)),
    want: ['/spec/scaleTargetRef/name', 'warning', 'warning'],
  },
  {
    code: 'KR0031',
    name: 'a ScaledObject beside an autoscaler',
    bad: join(
      web(),
      scaler('a', EXTERNAL),
      'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: web}}\n',
    ),
    good: join(web(), 'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: web}}\n'),
    want: ['/spec/scaleTargetRef/name', 'warning', 'warning'],
  },
  {
    code: 'KR0032',
    name: 'a horizontal and a vertical autoscaler on CPU',
    bad: join(web('resources: {requests: {cpu: 1}}'), scaler('a', CPU), vertical('Auto')),
    good: join(web('resources: {requests: {cpu: 1}}'), scaler('a', CPU), vertical('Off')),
    want: ['/spec/metrics/0/resource', 'warning', 'warning'],
  },
  {
    code: 'KR0033',
    name: 'two Ingresses of one host and path',
    bad: join(TWO, ingress('a', 'web'), ingress('b', 'other')),
    good: join(TWO, ingress('a', 'web'), ingress('b', 'other', 'Exact')),
    want: ['/spec/rules/0/http/paths/0/path', 'warning', 'warning'],
  },
  {
    code: 'KR0034',
    name: 'a route of a Gateway that is missing, where there are others',
    bad: join(gateway(''), route('name: edgy')),
    good: join(gateway(''), route('name: edge')),
    want: ['/spec/parentRefs/0/name', 'error', 'warning'],
  },
  {
    code: 'KR0035',
    name: 'a route of a listener that is missing',
    bad: join(gateway(''), route('name: edge, sectionName: https')),
    good: join(gateway(''), route('name: edge, sectionName: http')),
    want: ['/spec/parentRefs/0/sectionName', 'error', 'error'],
  },
  {
    code: 'KR0035',
    name: 'a route of another namespace that no listener admits',
    bad: join(INFRA, gateway('', 'infra'), route('name: edge, namespace: infra')),
    good: join(INFRA, gateway(', allowedRoutes: {namespaces: {from: All}}', 'infra'), route('name: edge, namespace: infra')),
    want: ['/spec/parentRefs/0/name', 'error', 'error'],
  },
  {
    code: 'KR0035',
    name: 'a route of a namespace whose labels a listener does not select',
    bad: join(
      INFRA,
      gateway(', allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}}', 'infra'),
      route('name: edge, namespace: infra'),
    ),
    good: join(
      INFRA,
      gateway(', allowedRoutes: {namespaces: {from: Selector, selector: {}}}', 'infra'),
      route('name: edge, namespace: infra'),
    ),
    want: ['/spec/parentRefs/0/name', 'error', 'error'],
  },
  {
    code: 'KR0036',
    name: 'a backend of a route that is missing',
    bad: join(gateway(''), route('name: edge', '{name: web, port: 80}')),
    good: join(gateway(''), route('name: edge', '{name: web, port: 80}'), PORT_80),
    want: ['/spec/rules/0/backendRefs/0/name', 'error', 'warning'],
  },
  {
    code: 'KR0037',
    name: 'a port of a backend that is missing',
    bad: join(gateway(''), route('name: edge', '{name: web, port: 81}'), PORT_80),
    good: join(gateway(''), route('name: edge', '{name: web, port: 80}'), PORT_80),
    want: ['/spec/rules/0/backendRefs/0/port', 'error', 'error'],
  },
  {
    code: 'KR0038',
    name: 'a backend in a namespace that does not grant it',
    bad: join(gateway(''), ELSEWHERE, route('name: edge', '{name: web, namespace: infra, port: 80}'), grant('TCPRoute')),
    good: join(gateway(''), ELSEWHERE, route('name: edge', '{name: web, namespace: infra, port: 80}'), grant('HTTPRoute')),
    want: ['/spec/rules/0/backendRefs/0/namespace', 'error', 'warning'],
  },
  {
    code: 'KR0039',
    name: 'a GatewayClass that is missing',
    bad: gateway('').replace('spec: {', 'spec: {gatewayClassName: a, '),
    good: join(
      gateway('').replace('spec: {', 'spec: {gatewayClassName: a, '),
      'apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: a}\n',
    ),
    want: ['/spec/gatewayClassName', 'error', 'info'],
  },
  {
    code: 'KR0040',
    name: 'a target port that no container declares, where all declare some',
    bad: join(web('ports: [{containerPort: 8000}]'), service('web', 'selector: {app: web}, ports: [{port: 80, targetPort: 8080}]')),
    good: join(web('ports: [{containerPort: 8080}]'), service('web', 'selector: {app: web}, ports: [{port: 80, targetPort: 8080}]')),
    want: ['/spec/ports/0/targetPort', 'warning', 'warning'],
  },
  {
    code: 'KR0041',
    name: 'a probe of a port that no container declares, where all declare some',
    bad: web('ports: [{containerPort: 8000}], livenessProbe: {httpGet: {port: 8080}}'),
    good: web('livenessProbe: {httpGet: {port: 8080}}'),
    want: [`${CONTAINER}/livenessProbe/httpGet/port`, 'info', 'info'],
  },
  {
    code: 'KR0042',
    name: 'a volume that nothing mounts',
    bad: web().replace('spec: {containers', 'spec: {volumes: [{name: tmp, emptyDir: {}}], containers'),
    good: web('volumeMounts: [{name: tmp, mountPath: /tmp}]').replace(
      'spec: {containers',
      'spec: {volumes: [{name: tmp, emptyDir: {}}], containers',
    ),
    want: ['/spec/template/spec/volumes/0/name', 'warning', 'warning'],
  },
  {
    code: 'KR0043',
    name: 'a StatefulSet whose Service is not headless',
    bad: join(set('db'), service('db', 'selector: {app: db}, ports: [{port: 80}]')),
    good: join(set('db'), service('db', 'selector: {app: db}, clusterIP: None')),
    want: ['/spec/serviceName', 'warning', 'warning'],
  },
  {
    code: 'KR0044',
    name: 'a Job that waits for ever',
    bad: job('', 'command: [sleep, infinity]'),
    good: job('activeDeadlineSeconds: 600, ', 'command: [sleep, infinity]'),
    want: ['/spec/jobTemplate/spec/template/spec/containers/0/command', 'warning', 'warning'],
  },
  {
    code: 'KR0044',
    name: 'a Job that may run no pods',
    bad: job('parallelism: 0, ', ''),
    good: job('parallelism: 1, ', 'command: [sleep, "1"]'),
    want: ['/spec/jobTemplate/spec/parallelism', 'warning', 'warning'],
  },
  {
    code: 'KR0045',
    name: 'a DNS name of a Service that is missing, beside others',
    bad: join(web('env: [{name: A, value: "http://user:word@wep.shop.svc.cluster.local:80/x"}]'), PORT_80),
    good: join(
      web('env: [{name: A, value: "http://user:word@web.shop.svc.cluster.local:80/x,$(NS).svc,x$(A)y.shop.svc,*.shop.svc"}]'),
      PORT_80,
    ),
    want: [`${CONTAINER}/env/0/value`, 'error', 'warning'],
  },
  {
    code: 'KR0045',
    name: 'a DNS name of a namespace that nothing is known of',
    bad: web('args: ["--a", "--b=db-0.db.infra.svc"]'),
    good: join(web('args: ["--a", "--b=web-0.web.shop.svc", kubernetes.default.svc]'), PORT_80),
    want: [`${CONTAINER}/args/1`, 'error', 'info'],
  },
  {
    code: 'KR0046',
    name: 'a DNS name with a port that its Service does not have',
    bad: join(web('command: [a, "http://web.shop.svc:8080"]'), PORT_80),
    good: join(web('command: [a, "http://web.shop.svc:80", "http://web.shop.svc"]'), PORT_80),
    want: [`${CONTAINER}/command/1`, 'warning', 'warning'],
  },
];
