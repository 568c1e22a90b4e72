import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, git } from '../cli/program.ts';

/** A repository of units whose objects come, change and go, and what it asks for by now. */
export class Repository {
  readonly #folder: string;
  readonly #units: number;
  readonly #pick: (count: number) => number;
  /** What each unit asks for: names and colours. */
  readonly #wanted = new Map<string, Map<string, string>>();
  #serial = 0;

  /** `pick` answers a random number below the one it is given. */
  constructor(folder: string, units: number, pick: (count: number) => number) {
    this.#folder = folder;
    this.#units = units;
    this.#pick = pick;
    mkdirSync(folder);
    git(folder, 'init', '--quiet', '--initial-branch=main');
    const names = Array.from({ length: units }, (_, index) => `unit-${index}`);
    const listed = names.map((name) => `- {name: ${name}, path: apps/${name}}`);
    writeFileSync(join(folder, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits:\n${listed.join('\n')}\n`);
    for (const name of names) {
      this.#wanted.set(name, new Map([[`${name}-first`, 'red']]));
      this.#write(name);
    }
    commitAll(folder, 'First');
  }

  /** The colour of each object, by its name. */
  get asked(): ReadonlyMap<string, string> {
    return new Map([...this.#wanted.values()].flatMap((objects) => [...objects]));
  }

  /**
   * Commits a change of one unit: an object more, one less, or another colour. However many commits are seen as one, what they
   * delete is not so much of a unit that it waits for a person: its first object stays, and five more are the most.
   */
  change(): void {
    const unit = `unit-${this.#pick(this.#units)}`;
    const objects = this.#wanted.get(unit) ?? new Map<string, string>();
    const names = [...objects.keys()];
    const kind = names.length < 2 ? 0 : names.length > 5 ? 1 : this.#pick(3);
    if (kind === 0) objects.set(`${unit}-${this.#serial++}`, `c${this.#serial}`);
    else if (kind === 1) objects.delete(names[1 + this.#pick(names.length - 1)] ?? '');
    else objects.set(names[this.#pick(names.length)] ?? '', `c${++this.#serial}`);
    this.#write(unit);
    commitAll(this.#folder, 'Next');
  }

  #write(unit: string): void {
    mkdirSync(join(this.#folder, 'apps', unit), { recursive: true });
    const objects = [...(this.#wanted.get(unit) ?? [])].map(
      ([name, colour]) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {colour: ${colour}}\n`,
    );
    writeFileSync(join(this.#folder, 'apps', unit, 'all.yaml'), objects.join('---\n'));
  }
}
