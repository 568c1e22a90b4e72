import { containersOf, podTemplateOf } from '../../model/index.ts';
import { getArray, getString, type JsonObject } from '../../std/index.ts';
import { formatObject } from './lookup.ts';
import { DOUBTFUL, type Rule } from './rule.ts';
import { listWorkloads } from './workloads.ts';

/** A volume that no container mounts holds up the pod until it is there, and then nobody reads it. */
export const unmountedVolume: Rule = {
  code: 'KR0042',
  isOfManifests: true,
  find: (world) =>
    listWorkloads(world).flatMap(({ object, template, controlled }) => {
      // What an operator makes of a template of its own may have more containers.
      if (controlled || podTemplateOf(object) === undefined) return [];
      const volumes = getArray(template.spec, 'volumes');
      if (volumes.length === 0) return [];
      const mounted = listMounted(template.spec);
      return volumes.flatMap((volume, index) => {
        const name = getString(volume, 'name') ?? '';
        if (name === '' || mounted.has(name)) return [];
        return [
          {
            referrer: object,
            path: [...template.path, 'spec', 'volumes', index, 'name'],
            target: `volume ${JSON.stringify(name)} of ${formatObject(object)}`,
            data: { volume: name },
            severity: DOUBTFUL,
            isCertain: true as const,
            findTargets: () => [],
          },
        ];
      });
    }),
};

function listMounted(spec: JsonObject): ReadonlySet<string> {
  return new Set(
    containersOf(spec).flatMap(({ container }) =>
      [...getArray(container, 'volumeMounts'), ...getArray(container, 'volumeDevices')].flatMap((mount) => getString(mount, 'name') ?? []),
    ),
  );
}
