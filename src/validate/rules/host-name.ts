import { listHostNames } from './host-names.ts';
import { findMissing } from './lookup.ts';
import { LIKELY_ELSEWHERE, MAYBE_ELSEWHERE, type Rule } from './rule.ts';

/** A DNS name of a Service that does not exist resolves to nothing. */
export const hostName: Rule = {
  code: 'KR0045',
  find: (world) =>
    listHostNames(world).flatMap(({ referrer, path, text, service, namespace }) => {
      const isOwn = world.kind('', 'Service').inNamespace(namespace).length > 0;
      const target = { group: '', kind: 'Service', namespace, name: service };
      const missing = findMissing(world, referrer, path, target, isOwn ? MAYBE_ELSEWHERE : LIKELY_ELSEWHERE);
      return missing === undefined ? [] : [{ ...missing, data: { name: text } }];
    }),
};
