import type { JsonObject } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const VARIABLES: readonly (readonly [name: string, expression: string])[] = [
  ['containers', 'object.spec.template.spec.containers'],
  ['images', 'variables.containers.map(c, c.image)'],
  ['most', 'int(params.data.most)'],
  ['labels', 'has(object.metadata.labels) ? object.metadata.labels : {}'],
  ['isProd', "'env' in namespaceObject.metadata.labels && namespaceObject.metadata.labels['env'] == 'prod'"],
  ['count', 'size(object.spec.template.spec.containers)'],
  ['broken', 'object.spec.'],
  ['untyped', 'undeclared + 1'],
  ['missing', 'object.spec.nothing'],
  ['text', "'a' + string(object.spec.replicas)"],
  ['when', "timestamp('2026-01-01T00:00:00Z')"],
];

const CHECKS: readonly string[] = [
  'object.spec.replicas <= 5',
  'has(object.spec.replicas) && object.spec.replicas > 1',
  'object.spec.replicas <= variables.most',
  'variables.images.all(i, i.startsWith(params.data.registry))',
  "variables.containers.all(c, has(c.resources) && quantity(c.resources.limits.memory).isLessThan(quantity('512Mi')))",
  "variables.labels.exists(k, k == 'env')",
  'variables.count < 3',
  'variables.isProd',
  'variables.broken == 1',
  'variables.untyped > 2',
  'variables.missing == null',
  'variables.unknown',
  "request.operation == 'CREATE'",
  "request.userInfo.username.startsWith('system:')",
  "'ops' in request.userInfo.groups",
  'request.nothing',
  'request.kind.kind == "Deployment" && request.resource.resource == "deployments"',
  'request.dryRun',
  'oldObject == null || object.spec.replicas >= oldObject.spec.replicas',
  'object != null',
  "namespaceObject.metadata.name == 'shop'",
  "namespaceObject.metadata.labels['env'] == 'prod'",
  "namespaceObject.metadata.creationTimestamp < timestamp('2027-01-01T00:00:00Z')",
  'params != null && has(params.data)',
  "params.data['most'] == '5'",
  "authorizer.group('').resource('secrets').namespace('shop').check('get').allowed()",
  "authorizer.requestResource.check('deploy').allowed()",
  'object.metadata.labels.size()',
  '1 + 1',
  "object.spec.template.spec.containers.map(c, c.image).filter(i, i.contains(':')).size() > 0",
  'object.spec.replicas / 0 == 1',
  "' padded ' == ' padded '",
  '  object.spec.replicas == 3  ',
  'true',
  'false',
  'null',
  '[1, 2].all(x, x > object.spec.replicas)',
];

const MESSAGES: readonly string[] = [
  "'said: ' + string(object.spec.replicas)",
  "'said: ' + variables.text",
  "'said: ' + params.data.most",
  "'  '",
  "'two\\nlines'",
  'object.metadata.annotations.note',
  "authorizer.path('/x').check('get').allowed() ? 'a' : 'b'",
  '1',
  "'said: ' + request.userInfo.username",
  "object.spec.replicas > 1 ? 'said: many' : 'said: few'",
];

const ANNOTATIONS: readonly string[] = [
  "'replicas: ' + string(object.spec.replicas)",
  'null',
  "object.spec.replicas > 1 ? 'many' : null",
  "'  '",
  '1',
  'variables.text',
  "'may: ' + string(authorizer.requestResource.check('deploy').allowed())",
  'params.data.most',
  "has(params.data) ? 'x' : ''",
];

const CONDITIONS: readonly string[] = [
  'object != null',
  "request.operation != 'DELETE'",
  'variables.isProd',
  'object.spec.replicas > 0',
  'variables.count > 0',
  'namespaceObject == null',
  'params.data.most == "5"',
  'true',
  'request.nothing == 1',
];

/** The spec of a ValidatingAdmissionPolicy: expressions that hold, fail, do not compile, or cannot be evaluated. */
export function makePolicySpec(random: Random): JsonObject {
  const wanted = new Set(random.list(random.below(6), () => random.below(VARIABLES.length)));
  return {
    failurePolicy: random.pick(['Fail', 'Fail', 'Ignore']),
    ...(random.once(4) ? {} : { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    ...(random.once(8)
      ? {}
      : {
          variables: VARIABLES.filter((_, index) => wanted.has(index) || random.once(2)).map(([name, expression]) => ({
            name,
            expression,
          })),
        }),
    ...(random.once(3)
      ? { matchConditions: random.list(1 + random.below(2), (index) => ({ name: `m${index}`, expression: random.pick(CONDITIONS) })) }
      : {}),
    validations: random.list(1 + random.below(3), () => ({
      expression: random.pick(CHECKS),
      ...(random.once(3) ? { message: random.pick(['wrong', ' padded ', '']) } : {}),
      ...(random.once(3) ? { messageExpression: random.pick(MESSAGES) } : {}),
      ...(random.once(4) ? { reason: random.pick(['Forbidden', 'Invalid', 'Unauthorized', 'RequestEntityTooLarge']) } : {}),
    })),
    ...(random.once(3)
      ? { auditAnnotations: random.list(1 + random.below(2), (index) => ({ key: `k${index}`, valueExpression: random.pick(ANNOTATIONS) })) }
      : {}),
  };
}
