import { sha256 } from '../../std/index.ts';

/**
 * Who of the members a key belongs to: the one with the highest hash of both (rendezvous hashing, Thaler and Ravishankar
 * 1998). Whoever comes or goes moves only what they gain or had. Undefined without members.
 */
export function chooseMember(members: readonly string[], key: string): string | undefined {
  let best: { readonly member: string; readonly weight: string } | undefined;
  for (const member of members) {
    const weight = sha256(`${member}\n${key}`);
    if (best === undefined || weight > best.weight || (weight === best.weight && member > best.member)) best = { member, weight };
  }
  return best?.member;
}
