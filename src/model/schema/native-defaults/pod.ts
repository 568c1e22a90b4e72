import { defaultContainer } from './container.ts';
import { ensureAt, fieldsAt, fill, fillZero, itemsAt, type Draft } from './draft.ts';
import { defaultContainerRequests, defaultPodResources } from './pod-resources.ts';
import { defaultVolume } from './volume.ts';

/** Completes a Pod, with what its template is spared: requests, host ports, service links. */
export function defaultPod(pod: Draft, minor: number): void {
  const spec = ensureAt(pod, 'spec');
  defaultContainerRequests(spec);
  if (minor >= 34) defaultPodResources(spec);
  fill(spec, { enableServiceLinks: true });
  if (spec['hostNetwork'] === true) defaultHostPorts(spec);
  defaultPodSpec(spec, minor);
}

/** Completes the pod template at a path of an object, if there is one. */
export function defaultTemplate(object: Draft, minor: number, ...path: readonly string[]): void {
  const template = fieldsAt(object, ...path);
  if (template !== undefined) defaultPodSpec(ensureAt(template, 'spec'), minor);
}

function defaultPodSpec(spec: Draft, minor: number): void {
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  const accounts = [spec['serviceAccountName'], spec['serviceAccount']];
  const account = accounts.find((name) => name !== undefined && name !== null && name !== '');
  if (account !== undefined) Object.assign(spec, { serviceAccount: account, serviceAccountName: account });
  for (const volume of itemsAt(spec, 'volumes')) defaultVolume(volume, minor);
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) itemsAt(spec, list).forEach(defaultContainer);
}

function defaultHostPorts(spec: Draft): void {
  for (const container of [...itemsAt(spec, 'containers'), ...itemsAt(spec, 'initContainers')]) {
    for (const port of itemsAt(container, 'ports')) {
      const { containerPort } = port;
      if (containerPort !== undefined) fillZero(port, { hostPort: containerPort });
    }
  }
}
