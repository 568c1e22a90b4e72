import { lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { toFinding, type Finding } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import type { Limits } from '../limits.ts';
import { beginningOf, errorCode, unreadable } from './disk-fault.ts';
import { IGNORE_FILE, IgnoreRules, isSkippedDirectory, listUnusableRules } from './ignore-rules.ts';
import { listSubmodules } from './submodules.ts';
import { isManifestName, OUTSIDE, toLinkFinding, type TreeFile } from './tree.ts';

/**
 * A walk over a directory. Links are followed to places within the root that the walk does not reach by itself; links
 * out of it, loops, pipes, sockets and devices become findings and are never opened.
 */
export class DiskWalk {
  readonly files: TreeFile[] = [];
  readonly findings: Finding[] = [];
  readonly escapes: string[] = [];
  /** Files and directories that rules exclude. */
  ignored = 0;
  readonly #root: string;
  readonly #limits: Limits;
  readonly #visited = new Set<string>();
  #start = '';
  #submodules: ReadonlySet<string> | undefined;
  #directories = 0;
  #isFull = false;

  constructor(root: string, limits: Limits) {
    this.#root = root;
    this.#limits = limits;
  }

  /** Walks a directory, given relative to the root, under the rules of the directories above it. */
  visitStart(path: string): void {
    this.#start = path;
    this.#visit(path, this.#rulesAbove(path));
  }

  /** Takes one file. */
  addFile(path: string): void {
    if (this.files.length >= this.#limits.files) this.#stop('files', this.#limits.files, path);
    else this.files.push({ path });
  }

  #visit(path: string, above: IgnoreRules): void {
    if (this.#isFull) return;
    if (++this.#directories > this.#limits.directories) return this.#stop('directories', this.#limits.directories, path);
    const entries = this.#entriesOf(path);
    if (entries === undefined) return;
    const isElsewhere =
      entries.length === 0 ? this.#isSubmodule(path) : path !== this.#start && entries.some(({ name }) => name === '.git');
    if (isElsewhere) return this.#say('KL0019', path, {});
    const rules = entries.some((entry) => entry.name === IGNORE_FILE && entry.isFile()) ? this.#withOwn(path, above) : above;
    for (const entry of entries) {
      if (this.#isFull) return;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (isSkippedDirectory(entry.name)) continue;
        if (rules.ignores(`${below}/`)) this.ignored++;
        else this.#visit(below, rules);
      } else if (rules.ignores(below)) this.ignored++;
      else this.#take(below, entry, rules);
    }
  }

  #isSubmodule(path: string): boolean {
    this.#submodules ??= listSubmodules(this.#root);
    return this.#submodules.has(path);
  }

  #entriesOf(path: string): readonly Dirent[] | undefined {
    try {
      const entries = readdirSync(join(this.#root, path), { withFileTypes: true });
      return entries.toSorted((a, b) => compareStrings(a.name, b.name));
    } catch (error) {
      this.findings.push(unreadable(path, 'directory', error));
      return undefined;
    }
  }

  #take(path: string, entry: Dirent, rules: IgnoreRules): void {
    if (entry.isFile()) this.addFile(path);
    else if (entry.isSymbolicLink()) this.#follow(path, rules);
    else if (isManifestName(path)) this.#say('KL0016', path, { what: kindOf(entry) });
  }

  #follow(path: string, rules: IgnoreRules): void {
    const target = this.#targetOf(path);
    if (target === undefined) return;
    const inside = relative(this.#root, target).split(sep).join('/');
    if (inside === '..' || inside.startsWith('../')) return this.#sayLink('KL0017', path, OUTSIDE);
    if (isSkippedDirectory(inside.split('/')[0] ?? '')) return;
    const stats = statSync(target);
    if (stats.isDirectory()) {
      if (isWithin(path, inside)) return this.#sayLink('KL0018', path, 'leads to a directory that it stands in');
      if (!this.#isReached(inside)) this.#visit(path, rules);
    } else if (stats.isFile()) {
      if (!this.#isReached(inside)) this.addFile(path);
    } else if (isManifestName(path)) this.#say('KL0016', path, { what: kindOf(stats) });
  }

  #targetOf(path: string): string | undefined {
    try {
      return realpathSync(join(this.#root, path));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') this.#sayLink('KL0018', path, 'leads nowhere');
      else if (code === 'ELOOP') this.#sayLink('KL0018', path, 'leads back to itself');
      else this.findings.push(unreadable(path, 'link', error));
      return undefined;
    }
  }

  // What the walk reaches by itself is read there; what two links lead to is read once.
  #isReached(target: string): boolean {
    if (isWithin(target, this.#start) || this.#visited.has(target)) return true;
    this.#visited.add(target);
    return false;
  }

  #rulesAbove(path: string): IgnoreRules {
    let rules = new IgnoreRules();
    if (path === '') return rules;
    const steps = path.split('/');
    for (let depth = 0; depth < steps.length; depth++) rules = this.#withOwn(steps.slice(0, depth).join('/'), rules);
    return rules;
  }

  #withOwn(path: string, above: IgnoreRules): IgnoreRules {
    try {
      const file = join(this.#root, path, IGNORE_FILE);
      if (!lstatSync(file).isFile()) return above;
      const text = readFileSync(file, 'utf8');
      this.findings.push(...listUnusableRules(path === '' ? IGNORE_FILE : `${path}/${IGNORE_FILE}`, text));
      return above.with(path, text);
    } catch {
      return above;
    }
  }

  #stop(what: string, limit: number, path: string): void {
    this.#isFull = true;
    this.#say('KL0014', path, { what, limit });
  }

  #sayLink(code: 'KL0017' | 'KL0018', path: string, reason: string): void {
    if (code === 'KL0017') this.escapes.push(path);
    const finding = toLinkFinding(path, code, reason);
    if (finding !== undefined) this.findings.push(finding);
  }

  #say(code: string, path: string, data: Finding['data']): void {
    this.findings.push(toFinding(code, { source: beginningOf(path), data }));
  }
}

function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

function kindOf(entry: Pick<Dirent, 'isFIFO' | 'isSocket'>): string {
  if (entry.isFIFO()) return 'pipe';
  return entry.isSocket() ? 'socket' : 'device';
}
