import { getString } from '../../../std/index.ts';
import { fieldsAt, fill, itemsAt, type Draft } from './draft.ts';
import { pullPolicyOf } from './image.ts';

const FILE_MODE = { defaultMode: 0o644 };

/** Completes a pod's volume; one without a source is an empty directory. */
export function defaultVolume(volume: Draft, minor: number): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {};
  const image = fieldsAt(volume, 'image');
  if (image !== undefined && minor >= 35) fill(image, { pullPolicy: pullPolicyOf(getString(image, 'reference') ?? '') });
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const files = fieldsAt(volume, source);
    if (files !== undefined) fill(files, FILE_MODE);
  }
  defaultFieldReferences(itemsAt(volume, 'downwardAPI', 'items'));
  for (const source of itemsAt(volume, 'projected', 'sources')) {
    const token = fieldsAt(source, 'serviceAccountToken');
    if (token !== undefined) fill(token, { expirationSeconds: 3600 });
    defaultFieldReferences(itemsAt(source, 'downwardAPI', 'items'));
  }
  const claim = fieldsAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
  if (claim !== undefined) fill(claim, { volumeMode: 'Filesystem' });
  defaultHostVolume(volume);
}

/** Completes the sources that pod volumes and persistent volumes share, as far as their schemas do not. */
export function defaultHostVolume(source: Draft): void {
  const hostPath = fieldsAt(source, 'hostPath');
  if (hostPath !== undefined) fill(hostPath, { type: '' });
  const azureDisk = fieldsAt(source, 'azureDisk');
  if (azureDisk !== undefined) fill(azureDisk, { readOnly: false });
}

/** Completes what holds a `fieldRef`: the items of a downward API volume, the sources of environment variables. */
export function defaultFieldReferences(holders: readonly Draft[]): void {
  for (const holder of holders) {
    const reference = fieldsAt(holder, 'fieldRef');
    if (reference !== undefined) fill(reference, { apiVersion: 'v1' });
  }
}
