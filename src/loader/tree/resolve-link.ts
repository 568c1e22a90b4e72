import { posix } from 'node:path';

/** Where a link leads within a tree. */
export type LinkTarget = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'outside' } | { readonly kind: 'loop' };

const MOST_HOPS = 40;

/** Follows a link, and links on the way, as the system would. `links` are the links of the tree and what they hold. */
export function resolveLink(link: string, links: ReadonlyMap<string, string>): LinkTarget {
  let path = link;
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const found = findLinkOnTheWay(path, links);
    if (found === undefined) return { kind: 'path', path };
    const { at, target } = found;
    if (posix.isAbsolute(target)) return { kind: 'outside' };
    path = posix.join(posix.dirname(at), target, path.slice(at.length)).replace(/\/$/, '');
    if (path === '..' || path.startsWith('../')) return { kind: 'outside' };
    if (path === '.') path = '';
  }
  return { kind: 'loop' };
}

function findLinkOnTheWay(path: string, links: ReadonlyMap<string, string>): { readonly at: string; readonly target: string } | undefined {
  const steps = path.split('/');
  for (let depth = 1; depth <= steps.length; depth++) {
    const at = steps.slice(0, depth).join('/');
    const target = links.get(at);
    if (target !== undefined) return { at, target };
  }
  return undefined;
}
