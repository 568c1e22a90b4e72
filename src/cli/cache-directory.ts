import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from './io.ts';

/** Where parsed documents are kept between runs: KPLAN_CACHE (empty for nowhere), else the user's cache folder. */
export function cacheDirectory(io: Io): string | undefined {
  const own = io.env['KPLAN_CACHE'];
  if (own !== undefined) return own === '' ? undefined : own;
  const base = io.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'kplan');
}
