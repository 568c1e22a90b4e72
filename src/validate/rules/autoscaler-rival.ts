import { groupScalers } from './autoscalers.ts';
import { formatObject, listOne, identityOf } from './lookup.ts';
import { DOUBTFUL, type Rule } from './rule.ts';

/** Two autoscalers of one workload undo what the other has done. */
export const autoscalerRival: Rule = {
  code: 'KR0031',
  isOfManifests: true,
  find: (world) =>
    [...world.derive(groupScalers).values()].flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : others.map(({ object, path, target, key }) => ({
            referrer: object,
            path: [...path, 'name'],
            target: formatObject(first.object),
            data: { workload: target === undefined ? (key.split('/').at(-1) ?? '') : formatObject(target) },
            severity: DOUBTFUL,
            isCertain: true as const,
            findTargets: (other) => listOne(other.get(identityOf(first.object))),
          })),
    ),
};
