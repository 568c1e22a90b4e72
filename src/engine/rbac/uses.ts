import { getOrAdd } from '../../std/index.ts';
import type { Action, PathRequest, ResourceRequest } from './request.ts';

/** More names than these are not told apart: rights that name so many objects are no help. */
const NAMES = 8;
/** More paths than these are told by their first step, and of twice as many nothing is told. */
const PATHS = 64;

/** Requests that are alike but for the names they ask for. */
export interface Use {
  /** Its name is empty; a path that ends in `*` stands for many. */
  readonly action: Action;
  /** The names that were asked for; undefined if there were too many, or requests without a name among them. */
  readonly names: readonly string[] | undefined;
  readonly count: number;
}

interface Counted {
  readonly action: Action;
  names: string[] | undefined;
  count: number;
}

/** Counts requests by what they ask for. Its size follows the kinds of requests, not their number. */
export class Uses {
  readonly #resources = new Map<string, Counted>();
  readonly #paths = new Map<string, Counted>();

  add(action: Action): void {
    if (action.kind === 'path') this.#addPath(action);
    else this.#addResource(action);
  }

  /** What was counted, by resource and then by path, in the order in which it came. */
  list(): readonly Use[] {
    return [...this.#resources.values(), ...this.#paths.values()];
  }

  #addResource(action: Omit<ResourceRequest, 'user'>): void {
    const { verb, group, resource, subresource, namespace, name } = action;
    const key = `${verb}\n${group}\n${resource}\n${subresource}\n${namespace}`;
    const use = getOrAdd(this.#resources, key, (): Counted => ({ action: { ...action, name: '' }, names: [], count: 0 }));
    use.count++;
    if (use.names === undefined || use.names.includes(name)) return;
    if (name === '' || use.names.length === NAMES) use.names = undefined;
    else use.names.push(name);
  }

  #addPath({ kind, verb, path }: Omit<PathRequest, 'user'>): void {
    const exact = this.#paths.get(`${verb}\n${path}`);
    if (exact !== undefined) {
      exact.count++;
      return;
    }
    const size = this.#paths.size;
    const told = size < PATHS ? path : size < 2 * PATHS ? path.replace(/^(\/[^/]*\/?)[^]*$/, '$1*') : '*';
    getOrAdd(this.#paths, `${verb}\n${told}`, (): Counted => ({ action: { kind, verb, path: told }, names: undefined, count: 0 })).count++;
  }
}
