import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { readRepository } from '../../loader/index.ts';
import {
  gvkOf,
  KplanError,
  refKeyOf,
  toRefKey,
  type Manifest,
  type ObjectRef,
  type RefKey,
  type SchemaCatalog,
} from '../../model/index.ts';
import { withNamespace } from '../../planner/index.ts';
import type { Arguments } from '../arguments.ts';
import { isPathOutside } from '../input.ts';
import type { Io, Log } from '../io.ts';
import { loadOptions, type Desired } from './desired.ts';

/**
 * Which of some objects that a path no longer asks for have moved: they stand elsewhere in the same Git repository, each with
 * that place. A part of the repository that asks for objects of the path besides is another environment, not another unit
 * beside it: what stands there has not moved.
 */
export async function findMoves(
  gone: readonly ObjectRef[],
  desired: Desired,
  catalog: SchemaCatalog,
  args: Arguments,
  io: Io,
  log: Log,
): Promise<ReadonlyMap<RefKey, string>> {
  const prefix = findPrefix(args, io, desired.root);
  if (gone.length === 0 || prefix === undefined) return new Map();
  const keyOf = ({ object }: Manifest): RefKey => refKeyOf(withNamespace(object, catalog.find(gvkOf(object)), desired.defaultNamespace));
  const wanted = new Set(gone.map(toRefKey));
  const own = new Set(desired.manifests.map(keyOf));
  const parts = new Map<string, { readonly key: RefKey; readonly manifest: Manifest }[]>();
  for (const manifest of await readAll(desired.root, args, io, log)) {
    const part = partOf(manifest.unit ?? manifest.origin.file, prefix);
    if (part !== undefined) parts.set(part, [...(parts.get(part) ?? []), { key: keyOf(manifest), manifest }]);
  }
  const apart = [...parts.values()].filter((items) => !items.some(({ key }) => own.has(key)));
  const moved = apart.flat().filter(({ key }) => wanted.has(key));
  return new Map(moved.map(({ key, manifest: { origin } }) => [key, `${origin.file}:${origin.line}`]));
}

/** Where PATH stands in a Git repository; undefined if it is all of it, or in none. */
function findPrefix(args: Arguments, io: Io, root: string): string | undefined {
  const path = args.positionals[0] ?? '.';
  if (path === '-' || root === '' || !existsSync(join(root, '.git'))) return undefined;
  const absolute = resolve(io.cwd, path);
  const real = existsSync(absolute) ? realpathSync(absolute) : absolute;
  const prefix = relative(realpathSync(root), real);
  return prefix === '' || isPathOutside(real, realpathSync(root)) ? undefined : prefix.split(sep).join('/');
}

async function readAll(root: string, args: Arguments, io: Io, log: Log): Promise<readonly Manifest[]> {
  log.detail('reading the rest of the repository: what this path no longer asks for may have moved there');
  try {
    return (await readRepository(loadOptions(args, io, root))).manifests;
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    log.warn(`the rest of the repository cannot be read, so nothing is known of moves: ${error.message}`);
    return [];
  }
}

/** The largest part of the repository that a place is in and the path is not: `apps/api` for `apps/api/x/y.yaml` beside `apps/web`. */
function partOf(place: string, prefix: string): string | undefined {
  const [steps, own] = [place === '.' ? [] : place.split('/'), prefix.split('/')];
  const common = own.findIndex((step, index) => steps[index] !== step);
  return common < 0 ? undefined : steps.slice(0, common + 1).join('/');
}
