import { listCauses, listGains, type EscalationPath, type Gain, type Holding, type RightsChange } from '../../engine/rbac/index.ts';
import { toRefKey, type World } from '../../model/index.ts';
import type { ChangedRightEntry, PathEntry, RightEntry, RightsChangeEntry, ViaEntry } from '../../report/index.ts';
import type { Locate } from './locate.ts';

const NOWHERE: Locate = () => undefined;

/** What one principal holds, grouped for readers. */
export function toRightEntries(holdings: readonly Holding[], locate: Locate): readonly RightEntry[] {
  return listGains(holdings).flatMap((gain) => gain.abilities.map((ability) => ({ ...ability, ...toRight(gain, locate) })));
}

/** What one principal gains and loses. What is lost has no place in the manifests but those where it is missed. */
export function toRightsChangeEntry(
  { principal, gained, lost }: RightsChange,
  { before, after, locate }: { readonly before: World; readonly after: World; readonly locate: Locate },
): RightsChangeEntry {
  const list = (holdings: readonly Holding[], own: Locate): readonly ChangedRightEntry[] =>
    listGains(holdings).flatMap((gain) => {
      const causes = listCauses(gain.holdings, before, after).map(({ ref, path = '' }) => {
        const source = locate(ref, path);
        return { ref, path, ...(source === undefined ? {} : { source }) };
      });
      return gain.abilities.map((ability) => ({ ...ability, ...toRight(gain, own), causes }));
    });
  return { subject: principal.subject, gained: list(gained, locate), lost: list(lost, NOWHERE) };
}

/** A path of escalation, with the places of the grants that close it. */
export function toPathEntry({ closedBy, ...path }: EscalationPath, locate: Locate = NOWHERE): PathEntry {
  return {
    ...path,
    closedBy: closedBy.map(({ text, ref, path: field }) => {
      const source = locate(ref, field);
      return { grant: text, binding: ref, ...(source === undefined ? {} : { source }) };
    }),
  };
}

function toRight({ power, isDisturbing, namespaces, holdings }: Gain, locate: Locate): Omit<RightEntry, keyof Gain['abilities'][number]> {
  return {
    namespaces,
    ...(power === undefined ? {} : { power: power.id }),
    ...(isDisturbing ? { disturbs: true } : {}),
    via: toVia(holdings, locate),
  };
}

function toVia(holdings: readonly Holding[], locate: Locate): readonly ViaEntry[] {
  const via = new Map<string, ViaEntry>();
  for (const { grant, rule } of holdings.flatMap(({ sources }) => sources)) {
    const { ref, role } = grant.binding;
    const key = `${toRefKey(ref)} ${toRefKey(rule.source.ref)}${rule.source.path}`;
    if (via.has(key)) continue;
    const source = locate(rule.source.ref, rule.source.path);
    const boundAt = locate(ref, `/subjects/${grant.subjectIndex}`);
    via.set(key, {
      binding: ref,
      role,
      writtenIn: rule.source.ref,
      ...(source === undefined ? {} : { source }),
      ...(boundAt === undefined ? {} : { boundAt }),
    });
  }
  return [...via.values()];
}
