import type { Place } from '../place.ts';
import { checkFieldSelector, checkResourceSelector, VOLUME_FIELDS } from './field-selectors.ts';
import { checkKeyToPath, checkLocalPath, checkMode } from './paths.ts';

/** Without trust bundles and certificates, which the server drops unless a feature is on. */
const KINDS = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'];
const TEN_MINUTES = 600;
const LONGEST = 2 ** 32;

/** `validateDownwardAPIVolumeFile`, which speaks of the whole source, `named`. */
export function checkDownwardFile(file: Place, named: Place): void {
  const path = file.at('path').as(named, '.path');
  path.wanted();
  checkLocalPath(path);
  checkMode(file.at('mode').as(named, '.mode'));
  const [field, resource] = [file.at('fieldRef'), file.at('resourceFieldRef')];
  if (field.isSet) {
    checkFieldSelector(field.as(named, '.fieldRef'), VOLUME_FIELDS);
    if (resource.isSet) named.invalid('fieldRef and resourceFieldRef can not be specified simultaneously', 'resource');
  } else if (resource.isSet) checkResourceSelector(resource.as(named, '.resourceFieldRef'), 'volume');
  else named.required('one of fieldRef and resourceFieldRef is required');
}

/** `validateProjectedVolumeSource`. */
export function checkProjected(volume: Place): void {
  checkMode(volume.at('defaultMode'));
  const paths = new Set<string>();
  const take = (path: string, shown: string): void => {
    if (path !== '' && paths.has(path)) volume.invalid('conflicting duplicate paths', shown);
    paths.add(path);
  };
  for (const source of volume.at('sources').items()) {
    for (const kind of ['secret', 'configMap']) if (source.at(kind).isSet) checkKeys(source.at(kind), take);
    checkDownward(source.at('downwardAPI'), take);
    checkToken(source.at('serviceAccountToken'), volume);
    if (source.given(KINDS).length > 1) source.forbidden('may not specify more than 1 volume type per source');
  }
}

type Take = (path: string, shown: string) => void;

function checkKeys(source: Place, take: Take): void {
  source.at('name').wanted();
  for (const item of source.at('items').items()) {
    checkKeyToPath(item);
    take(item.at('path').text, source.at('name').text);
  }
}

function checkDownward(source: Place, take: Take): void {
  for (const file of source.at('items').items()) {
    checkDownwardFile(file, source);
    take(file.at('path').text, file.at('path').text);
  }
}

function checkToken(token: Place, volume: Place): void {
  if (!token.isSet) return;
  const seconds = token.at('expirationSeconds');
  seconds.atLeast(TEN_MINUTES, 'may not specify a duration less than 10 minutes');
  if ((seconds.number ?? 0) > LONGEST) seconds.invalid('may not specify a duration larger than 2^32 seconds');
  const path = token.at('path').as(volume, '.path');
  if (path.wanted()) checkLocalPath(path);
}
