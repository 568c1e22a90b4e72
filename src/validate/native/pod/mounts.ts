import type { Place } from '../place.ts';
import { checkDescending } from './paths.ts';
import type { VolumeSource } from './volumes.ts';

/** The sound volumes of the pod by name. */
export type SoundVolumes = ReadonlyMap<string, VolumeSource>;

/** `ValidateVolumeMounts`. */
export function checkMounts(container: Place, volumes: SoundVolumes): void {
  const list = container.at('volumeMounts');
  const places = new Set<string>();
  const devices = container.at('volumeDevices').items();
  for (const mount of list.items()) {
    const [name, place] = [mount.at('name'), mount.at('mountPath')];
    name.wanted();
    if (!volumes.has(name.text)) name.notFound();
    if (place.wanted() && places.has(place.text)) place.invalid('must be unique');
    places.add(place.text);
    if (devices.some((device) => device.at('name').text === name.text)) name.invalid('must not already exist in volumeDevices');
    if (devices.some((device) => device.at('devicePath').text === place.text))
      place.invalid('must not already exist as a path in volumeDevices');
    checkSubPaths(mount, list);
    checkPropagation(mount.at('mountPropagation').as(list, '.mountPropagation'), container);
    checkRecursive(mount, mount.at('recursiveReadOnly').as(list, '.recursiveReadOnly'));
  }
}

function checkSubPaths(mount: Place, list: Place): void {
  const [path, expression] = [mount.at('subPath'), mount.at('subPathExpr')];
  checkDescending(path.as(list, '.subPath'));
  if (expression.text === '') return;
  if (path.text !== '') expression.invalid('subPathExpr and subPath are mutually exclusive');
  checkDescending(expression.as(list, '.subPathExpr'));
}

function checkPropagation(propagation: Place, container: Place): void {
  propagation.oneOf(['Bidirectional', 'HostToContainer', 'None']);
  if (propagation.text === 'Bidirectional' && container.below('securityContext', 'privileged') !== true) {
    propagation.forbidden('Bidirectional mount propagation is available only to privileged containers');
  }
}

function checkRecursive(mount: Place, recursive: Place): void {
  recursive.oneOf(['Disabled', 'Enabled', 'IfPossible']);
  if (recursive.text !== 'Enabled' && recursive.text !== 'IfPossible') return;
  if (!mount.at('readOnly').isTrue) recursive.forbidden('may only be specified when readOnly is true');
  const propagation = mount.at('mountPropagation');
  if (propagation.isSet && propagation.text !== 'None') {
    recursive.forbidden('may only be specified when mountPropagation is None or not specified');
  }
}

/** `ValidateVolumeDevices`. */
export function checkDevices(container: Place, volumes: SoundVolumes): void {
  const mounts = container.at('volumeMounts').items();
  const [names, places] = [new Set<string>(), new Set<string>()];
  for (const device of container.at('volumeDevices').items()) {
    const [name, place] = [device.at('name'), device.at('devicePath')];
    name.wanted();
    if (names.has(name.text)) name.invalid('must be unique');
    const source = volumes.get(name.text);
    if (source === undefined) name.notFound();
    if (source === 'other') name.invalid('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    place.wanted();
    if (places.has(place.text)) place.invalid('must be unique');
    if (place.text.split('/').includes('..')) place.invalid("can not contain backsteps ('..')");
    else places.add(place.text);
    if (mounts.some((mount) => mount.at('name').text === name.text)) name.invalid('must not already exist in volumeMounts');
    if (mounts.some((mount) => mount.at('mountPath').text === place.text))
      place.invalid('must not already exist as a path in volumeMounts');
    if (name.text !== '') names.add(name.text);
  }
}
