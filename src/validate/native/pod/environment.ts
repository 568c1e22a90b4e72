import { judgeConfigKey, judgeEnvironmentName, judgeLabel, judgeSubdomain } from '../../object/names.ts';
import type { Place } from '../place.ts';
import { checkFieldSelector, checkResourceSelector, ENVIRONMENT_FIELDS } from './field-selectors.ts';
import { checkNoBacksteps } from './paths.ts';

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

/** `ValidateEnv` and `ValidateEnvFrom`. */
export function checkEnvironment(container: Place): void {
  for (const variable of container.at('env').items()) {
    if (variable.at('name').wanted()) variable.at('name').judged(judgeEnvironmentName);
    if (variable.at('valueFrom').isSet) checkSource(variable.at('valueFrom'), variable.at('value').text !== '');
  }
  for (const source of container.at('envFrom').items()) checkWholeSource(source, container.at('envFrom'));
}

function checkSource(source: Place, hasValue: boolean): void {
  const given = source.given(SOURCES);
  if (given.length === 0) {
    source.invalid('must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`', '');
  } else if (hasValue) source.invalid('may not be specified when `value` is not empty', '');
  else if (given.length > 1) source.invalid('may not have more than one field specified at a time', '');
  for (const kind of given) {
    const place = source.at(kind);
    if (kind === 'fieldRef') checkFieldSelector(place, ENVIRONMENT_FIELDS);
    else if (kind === 'resourceFieldRef') checkResourceSelector(place, 'environment');
    else if (kind === 'fileKeyRef') checkFileKey(place);
    else checkKey(place);
  }
}

function checkKey(reference: Place): void {
  reference.at('name').judgedEvenEmpty(judgeSubdomain);
  if (reference.at('key').wanted()) reference.at('key').judged(judgeConfigKey);
}

function checkFileKey(reference: Place): void {
  if (reference.at('key').wanted()) reference.at('key').judged(judgeEnvironmentName);
  if (reference.at('volumeName').wanted()) reference.at('volumeName').judged(judgeLabel);
  if (reference.at('path').wanted()) checkNoBacksteps(reference.at('path'));
}

function checkWholeSource(source: Place, list: Place): void {
  source.at('prefix').judged(judgeEnvironmentName);
  const given = source.given(['configMapRef', 'secretRef']);
  for (const kind of given) {
    const name = source.at(kind).at('name');
    if (name.wanted()) name.judged(judgeName);
  }
  if (given.length === 0) list.invalid('must specify one of: `configMapRef` or `secretRef`', '');
  if (given.length > 1) list.invalid('may not have more than one field specified at a time', '');
}

/** As the beginning of a name: a dash at its end is as good as a letter. */
function judgeName(name: string): readonly string[] {
  return judgeSubdomain(name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);
}

/** `validateFileKeyRefVolumes`: files with variables stand in volumes of the pod's own. */
export function checkVariableFiles(containers: readonly Place[], volumes: Place): void {
  for (const container of containers) {
    for (const variable of container.at('env').items()) {
      const reference = variable.at('valueFrom').at('fileKeyRef');
      if (!reference.isSet) continue;
      const name = reference.at('volumeName');
      const volume = volumes.items().findLast((item) => item.at('name').text === name.text);
      if (volume === undefined) name.fail(`Not found: ${JSON.stringify(name.text)}`);
      else if (!isScratch(volume)) name.invalid('referenced volume must be of type emptyDir');
    }
  }
}

/** A volume without any source is scratch space. */
function isScratch(volume: Place): boolean {
  return volume.at('emptyDir').isSet || volume.keys().every((key) => key === 'name' || !volume.at(key).isSet);
}
