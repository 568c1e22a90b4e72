import type { RefKey, World } from '../model/index.ts';

/** The parts of an identity. */
export function fromRefKey(key: RefKey): {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
} {
  const [group = '', kind = '', namespace = '', ...name] = key.split('/');
  return { group, kind, ...(namespace === '' ? {} : { namespace }), name: name.join('/') };
}

/** Whether a world has an object of this identity. */
export function hasKey(world: World, key: RefKey): boolean {
  return world.get(fromRefKey(key)) !== undefined;
}
