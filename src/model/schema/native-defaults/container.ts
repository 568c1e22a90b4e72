import { getString } from '../../../std/index.ts';
import { fieldsAt, fill, fillZero, itemsAt, type Draft } from './draft.ts';
import { pullPolicyOf } from './image.ts';
import { defaultFieldReferences } from './volume.ts';

/** Completes a container of any sort. The protocol of its ports is a default of the schema. */
export function defaultContainer(container: Draft): void {
  fill(container, {
    imagePullPolicy: pullPolicyOf(getString(container, 'image') ?? ''),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const variable of itemsAt(container, 'env')) defaultVariable(variable);
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = fieldsAt(container, name);
    if (probe !== undefined) defaultProbe(probe);
  }
  for (const event of ['postStart', 'preStop']) defaultRequest(fieldsAt(container, 'lifecycle', event, 'httpGet'));
}

function defaultVariable(variable: Draft): void {
  const source = fieldsAt(variable, 'valueFrom');
  if (source === undefined) return;
  defaultFieldReferences([source]);
  const file = fieldsAt(source, 'fileKeyRef');
  if (file !== undefined) fill(file, { optional: false });
}

function defaultProbe(probe: Draft): void {
  fillZero(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  defaultRequest(fieldsAt(probe, 'httpGet'));
  const grpc = fieldsAt(probe, 'grpc');
  if (grpc !== undefined) fill(grpc, { service: '' });
}

function defaultRequest(request: Draft | undefined): void {
  if (request !== undefined) fill(request, { path: '/', scheme: 'HTTP' });
}
