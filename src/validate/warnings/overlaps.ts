import { quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import type { Warner } from './say.ts';

/** A path of a file in a volume, and what it comes from where several sources are put together. */
interface File {
  readonly place: Place;
  readonly path: string;
  readonly source: string;
}

const ITEMS: readonly (readonly [field: string, nameField: string | undefined, title: string])[] = [
  ['configMap', 'name', 'ConfigMap'],
  ['secret', 'secretName', 'Secret'],
  ['downwardAPI', undefined, 'DownwardAPI'],
];

/** `warningsForOverlappingVirtualPaths`: files of one volume of which one hides the other. */
export function warnOfOverlaps(volumes: Place, warner: Warner): void {
  for (const volume of volumes.items()) {
    const name = volume.at('name').text;
    for (const [field, nameField, title] of ITEMS) {
      const source = volume.at(field);
      const whole = nameField === undefined ? title : `${title} ${quoteGo(source.at(nameField).text)}`;
      tellOverlaps(name, whole, listItems(source, ''), warner);
    }
    const sources = volume.at('projected').at('sources').items();
    for (const source of sources.filter((item) => item.given(KINDS).length === 0)) {
      warner.sayWhole('doubtful', source.path, `volume ${quoteGo(name)} (Projected) has no sources provided`);
    }
    const files = sources.flatMap(listProjected);
    tellOverlaps(name, 'Projected', files, warner);
  }
}

/** The sources that servers keep: bundles of trust and certificates of pods are behind gates that are off. */
const KINDS = ['configMap', 'downwardAPI', 'secret', 'serviceAccountToken'];

function listItems(source: Place, name: string): readonly File[] {
  return source
    .at('items')
    .items()
    .map((item) => toFile(item.at('path'), name));
}

function toFile(place: Place, source: string): File {
  return { place, path: place.text.replace(/\/+$/, ''), source };
}

function listProjected(source: Place): readonly File[] {
  const named = (field: string, title: string): string => `${title} ${quoteGo(source.at(field).at('name').text)}`;
  const token = source.at('serviceAccountToken');
  if (source.at('configMap').at('items').isSet) return listItems(source.at('configMap'), named('configMap', 'ConfigMap'));
  if (source.at('secret').at('items').isSet) return listItems(source.at('secret'), named('secret', 'Secret'));
  if (source.at('downwardAPI').at('items').isSet) return listItems(source.at('downwardAPI'), 'DownwardAPI');
  return token.isSet ? [toFile(token.at('path'), 'ServiceAccountToken')] : [];
}

function show({ path, source }: File): string {
  return source === '' ? quoteGo(path) : `${quoteGo(path)} (${source})`;
}

/** Each file with every earlier one that it hides or that hides it, in their order. */
function tellOverlaps(volume: string, title: string, files: readonly File[], warner: Warner): void {
  const known = new PathTree();
  for (const file of files) {
    if (file.path === '') continue;
    for (const other of known.collisions(file)) {
      const body = `${show(file)} with ${show(other)}`;
      warner.sayWhole('doubtful', file.place.path, `volume ${quoteGo(volume)} (${title}): overlapping paths: ${body}`);
    }
    known.add(file);
  }
}

interface Branch {
  readonly below: Map<string, Branch>;
  /** Those at this very path, and those at it or below, each with its number. */
  readonly own: (readonly [number, File])[];
  readonly all: (readonly [number, File])[];
}

/** Files by the steps of their paths, so that what lies above and below one is found without looking at all. */
class PathTree {
  readonly #root: Branch = { below: new Map(), own: [], all: [] };
  #count = 0;

  add(file: File): void {
    const item = [this.#count++, file] as const;
    let branch = this.#root;
    for (const step of file.path.split('/')) {
      const next: Branch = branch.below.get(step) ?? { below: new Map(), own: [], all: [] };
      branch.below.set(step, next);
      next.all.push(item);
      branch = next;
    }
    branch.own.push(item);
  }

  collisions(file: File): readonly File[] {
    const found: (readonly [number, File])[] = [];
    let branch: Branch | undefined = this.#root;
    for (const step of file.path.split('/')) {
      found.push(...branch.own);
      branch = branch.below.get(step);
      if (branch === undefined) break;
    }
    found.push(...(branch?.all ?? []));
    return found.toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }
}
